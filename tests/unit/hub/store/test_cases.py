"""A case is stored whole, and only by whoever saw its last version."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.errors import Conflict
from hub.store import cases
from hub.store.cases import Reference, Referred
from hub.store.sqlite import SqliteTransaction
from hub.uvg.model import Case
from tests.empty_store import empty_store, everything
from tests.factories import CASE_ID, make_case, make_order, make_period


@pytest.fixture
def tx() -> SqliteTransaction:
    return empty_store()


def save(tx: SqliteTransaction, case: Case, cause: str = "m-1") -> None:
    cases.save_all(tx, [("a", case)], 1)
    meaning = Reference(case.case_id, cause)
    cases.refer_all(tx, [("a", Referred("order", one.order_id, meaning)) for one in case.orders])


def loaded(tx: SqliteTransaction) -> Case:
    case = cases.load(tx, "a", CASE_ID)
    assert case is not None
    return case


def test_a_case_comes_back_as_it_was_saved(tx: SqliteTransaction) -> None:
    case = make_case(periods=(make_period(end=date(2026, 12, 31)),), orders=(make_order(),))
    save(tx, case)

    assert make_case(periods=case.periods, orders=case.orders, version=1) == loaded(tx)


@given(versions=st.integers(1, 6))
@settings(deadline=None, max_examples=6)
def test_each_saving_counts(versions: int) -> None:
    tx = empty_store()
    save(tx, make_case())
    for _ in range(versions):
        save(tx, loaded(tx))

    assert versions + 1 == loaded(tx).version


@pytest.mark.parametrize("version", [0, 1, 3])
def test_whoever_saw_another_version_changes_nothing(tx: SqliteTransaction, version: int) -> None:
    save(tx, make_case())
    save(tx, loaded(tx))
    before = everything(tx)

    with pytest.raises(Conflict, match="case_changed"):
        save(tx, make_case(version=version, orders=(make_order(),)))

    assert before == everything(tx)


def test_offices_do_not_see_each_others_cases(tx: SqliteTransaction) -> None:
    save(tx, make_case())

    assert cases.load(tx, "b", CASE_ID) is None


def test_an_order_leads_to_its_case_and_to_what_caused_it(tx: SqliteTransaction) -> None:
    order = make_order()
    save(tx, make_case(orders=(order,)), "m-1")
    save(tx, loaded(tx), "m-2")

    assert Reference(CASE_ID, "m-1") == cases.find_by_reference(tx, "a", "order", order.order_id)
    assert cases.find_by_reference(tx, "b", "order", order.order_id) is None
    assert cases.find_by_reference(tx, "a", "cash_reference", order.order_id) is None
