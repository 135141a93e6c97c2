"""The journal is append-only, and whatever was done to it afterwards is found."""

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.store.database import Row
from hub.store.journal import Entry, Journal, chain, entries_after, facts_of, faults, trace
from hub.store.messages import Messages
from hub.store.sqlite import SqliteTransaction
from tests.empty_store import empty_store
from tests.factories import make_message

LENGTH = 6
COLUMNS = (
    "seq", "at_us", "node", "tenant", "message_id", "promise_id", "case_key", "action",
    "from_state", "to_state", "actor", "digest", "facts", "previous", "hash",
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ENTRIES = st.builds(
    Entry,
    TEXTS, TEXTS,
    message_id=st.none() | TEXTS,
    to_state=st.none() | TEXTS,
    facts=st.dictionaries(TEXTS, st.integers() | TEXTS | st.none() | st.booleans(), max_size=3),
)  # fmt: skip


def journal_of(*entries: Entry) -> SqliteTransaction:
    tx = empty_store()
    for number, entry in enumerate(entries):
        Journal("hub-1").append(tx, number, entry)
    return tx


def rows_of(tx: SqliteTransaction) -> list[Row]:
    return entries_after(tx, 0, 1000)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    entries = [Entry("a", "received", f"m-{n}", facts={"n": n}) for n in range(LENGTH)]
    return rows_of(journal_of(*entries))


@given(st.lists(ENTRIES, max_size=5))
@settings(deadline=None, max_examples=50)
def test_what_was_written_holds_and_can_be_read_again(entries: list[Entry]) -> None:
    rows = rows_of(journal_of(*entries))

    assert [] == list(faults(iter(rows)))
    assert [dict(entry.facts) for entry in entries] == [facts_of(row) for row in rows]
    assert [entry.action for entry in entries] == [row["action"] for row in rows]


def test_entries_of_one_unit_are_chained_like_those_of_many() -> None:
    together, apart = empty_store(), empty_store()
    entries = [Entry("a", "received", f"m-{n}") for n in range(3)]
    Journal("hub-1").append(together, 1, *entries)
    for entry in entries:
        Journal("hub-1").append(apart, 1, entry)

    assert rows_of(apart) == rows_of(together)


@given(
    place=st.integers(0, LENGTH - 1),
    column=st.sampled_from(COLUMNS),
    value=st.none() | st.integers() | st.text(max_size=3) | st.binary(max_size=3) | st.floats(),
)
def test_a_changed_field_is_found(rows: list[Row], place: int, column: str, value: object) -> None:
    if value == rows[place][column]:
        return
    changed = [dict(row) for row in rows]
    changed[place][column] = value

    assert [] != list(faults(iter(changed)))


@given(place=st.integers(0, LENGTH - 1), column=st.sampled_from(COLUMNS[1:]), data=st.data())
def test_a_changed_character_is_found(
    rows: list[Row], place: int, column: str, data: st.DataObject
) -> None:
    old = str(rows[place][column] if rows[place][column] is not None else "")
    at = data.draw(st.integers(0, len(old)))
    changed = [dict(row) for row in rows]
    changed[place][column] = old[:at] + data.draw(st.characters(codec="ascii")) + old[at:]

    assert [] != list(faults(iter(changed)))


@given(place=st.integers(0, LENGTH - 2))
def test_a_removed_entry_is_found(rows: list[Row], place: int) -> None:
    assert [] != list(faults(iter(rows[:place] + rows[place + 1 :])))


@given(order=st.permutations(range(LENGTH)))
def test_reordered_entries_are_found(rows: list[Row], order: list[int]) -> None:
    reordered = [rows[place] for place in order]

    assert (order == sorted(order)) == ([] == list(faults(iter(reordered))))


@given(place=st.integers(1, LENGTH - 1))
def test_an_inserted_entry_is_found(rows: list[Row], place: int) -> None:
    forged = rows[place] | {"action": "closed", "previous": rows[place - 1]["hash"]}
    forged["hash"] = chain(forged["previous"], forged)

    assert [] != list(faults(iter([*rows[:place], forged, *rows[place:]])))


@given(place=st.integers(0, LENGTH - 2))
def test_an_entry_whose_hash_was_made_to_fit_is_found(rows: list[Row], place: int) -> None:
    forged = rows[place] | {"actor": "somebody else"}
    forged["hash"] = chain(forged["previous"], forged)
    changed = [*rows[:place], forged, *rows[place + 1 :]]

    found = list(faults(iter(changed)))

    assert [f"Eintrag {place + 2}: Verkettung mit dem Vorgänger stimmt nicht"] == found


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET actor = 'x'",
        "UPDATE journal SET actor = actor WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 3",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 1",
    ],
)
def test_the_database_lets_nobody_change_an_entry(sql: str) -> None:
    tx = journal_of(*(Entry("a", "received", f"m-{n}") for n in range(3)))
    before = rows_of(tx)

    with pytest.raises(apsw.ConstraintError, match="append-only"):
        tx.run(sql)

    assert before == rows_of(tx)


def test_the_trace_of_a_message_holds_its_family_in_order() -> None:
    tx, book = empty_store(), Messages(Journal("hub-1"))
    parent = make_message(id="m-1")
    child = make_message(id="m-2", causation_id="m-1")
    grandchild = make_message(id="m-3", causation_id="m-2")
    stranger = make_message(id="m-4", causation_id="m-9")
    for message in (parent, stranger, grandchild, child):
        book.add(tx, message, "received", 1)
    book.move(tx, parent, "routed", 2)

    assert ["m-1", "m-3", "m-2", "m-1"] == [row["message_id"] for row in trace(tx, "m-1")]
    assert [] == trace(tx, "m-1", "another office")
