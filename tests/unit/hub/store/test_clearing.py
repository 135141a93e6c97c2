"""Clearing cases open once and close once."""

import json
from dataclasses import replace

import pytest
from msgspec import structs

from hub.store import clearing
from hub.store.clearing import ClearingCase, Wanted
from hub.store.sqlite import SqliteTransaction
from tests.empty_store import empty_store
from tests.factories import make_message

CASE = ClearingCase("c-1", "receipt_unassigned", "Satz.", "Tun.", "p-1", {"wer": "T. Brückner"})
MESSAGE = make_message(tenant="a")


@pytest.fixture
def tx() -> SqliteTransaction:
    tx = empty_store()
    clearing.open_case(tx, MESSAGE, CASE, 1)
    return tx


def close(tx: SqliteTransaction, actor: str = "ahrens", state: str = "released") -> bool:
    case = {"tenant": "a", "id": "c-1"}
    return clearing.close_case(tx, case, state=state, actor=actor, reason="Grund", now_us=5)


def opened(tx: SqliteTransaction, tenant: str | None = None) -> list[str]:
    return [row["id"] for row in clearing.cases(tx, Wanted(tenant=tenant))]


def test_a_clearing_case_says_what_a_human_must_know(tx: SqliteTransaction) -> None:
    row = clearing.find(tx, "a", "c-1")

    assert row is not None
    assert ("open", "Satz.", "Tun.", MESSAGE.case_key, "p-1") == (
        row["state"], row["message"], row["remedy"], row["case_key"], row["promise_id"],
    )  # fmt: skip
    assert {"wer": "T. Brückner"} == json.loads(row["facts"])


def test_opening_again_opens_no_second_one(tx: SqliteTransaction) -> None:
    clearing.open_case(tx, MESSAGE, CASE, 2)

    assert ["c-1"] == opened(tx)


def test_the_second_click_changes_nothing(tx: SqliteTransaction) -> None:
    assert close(tx)
    before = clearing.find(tx, "a", "c-1")

    assert not close(tx, "anders", "rejected")
    assert before == clearing.find(tx, "a", "c-1")
    assert not clearing.still_open(tx, "a", MESSAGE.id)


def test_what_stops_again_is_open_again_without_the_old_decision(tx: SqliteTransaction) -> None:
    close(tx)
    clearing.open_case(tx, MESSAGE, CASE, 9)
    row = clearing.find(tx, "a", "c-1")

    assert row is not None
    assert ("open", None, None, None) == (
        row["state"], row["closed_us"], row["closed_by"], row["reason"],
    )  # fmt: skip
    assert clearing.still_open(tx, "a", MESSAGE.id)


def test_open_cases_come_by_their_ids_and_per_office(tx: SqliteTransaction) -> None:
    for name, at, tenant in (("c-3", 0, "a"), ("c-2", 1, "a"), ("c-4", 2, "b")):
        message = structs.replace(MESSAGE, tenant=tenant)
        clearing.open_case(tx, message, replace(CASE, id=name), at)

    assert ["c-1", "c-2", "c-3"] == opened(tx, "a")
    assert ["c-1", "c-2", "c-3", "c-4"] == opened(tx)
    assert clearing.find(tx, "a", "c-4") is None


def test_equal_failures_share_a_fingerprint() -> None:
    others = [replace(CASE, code="other"), replace(CASE, message="Anders.")]

    assert CASE.fingerprint == replace(CASE, id="c-9", facts={}).fingerprint
    assert CASE.fingerprint not in [other.fingerprint for other in others]
