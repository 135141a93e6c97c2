"""Only legal moves, each with one journal entry; rows and journal always agree."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.errors import Conflict
from hub.store import messages
from hub.store.database import Row
from hub.store.journal import Journal, facts_of
from hub.store.messages import FINAL, MOVES, Messages, Step, Travelled, to_message
from hub.store.sqlite import SqliteTransaction
from tests.empty_store import empty_store, everything
from tests.factories import make_message

STATES = sorted(MOVES)


@pytest.fixture
def tx() -> SqliteTransaction:
    return empty_store()


@pytest.fixture
def book() -> Messages:
    return Messages(Journal("hub-1"))


def entries_of(tx: SqliteTransaction) -> list[Row]:
    return tx.all("SELECT * FROM journal ORDER BY tenant, seq")


def by_journal(tx: SqliteTransaction) -> dict[str, str]:
    """Return the state of every message as the journal tells it."""
    told = [row for row in entries_of(tx) if row["to_state"]]
    return {row["message_id"]: row["to_state"] for row in told}


def by_rows(tx: SqliteTransaction) -> dict[str, str]:
    return {row["id"]: row["state"] for row in tx.all("SELECT id, state FROM message")}


@given(
    first=st.sampled_from(["received", "duplicate", "refused"]),
    walk=st.lists(st.sampled_from([*STATES, "sent", ""]), max_size=12),
)
@settings(deadline=None, max_examples=150)
def test_a_walk_takes_legal_moves_only(first: str, walk: list[str]) -> None:
    tx, book, message = empty_store(), Messages(Journal("hub-1")), make_message()
    book.add(tx, message, first, 0)
    state, entries = first, 1
    for at, wanted in enumerate(walk, 1):
        before = everything(tx)
        if wanted in MOVES[state]:
            book.move(tx, message, wanted, at, code="why")
            state, entries = wanted, entries + 1
        else:
            with pytest.raises(Conflict, match="illegal_move"):
                book.move(tx, message, wanted, at)
            assert before == everything(tx)

        assert {message.id: state} == by_rows(tx) == by_journal(tx)
        assert entries == len(entries_of(tx))


def test_every_state_of_the_table_is_known_to_the_database(tx: SqliteTransaction) -> None:
    schema = tx.one("SELECT sql FROM sqlite_master WHERE name = 'message'")

    assert [] == [state for state in STATES if schema and f"'{state}'" not in schema["sql"]]
    assert set(STATES) == set(MOVES) | {to for following in MOVES.values() for to in following}


def test_every_state_can_be_reached_and_left_or_is_final() -> None:
    reached, edge = set(), {"received", "duplicate", "refused"}
    while edge:
        reached |= edge
        edge = {to for state in edge for to in MOVES[state]} - reached

    assert set(MOVES) == reached
    assert {"closed", "refused", "duplicate"} == FINAL


@pytest.mark.parametrize("state", ["received", "duplicate", "refused"])
def test_a_message_ends_at_once_only_in_a_final_state(
    tx: SqliteTransaction, book: Messages, state: str
) -> None:
    book.add(tx, make_message(), state, 7, code="why")
    row = messages.find(tx, make_message().tenant, make_message().id)

    assert row is not None
    assert (7 if state in FINAL else None, "why") == (row["closed_us"], row["code"])


def test_a_move_tells_where_from_and_why(tx: SqliteTransaction, book: Messages) -> None:
    message = make_message()
    book.add(tx, message, "received", 1)
    book.move(tx, message, "refused", 2, code="date_wrong")
    [_, entry] = entries_of(tx)

    assert ("received", "refused") == (entry["from_state"], entry["to_state"])
    assert {"code": "date_wrong"} == facts_of(entry)


def test_a_message_nobody_accepted_does_not_move(tx: SqliteTransaction, book: Messages) -> None:
    with pytest.raises(Conflict, match="illegal_move"):
        book.move(tx, make_message(), "routed", 1)

    assert [] == entries_of(tx)


def test_a_note_does_not_count_in_the_balance(tx: SqliteTransaction, book: Messages) -> None:
    message = make_message()
    book.add(tx, message, "received", 1)
    book.note(tx, message, 2, "checked", step=Step("p-1", digest="ab", actor="ahrens"))
    [_, entry] = entries_of(tx)

    assert (None, None, "ahrens", "p-1") == (
        entry["from_state"], entry["to_state"], entry["actor"], entry["promise_id"],
    )  # fmt: skip
    assert by_rows(tx) == by_journal(tx)


@given(kept=st.integers(0, 4))
@settings(deadline=None)
def test_the_last_kept_promise_closes_a_message(kept: int) -> None:
    tx, book, message = empty_store(), Messages(Journal("hub-1")), make_message()
    book.add(tx, message, "received", 1)
    book.travelled(tx, (Travelled(message, "routed", promised=4),), 2)
    for _ in range(kept):
        book.fulfilled(tx, message.tenant, ((message.id, "filed", Step()),), 3)

    assert {message.id: "closed" if kept == 4 else "routed"} == by_rows(tx) == by_journal(tx)


def test_a_message_in_clearing_is_not_closed_by_its_promises(
    tx: SqliteTransaction, book: Messages
) -> None:
    message = make_message()
    book.add(tx, message, "received", 1)
    book.travelled(tx, (Travelled(message, "clearing", promised=1),), 2)
    book.fulfilled(tx, message.tenant, ((message.id, "filed", Step()),), 3)

    assert {message.id: "clearing"} == by_rows(tx)


def test_the_envelope_comes_back_unchanged(tx: SqliteTransaction, book: Messages) -> None:
    message = make_message(
        original_name="e\\\u0301 \n\u202e.xml", causation_id="m-0", part_of="m-0", record="ab"
    )
    book.add(tx, message, "received", 1)
    row = messages.find(tx, message.tenant, message.id)

    assert row is not None
    assert message == to_message(row)


def test_another_office_finds_nothing(tx: SqliteTransaction, book: Messages) -> None:
    book.add(tx, make_message(tenant="a"), "received", 1)

    assert messages.find(tx, "a", make_message().id) is not None
    assert messages.find(tx, "b", make_message().id) is None


def test_the_first_meaning_of_a_key_stays(tx: SqliteTransaction) -> None:
    first, second = make_message(id="m-1"), make_message(id="m-2")
    for message in (first, second):
        messages.remember_numbers(tx, [(message, "ab")])
    asked = Counter(
        (found := messages.seen(
            tx, tenant=tenant, channel=channel, key_kind=kind, key="ab"
        )) and found["message_id"]
        for tenant in (first.tenant, "b")
        for channel in (first.channel, "ihv")
        for kind in ("bytes", "business")
    )  # fmt: skip

    assert Counter({None: 7, "m-1": 1}) == asked
