from dataclasses import replace

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.store import audit
from hub.store.audit import Access
from hub.store.sqlite import SqliteTransaction
from tests.empty_store import empty_store

ENTRY = Access(
    at_us=1, tenant="a", actor="ahrens", role="caseworker", action="file_viewed",
    object_kind="akte", object_id="1", akte="1", purpose="Fallbearbeitung",
)  # fmt: skip
COLUMNS = (
    "seq", "at_us", "tenant", "actor", "role", "action", "object_kind", "object_id", "akte",
    "document", "purpose", "result", "previous", "hash",
)  # fmt: skip


def new_log() -> SqliteTransaction:
    """Return an empty access log."""
    return empty_store()


def fill(tx: SqliteTransaction, count: int) -> None:
    """Write entries of two offices in turn."""
    for number in range(count):
        audit.append(tx, replace(ENTRY, at_us=number, tenant="ab"[number % 2], document="d"))


@pytest.fixture
def log() -> SqliteTransaction:
    tx = new_log()
    fill(tx, 6)
    return tx


def tamper(tx: SqliteTransaction, sql: str, **values: object) -> None:
    """Do what only the owner of the file can do."""
    tx.run("DROP TRIGGER access_log_no_update; DROP TRIGGER access_log_no_delete")
    tx.run(sql, **values)


def test_an_untouched_log_is_intact(log: SqliteTransaction) -> None:
    assert audit.ChainState(6, intact=True) == audit.verify(log)


def test_an_empty_log_is_intact() -> None:
    assert audit.ChainState(0, intact=True) == audit.verify(new_log())


@given(
    row=st.integers(1, 5),
    column=st.sampled_from(COLUMNS),
    place=st.integers(0, 63),
    bit=st.integers(0, 6),
)
def test_any_flipped_bit_is_found(row: int, column: str, place: int, bit: int) -> None:
    tx = new_log()
    fill(tx, 5)
    found = tx.one("SELECT * FROM access_log WHERE seq = :row", row=row)
    assert found is not None
    tamper(
        tx,
        f"UPDATE access_log SET {column} = :value WHERE seq = :row",  # noqa: S608  a column of our own list
        value=flipped(found[column], place, bit),
        row=row,
    )
    state = audit.verify(tx)

    assert not state.intact
    assert state.broken_at is not None


def flipped(value: object, place: int, bit: int) -> object:
    """Return the value with one bit turned over."""
    if isinstance(value, int):
        return value ^ (1 << (bit + 3))  # numbers of other entries are taken
    raw = bytearray(str(value or "x").encode())
    raw[place % len(raw)] ^= 1 << bit
    return raw.decode("latin-1")


@pytest.mark.parametrize("row", [1, 3, 5])
def test_a_removed_entry_is_found(log: SqliteTransaction, row: int) -> None:
    tamper(log, "DELETE FROM access_log WHERE seq = :row", row=row)

    assert audit.verify(log).broken_at == row


def test_a_removed_end_is_found_by_the_head_kept_outside(log: SqliteTransaction) -> None:
    kept = audit.head(log)
    tamper(log, "DELETE FROM access_log WHERE seq > 4")

    assert audit.verify(log).intact
    assert kept != audit.head(log)


@pytest.mark.parametrize("sql", ["UPDATE access_log SET actor = 'x'", "DELETE FROM access_log"])
def test_the_database_refuses_to_change_the_log(log: SqliteTransaction, sql: str) -> None:
    with pytest.raises(apsw.ConstraintError, match="append-only"):
        log.run(sql)


def test_an_office_sees_only_its_own_entries_newest_first(log: SqliteTransaction) -> None:
    assert [5, 3, 1] == [row["seq"] for row in audit.page(log, "a")]
    assert [3, 1] == [row["seq"] for row in audit.page(log, "a", before=5)]
    assert [] == audit.page(log, None)


def test_the_readers_of_a_file_are_those_of_that_office(log: SqliteTransaction) -> None:
    assert [6, 4] == [row["seq"] for row in audit.readers(log, "b", "1", limit=2)]
    assert [] == audit.readers(log, "b", "2")
