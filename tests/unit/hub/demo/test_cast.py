"""Everybody in the demonstration is invented, yet every number fits."""

from datetime import date

import pytest

from hub.demo.cast import CLOSED_ACCOUNT, OFFICES, PASSWORD, Family
from hub.store.accounts.passwords import MIN_LENGTH
from hub.uvg.iban import is_iban
from hub.uvg.rates import age_step, minimum_maintenance

FAMILIES = [family for office in OFFICES for family in (*office.xml, *office.csv)]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.case_id)
def test_accounts_and_amounts_fit(family: Family) -> None:
    month = date(2026, 11, 1)
    step = age_step(date.fromisoformat(family.born), month)

    assert is_iban(family.iban)
    assert minimum_maintenance(step, month) == family.minimum * 100
    assert family.amount == family.minimum - 259


def test_nobody_appears_twice() -> None:
    assert len(FAMILIES) == len({f.case_id for f in FAMILIES}) == len({f.iban for f in FAMILIES})
    assert 1 == sum(family.iban == CLOSED_ACCOUNT for family in FAMILIES)


def test_the_password_would_be_accepted() -> None:
    assert len(PASSWORD) >= MIN_LENGTH
