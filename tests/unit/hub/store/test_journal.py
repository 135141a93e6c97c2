"""The journal is append-only, and whatever was done to it afterwards is found."""

from hashlib import sha256

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.record import canonical_json
from hub.store import journal
from hub.store.database import Row
from hub.store.journal import Entry, Head, Journal, chain, facts_of, faults, heads, trace
from hub.store.messages import Messages
from hub.store.sqlite import SqliteTransaction
from tests.empty_store import empty_store
from tests.factories import make_message

LENGTH = 6
COLUMNS = (
    "seq", "tenant", "at_us", "node", "message_id", "promise_id", "case_key", "action",
    "from_state", "to_state", "actor", "digest", "facts", "previous", "hash",
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TENANTS = ("a", "b", "c")
ENTRIES = st.builds(
    Entry,
    st.sampled_from(TENANTS), TEXTS,
    message_id=st.none() | TEXTS,
    to_state=st.none() | TEXTS,
    facts=st.dictionaries(TEXTS, st.integers(-(2**63), 2**63 - 1) | TEXTS | st.none() | st.booleans(), max_size=3),
)  # fmt: skip


def journal_of(*entries: Entry) -> SqliteTransaction:
    tx = empty_store()
    for number, entry in enumerate(entries):
        Journal("hub-1").append(tx, number, entry)
    return tx


def rows_of(tx: SqliteTransaction, tenant: str = "a") -> list[Row]:
    return list(journal.entries(tx, tenant))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    entries = [Entry("a", "received", f"m-{n}", facts={"n": n}) for n in range(LENGTH)]
    return rows_of(journal_of(*entries))


@given(st.lists(ENTRIES, max_size=8))
@settings(deadline=None, max_examples=50)
def test_what_was_written_holds_and_can_be_read_again(entries: list[Entry]) -> None:
    tx = journal_of(*entries)

    assert (len(entries), ()) == (journal.verify(tx).entries, journal.verify(tx).faults)
    for tenant in TENANTS:
        own, rows = [entry for entry in entries if entry.tenant == tenant], rows_of(tx, tenant)
        assert list(range(1, len(own) + 1)) == [row["seq"] for row in rows]
        assert [dict(entry.facts) for entry in own] == [facts_of(row) for row in rows]
        assert [entry.action for entry in own] == [row["action"] for row in rows]


@given(st.lists(ENTRIES, max_size=8))
@settings(deadline=None, max_examples=50)
def test_entries_of_one_unit_are_chained_like_those_of_many(entries: list[Entry]) -> None:
    together, apart = empty_store(), empty_store()
    Journal("hub-1").append(together, 1, *entries)
    for entry in entries:
        Journal("hub-1").append(apart, 1, entry)

    assert heads(apart) == heads(together)
    assert [rows_of(apart, t) for t in TENANTS] == [rows_of(together, t) for t in TENANTS]


@given(st.lists(ENTRIES, min_size=1, max_size=8))
@settings(deadline=None, max_examples=50)
def test_a_head_names_the_newest_entry_of_its_tenant(entries: list[Entry]) -> None:
    tx = empty_store()
    Journal("hub-1").append(tx, 1, *entries)

    tenants = sorted({entry.tenant for entry in entries})
    newest = [rows_of(tx, tenant)[-1] for tenant in tenants]
    assert [Head(row["tenant"], row["seq"], row["hash"]) for row in newest] == heads(tx)


@given(ENTRIES)
@settings(deadline=None)
def test_the_hash_is_made_of_canonical_json(entry: Entry) -> None:
    [row] = rows_of(journal_of(entry), entry.tenant)
    said = {name: row[name] for name in COLUMNS if name not in ("previous", "hash")}

    assert sha256(b"0" * 64 + canonical_json(said)).hexdigest() == row["hash"]


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


@given(kept=st.integers(0, LENGTH - 1))
def test_a_cut_tail_is_found(rows: list[Row], kept: int) -> None:
    head = Head("a", LENGTH, rows[-1]["hash"])

    assert [] == list(faults(iter(rows), head))
    assert [f"Kettenende ist Eintrag {LENGTH}, gefunden wurde als letzter {kept}"] == list(
        faults(iter(rows[:kept]), head)
    )


def test_a_chain_without_its_head_is_found() -> None:
    tx = journal_of(Entry("a", "received"), Entry("b", "received"))
    tx.run("DROP TRIGGER journal_head_no_delete")
    tx.run("DELETE FROM journal_head WHERE tenant = 'b'")

    assert ("b: Kettenende ist nicht verzeichnet",) == journal.verify(tx).faults


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


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal_head SET seq = 2",
        "UPDATE journal_head SET tenant = 'b'",
        "DELETE FROM journal_head",
    ],
)
def test_the_database_lets_nobody_set_a_head_back(sql: str) -> None:
    tx = journal_of(*(Entry("a", "received", f"m-{n}") for n in range(3)))
    before = heads(tx)

    with pytest.raises(apsw.ConstraintError, match="only grows"):
        tx.run(sql)

    assert before == heads(tx)


def test_the_trace_of_a_message_holds_its_family_in_order() -> None:
    tx, book = empty_store(), Messages(Journal("hub-1"))
    parent = make_message(id="m-1")
    child = make_message(id="m-2", causation_id="m-1")
    grandchild = make_message(id="m-3", causation_id="m-2")
    stranger = make_message(id="m-4", causation_id="m-9")
    for message in (parent, stranger, grandchild, child):
        book.add(tx, message, "received", 1)
    book.move(tx, parent, "routed", 2)

    assert ["m-1", "m-3", "m-2", "m-1"] == [
        row["message_id"] for row in trace(tx, "m-1", parent.tenant)
    ]
    assert [] == trace(tx, "m-1", "another office")
