"""Statements are summed up in the order of their filing."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from efile.index.keeping import Said
from efile.kinds.statement import HoldLifted, HoldSet, Statement
from efile.retention.standing import standing_of

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

FIRST, SECOND = date(2026, 3, 31), date(2026, 4, 30)
IDS = st.sampled_from(["a", "b", "c"])
SPOKEN = st.lists(
    st.one_of(
        st.builds(lambda name: Statement(hold=held(name)), IDS),
        st.builds(lambda name: Statement(lifted=HoldLifted(id=name, reason="x")), IDS),
        st.builds(
            lambda event, day: Statement(dates={event: day}), IDS, st.sampled_from([FIRST, SECOND, None])
        ),
    )
)  # fmt: skip


def held(name: str, until: date | None = None) -> HoldSet:
    return HoldSet(id=name, reason="Klage", since=FIRST, until=until)


def said(*statements: Statement) -> list[Said]:
    return [Said(f"d-{n}", n, "k.winter", one) for n, one in enumerate(statements)]


def test_the_later_word_counts() -> None:
    standing = standing_of(
        said(Statement(dates={"ended": FIRST, "birth": FIRST}), Statement(dates={"ended": SECOND}))
    )

    assert {"ended": SECOND, "birth": FIRST} == standing.days
    assert {"ended": 1, "birth": 0} == standing.told_us


def test_what_was_said_is_taken_back() -> None:
    assert (
        {}
        == standing_of(
            said(Statement(dates={"ended": FIRST}), Statement(dates={"ended": None}))
        ).days
    )


def test_one_hold_does_not_lift_another() -> None:
    standing = standing_of(
        said(
            Statement(hold=held("a")),
            Statement(hold=held("b")),
            Statement(lifted=HoldLifted(id="a", reason="x")),
        )
    )

    assert [("b", "k.winter")] == [(hold.id, hold.actor) for hold in standing.holds]


def test_a_hold_holds_to_its_last_day() -> None:
    standing = standing_of(said(Statement(hold=held("a", SECOND))))

    assert standing.held_on(SECOND)
    assert not standing.held_on(date(2026, 5, 1))


@UNHURRIED
@given(SPOKEN)
def test_holds_are_those_set_and_not_lifted(statements: list[Statement]) -> None:
    lifted = {one.lifted.id for one in statements if one.lifted}

    kept = {hold.id for hold in standing_of(said(*statements)).holds}

    assert {one.hold.id for one in statements if one.hold} - lifted == kept


@UNHURRIED
@given(SPOKEN, IDS)
def test_a_day_is_the_last_that_was_said(statements: list[Statement], event: str) -> None:
    days = [one.dates[event] for one in statements if event in one.dates]

    assert (days[-1] if days else None) == standing_of(said(*statements)).days.get(event)
