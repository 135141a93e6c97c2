"""What every adapter of the database port keeps: SQLite and PostgreSQL."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from operator import itemgetter

import pytest

from hub.core.errors import Unavailable
from hub.store.database import Transaction
from tests.engines import AnyDatabase, Engine


@pytest.fixture
async def database(engine: Engine) -> AsyncIterator[AnyDatabase]:
    opened = engine.open()
    await opened.write(lambda tx: tx.run("CREATE TABLE item (id INTEGER PRIMARY KEY, t TEXT)"))
    yield opened
    opened.close()


def insert(number: int) -> Callable[[Transaction], int]:
    return lambda tx: tx.run("INSERT INTO item VALUES (:id, 'x')", id=number)


def ids(tx: Transaction) -> list[int]:
    return [row["id"] for row in tx.all("SELECT id FROM item ORDER BY id")]


class Gate:
    """A unit that stands in the writer until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(self, tx: Transaction) -> None:
        insert(0)(tx)
        self.entered.set()
        assert self.open.wait(20)


async def held(database: AnyDatabase) -> tuple[Gate, "asyncio.Task[None]"]:
    """Return a gate that stands in the writer."""
    gate = Gate()
    task = asyncio.create_task(database.write(gate))
    assert await asyncio.to_thread(gate.entered.wait, 20)
    return gate, task


async def test_what_queues_up_during_a_commit_shares_the_next_one(
    database: AnyDatabase,
) -> None:
    gate, first = await held(database)
    before = database.figures.groups
    rest = [asyncio.create_task(database.write(insert(n))) for n in range(1, 301)]
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.gather(first, *rest)

    assert 1 + 3 == database.figures.groups - before
    assert database.figures.units > database.figures.groups
    assert list(range(301)) == await database.read(ids)


async def test_a_failing_unit_is_rolled_back_alone(database: AnyDatabase) -> None:
    def half(tx: Transaction) -> None:
        insert(50)(tx)
        raise LookupError

    gate, first = await held(database)
    rest = [database.write(work) for work in (insert(1), half, insert(1), insert(2))]
    outcomes = asyncio.gather(*rest, return_exceptions=True)
    await asyncio.sleep(0)
    gate.open.set()
    await first
    one, failed, repeated, two = await outcomes

    assert [0, 1, 2] == await database.read(ids)
    assert (1, 1) == (one, two)
    assert isinstance(failed, LookupError)
    assert isinstance(repeated, Exception)


@pytest.mark.parametrize("error", [StopIteration(), KeyboardInterrupt(), MemoryError()])
async def test_no_error_of_a_unit_makes_its_caller_wait_for_ever(
    database: AnyDatabase, error: BaseException
) -> None:
    def fail(_: Transaction) -> None:
        raise error

    task = asyncio.ensure_future(database.write(insert(1)))
    with pytest.raises((RuntimeError, KeyboardInterrupt, MemoryError)):
        await asyncio.wait_for(_caught(database, fail), 20)
    await task

    assert [1] == await database.read(ids)


async def _caught(database: AnyDatabase, work: Callable[[Transaction], None]) -> None:
    """Await in this task: a task that ends with KeyboardInterrupt would end the loop."""
    try:
        await database.write(work)
    except KeyboardInterrupt as exc:
        raise RuntimeError from exc


async def test_the_units_of_one_caller_keep_their_order(database: AnyDatabase) -> None:
    numbers = [7, 3, 9, 1, 8, 2]
    await database.write(lambda tx: tx.run("CREATE TABLE line (place INTEGER, id INTEGER)"))

    def place(number: int) -> Callable[[Transaction], int]:
        return lambda tx: tx.run("INSERT INTO line SELECT count(*), :id FROM line", id=number)

    await asyncio.gather(*(database.write(place(number)) for number in numbers))

    rows = await database.read(lambda tx: tx.all("SELECT id FROM line ORDER BY place"))
    assert numbers == [row["id"] for row in rows]


async def test_a_unit_sees_what_the_unit_before_it_did(database: AnyDatabase) -> None:
    _, seen = await asyncio.gather(database.write(insert(1)), database.write(ids))

    assert [1] == seen


async def test_a_reader_sees_only_what_is_committed(database: AnyDatabase) -> None:
    gate, task = await held(database)
    during = await database.read(ids)
    gate.open.set()
    await task

    assert ([], [0]) == (during, await database.read(ids))


async def test_a_reader_keeps_its_state_while_others_write(database: AnyDatabase) -> None:
    started, written = threading.Event(), threading.Event()

    def twice(tx: Transaction) -> tuple[list[int], list[int]]:
        before = ids(tx)
        started.set()
        assert written.wait(20)
        return before, ids(tx)

    reading = asyncio.create_task(database.scan(twice))
    await asyncio.to_thread(started.wait, 20)
    await database.write(insert(1))
    written.set()

    assert ([], []) == await reading


@pytest.mark.parametrize("way", ["read", "scan"])
async def test_a_reader_cannot_write(database: AnyDatabase, engine: Engine, way: str) -> None:
    with pytest.raises(engine.driver_error):
        await getattr(database, way)(insert(1))

    assert [] == await database.read(ids)


async def test_a_failing_reader_leaves_nothing_behind(database: AnyDatabase) -> None:
    def fail(tx: Transaction) -> None:
        ids(tx)
        raise LookupError

    for _ in range(20):
        with pytest.raises(LookupError):
            await database.read(fail)
    await database.write(insert(1))

    assert [1] == await database.read(ids)


async def test_rows_changed_are_counted(database: AnyDatabase) -> None:
    await database.write(insert(1))
    again = "INSERT INTO item VALUES (1, 'y') ON CONFLICT DO NOTHING"

    assert 0 == await database.write(lambda tx: tx.run(again))
    assert 1 == await database.write(lambda tx: tx.run("UPDATE item SET t = 'z'"))
    assert 0 == await database.write(lambda tx: tx.run("DELETE FROM item WHERE id = 2"))


async def test_many_rows_go_in_with_one_statement_and_in_their_order(
    database: AnyDatabase,
) -> None:
    rows = ({"id": number, "t": f"<{number}>"} for number in (3, 1, 2, 3))
    sql = (
        "INSERT INTO item VALUES (:id, :t) ON CONFLICT (id) DO UPDATE SET t = item.t || excluded.t"
        " RETURNING id"
    )
    await database.write(lambda tx: tx.many(sql, rows))
    await database.write(lambda tx: tx.many(sql, []))

    found = await database.read(lambda tx: tx.all("SELECT id, t FROM item ORDER BY id"))
    assert [(1, "<1>"), (2, "<2>"), (3, "<3><3>")] == [(row["id"], row["t"]) for row in found]


async def test_many_tell_how_many_rows_they_changed(database: AnyDatabase) -> None:
    fresh = "INSERT INTO item VALUES (:id, :t) ON CONFLICT DO NOTHING"
    forty = [{"id": number, "t": "x"} for number in range(40)]

    assert [40, 1, 0, 0] == [
        await database.write(lambda tx, rows=rows: tx.many(fresh, rows))
        for rows in (forty, [*forty, {"id": 40, "t": "y"}], forty, [])
    ]


async def test_each_of_many_returns_its_rows(database: AnyDatabase) -> None:
    forty = [{"id": number, "t": f"<{number}>"} for number in range(40)]

    given = await database.write(
        lambda tx: tx.each("INSERT INTO item VALUES (:id, :t) RETURNING id, t", forty)
    )

    assert forty == sorted(given, key=itemgetter("id"))
    assert [] == await database.write(lambda tx: tx.each("INSERT INTO item VALUES (:id, :t)", []))


async def test_a_list_of_new_values_changes_the_rows_it_names(database: AnyDatabase) -> None:
    held = [{"id": number, "t": "old" if number % 2 else "kept"} for number in range(70)]
    await database.write(lambda tx: tx.many("INSERT INTO item VALUES (:id, :t)", held))
    renew = (
        "WITH new (id, t) AS (VALUES (:id, :t))"
        " UPDATE item SET t = new.t FROM new WHERE item.id = new.id AND item.t = 'old'"
    )
    wanted = [{"id": number, "t": f"<{number}>"} for number in range(70)]

    assert 35 == await database.write(lambda tx: tx.many(renew, wanted))

    found = await database.read(lambda tx: tx.all("SELECT id, t FROM item ORDER BY id"))
    assert [f"<{n}>" if n % 2 else "kept" for n in range(70)] == [row["t"] for row in found]


async def test_one_wrong_row_of_many_undoes_the_unit(database: AnyDatabase, engine: Engine) -> None:
    sql = "INSERT INTO item VALUES (:id, :t)"
    for wrong in ({"id": 2}, {"id": 1, "t": "again"}):
        rows = [{"id": 1, "t": "x"}, wrong]
        with pytest.raises((engine.driver_error, KeyError)):
            await database.write(lambda tx, rows=rows: tx.many(sql, rows))

    assert [] == await database.read(ids)


async def test_returned_rows_carry_their_columns(database: AnyDatabase) -> None:
    sql = "INSERT INTO item VALUES (:id, :t) RETURNING id, t"

    assert {"id": 5, "t": None} == await database.write(lambda tx: tx.one(sql, id=5, t=None))
    assert await database.read(lambda tx: tx.one("SELECT id FROM item WHERE id = 6")) is None


async def test_a_forgotten_value_is_an_error_not_a_null(
    database: AnyDatabase, engine: Engine
) -> None:
    sql = "INSERT INTO item VALUES (:id, :t)"

    with pytest.raises((engine.driver_error, KeyError)):
        await database.write(lambda tx: tx.run(sql, id=1))


async def test_numbers_truths_and_bytes_come_back_alike(database: AnyDatabase) -> None:
    def work(tx: Transaction) -> tuple[object, ...]:
        tx.run("CREATE TABLE thing (n BIGINT, b BLOB)")
        tx.many(
            "INSERT INTO thing VALUES (:n, :b)",
            [{"n": 2**40, "b": b"\x00\xff"}, {"n": 1, "b": None}],
        )
        return tuple(
            (tx.one("SELECT sum(n) AS s, count(b) AS c, max(n) = 1 AS t FROM thing") or {}).values()
        )

    await database.write(lambda tx: tx.run(_BLOB[database.dialect]))
    assert (2**40 + 1, 1, 0) == await database.write(work)
    found = await database.read(lambda tx: tx.all("SELECT b FROM thing ORDER BY n"))
    assert [None, b"\x00\xff"] == [row["b"] for row in found]


_BLOB = {"sqlite": "SELECT 1", "postgresql": "CREATE DOMAIN blob AS bytea"}


@pytest.mark.parametrize(
    ("wanted", "found"), [((1, 3), [1, 3]), ((), []), ((7,), [])], ids=["two", "none", "unknown"]
)
async def test_a_tuple_is_a_list(
    database: AnyDatabase, wanted: tuple[int, ...], found: list[int]
) -> None:
    for number in range(4):
        await database.write(insert(number))
    named = "SELECT id FROM item WHERE id IN :ids AND (:t IS NULL OR t = :t) ORDER BY id"
    others = "SELECT id FROM item WHERE id NOT IN :ids ORDER BY id"
    rows = await database.read(lambda tx: tx.all(named, ids=wanted, t=None))
    rest = await database.read(lambda tx: tx.all(others, ids=wanted or (-1,)))

    assert found == [row["id"] for row in rows]
    assert [n for n in range(4) if n not in found] == [row["id"] for row in rest]


async def test_a_zero_sign_in_a_question_finds_nothing_and_breaks_nothing(
    database: AnyDatabase,
) -> None:
    await database.write(insert(1))

    assert [] == await database.read(lambda tx: tx.all("SELECT 1 FROM item WHERE t = :t", t="x\0"))
    assert [1] == await database.read(ids)


async def test_several_event_loops_share_one_database(database: AnyDatabase) -> None:
    async def other() -> None:
        await asyncio.gather(*(database.write(insert(n)) for n in range(100, 150)))

    await asyncio.gather(
        asyncio.to_thread(asyncio.run, other()), *(database.write(insert(n)) for n in range(50))
    )

    assert [*range(50), *range(100, 150)] == sorted(await database.read(ids))


async def test_a_caller_that_gave_up_harms_nobody(database: AnyDatabase) -> None:
    gate, first = await held(database)
    waiting = asyncio.create_task(database.write(insert(1)))
    await asyncio.sleep(0)
    waiting.cancel()
    gate.open.set()
    await first

    assert 1 == await database.write(insert(2))


async def test_an_event_loop_that_ended_harms_nobody(database: AnyDatabase) -> None:
    async def leave() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(database.write(insert(1)), 0.01)

    gate, first = await held(database)
    await asyncio.to_thread(asyncio.run, leave())
    gate.open.set()
    await first

    assert 1 == await asyncio.wait_for(database.write(insert(2)), 20)


async def test_what_was_written_is_there_after_reopening(engine: Engine) -> None:
    for number in range(3):
        database = engine.open()
        await database.write(
            lambda tx: tx.run("CREATE TABLE IF NOT EXISTS item (id INTEGER PRIMARY KEY, t TEXT)")
        )
        await database.write(insert(number))
        found = await database.read(ids)
        database.close()

        assert list(range(number + 1)) == found


async def test_closing_finishes_what_is_queued(engine: Engine) -> None:
    database = engine.open()
    await database.write(lambda tx: tx.run("CREATE TABLE item (id INTEGER PRIMARY KEY, t TEXT)"))
    gate, first = await held(database)
    rest = [asyncio.create_task(database.write(insert(n))) for n in range(1, 250)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(asyncio.to_thread(database.close))
    await asyncio.sleep(0.01)
    gate.open.set()
    await asyncio.wait_for(asyncio.gather(closing, first, *rest), 20)
    again = engine.open()

    assert list(range(250)) == await again.read(ids)
    again.close()


async def test_a_closed_database_says_so_at_once(database: AnyDatabase) -> None:
    database.close()
    database.close()

    for attempt in (database.write(insert(1)), database.read(ids), database.scan(ids)):
        with pytest.raises(Unavailable, match="database_closed"):
            await asyncio.wait_for(attempt, 20)
