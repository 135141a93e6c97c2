from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import NotChecked
from hub.uvg.entitlement import (
    ACTUAL,
    THIRTY,
    Proration,
    doubts,
    expected_amounts,
    monthly_amount,
    payable,
)
from hub.uvg.rates import RATES
from tests.factories import make_period

STEP_1, STEP_2, STEP_3 = date(2022, 5, 5), date(2015, 3, 9), date(2010, 4, 20)
MONTHS = st.dates(date(2017, 7, 1), date(2026, 12, 31))
BIRTHS = st.dates(date(2005, 1, 1), date(2026, 12, 31))
OFFSETS = st.integers(0, 100_000)
SHARES = st.integers(0, 30).map(lambda days: Fraction(days, 30))


@pytest.mark.parametrize(
    ("due", "days", "paid"),
    [
        (29_900, 12, 12_000),  # V1, § 2 Abs. 1 Satz 3 UVG: 119.60
        (39_400, 17, 22_400),  # V2: 223.27
        (39_400, 14, 18_400),  # V9: 183.87
    ],
)
def test_part_of_a_month_is_paid_in_proportion(due: int, days: int, paid: int) -> None:
    share = THIRTY(date(2026, 6, 1), date(2026, 6, days))

    assert paid == payable(due * share)


@pytest.mark.parametrize(
    ("gross", "paid"),
    [
        (80_000, 9_600),  # V3: 95.25 is rounded up
        (110_000, 0),  # V4: the entitlement lapses
    ],
)
def test_half_of_a_trainees_income_is_deducted(gross: int, paid: int) -> None:
    """§ 2 Abs. 4 UVG: less 102.50 flat rate and 100 for trainees, then half of it."""
    income = (gross - 10_250 - 10_000) // 2

    amount = monthly_amount(date(2008, 2, 2), date(2025, 3, 1), offset_cents=income)

    assert paid == amount.amount_cents


@pytest.mark.parametrize(
    ("maintenance", "paid"),
    [
        (22_250, 500),  # V5: rounded up first, § 9 Abs. 3 Satz 1 UVG
        (22_300, 0),  # V6: then dropped below 5 EUR, Satz 2
    ],
)
def test_less_than_five_euros_is_not_paid(maintenance: int, paid: int) -> None:
    amount = monthly_amount(STEP_1, date(2026, 1, 1), offset_cents=maintenance)

    assert paid == amount.amount_cents


def test_child_benefit_is_deducted_only_from_those_entitled_to_it() -> None:
    """§ 2 Abs. 2 UVG, V7."""
    amount = monthly_amount(STEP_1, date(2025, 6, 1), child_benefit=False)

    assert (48_200, 0) == (amount.amount_cents, amount.child_benefit_cents)


def test_born_on_the_first_the_step_changes_a_month_early() -> None:
    """V8, § 1612a Abs. 3 BGB."""
    born = date(2020, 3, 1)
    amounts = [monthly_amount(born, date(2026, month, 1)).amount_cents for month in (1, 2)]

    assert [22_700, 29_900] == amounts


def test_the_amount_fell_in_the_middle_of_2019() -> None:
    """V10: child benefit rose on 1 July."""
    born = date(2016, 6, 1)
    amounts = [monthly_amount(born, date(2019, month, 1)).amount_cents for month in (6, 7)]

    assert [16_000, 15_000] == amounts


@pytest.mark.parametrize(("born", "paid"), [(STEP_1, 22_700), (STEP_2, 29_900), (STEP_3, 39_400)])
def test_the_amount_did_not_change_with_2026(born: date, paid: int) -> None:
    """V11: both inputs rose by 4 EUR."""
    months = (date(2025, 12, 1), date(2026, 1, 1))

    assert [paid, paid] == [monthly_amount(born, month).amount_cents for month in months]


def test_amounts_of_2027_are_not_guessed() -> None:
    with pytest.raises(NotChecked, match="rates_unknown"):
        monthly_amount(STEP_1, date(2027, 1, 1))


@pytest.mark.parametrize(
    ("strategy", "begin", "end", "share"),
    [
        (THIRTY, date(2026, 2, 1), date(2026, 2, 28), Fraction(1)),
        (THIRTY, date(2026, 1, 1), date(2026, 1, 31), Fraction(1)),
        (THIRTY, date(2026, 1, 2), date(2026, 1, 31), Fraction(1)),
        (THIRTY, date(2026, 2, 2), date(2026, 2, 28), Fraction(27, 30)),
        (ACTUAL, date(2026, 2, 2), date(2026, 2, 28), Fraction(27, 28)),
        (ACTUAL, date(2026, 1, 1), date(2026, 1, 31), Fraction(1)),
    ],
)
def test_a_share_of_a_month(strategy: Proration, begin: date, end: date, share: Fraction) -> None:
    assert share == strategy(begin, end)


@given(MONTHS, st.data())
def test_a_share_is_more_than_nothing_and_at_most_all(day: date, data: st.DataObject) -> None:
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    end = data.draw(st.dates(day, last))

    assert all(0 < strategy(day, end) <= 1 for strategy in (THIRTY, ACTUAL))


@given(BIRTHS, MONTHS, OFFSETS, SHARES)
def test_the_amount_is_whole_euros_and_never_negative(
    born: date, month: date, offset: int, share: Fraction
) -> None:
    amount = monthly_amount(born, month, offset_cents=offset, share=share).amount_cents

    assert amount == 0 or (amount >= 500 and amount % 100 == 0)


@given(BIRTHS, MONTHS, OFFSETS, OFFSETS, SHARES)
def test_more_offset_never_yields_more(
    born: date, month: date, less: int, more: int, share: Fraction
) -> None:
    less, more = sorted((less, more))
    high = monthly_amount(born, month, offset_cents=less, share=share).amount_cents
    low = monthly_amount(born, month, offset_cents=more, share=share).amount_cents

    assert low <= high


@given(BIRTHS, MONTHS, OFFSETS, st.integers(0, 50_000))
def test_higher_minimum_maintenance_never_yields_less(
    born: date, month: date, offset: int, rise: int
) -> None:
    raised = tuple(
        replace(rate, minimum_cents=tuple(c and c + rise for c in rate.minimum_cents))
        for rate in RATES
    )
    before = monthly_amount(born, month, offset_cents=offset).amount_cents
    after = monthly_amount(born, month, offset_cents=offset, rates=raised).amount_cents

    assert before <= after


@given(st.integers(-1_000, 200_000))
def test_rounding_gives_less_than_a_euro_away(due: int) -> None:
    paid = payable(due)

    assert paid == 0 if due <= 400 else due <= paid < due + 100


def test_a_period_of_several_months_carries_the_whole_amount() -> None:
    assert (29_900,) == expected_amounts(make_period(end=date(2027, 6, 30)))


def test_part_of_a_single_month_may_be_prorated_in_either_way() -> None:
    part = make_period(begin=date(2026, 1, 12), end=date(2026, 1, 31))

    assert (20_000, 19_300) == expected_amounts(part)


def test_a_period_that_follows_the_law_raises_no_doubt() -> None:
    assert () == doubts(make_period(), STEP_2)


@pytest.mark.parametrize(
    ("born", "changes", "doubt"),
    [
        (STEP_1, {}, "Der Mindestunterhalt weicht vom gesetzlichen Betrag 486,00 EUR ab."),
        (
            STEP_2,
            {"child_benefit_cents": 25_500},
            "Das Kindergeld weicht vom gesetzlichen Betrag 259,00 EUR ab.",
        ),
        (
            date(2026, 12, 1),
            {"minimum_maintenance_cents": 48_600},
            "Der Zeitraum beginnt vor der Geburt.",
        ),
        (
            date(2014, 12, 20),
            {"end": date(2026, 12, 31)},
            "Im Zeitraum wechselt die Altersstufe.",
        ),
        (
            STEP_2,
            {"begin": date(2026, 11, 15)},
            "Der Betrag gilt für ganze Monate, der Zeitraum beginnt oder endet mittendrin.",
        ),
        (
            date(2008, 11, 20),
            {"minimum_maintenance_cents": 65_300, "end": date(2026, 12, 31)},
            "Der Zeitraum reicht über das vollendete 18. Lebensjahr hinaus.",
        ),
    ],
)
def test_what_does_not_follow_the_law_is_doubted(
    born: date, changes: dict[str, object], doubt: str
) -> None:
    assert (doubt,) == doubts(make_period(**changes), born)


def test_no_child_benefit_at_all_is_no_doubt() -> None:
    """§ 2 Abs. 2 UVG: nothing is deducted where nobody is entitled to it."""
    period = make_period(child_benefit_cents=0, amount_cents=55_800)

    assert () == doubts(period, STEP_2)
