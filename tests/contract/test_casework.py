"""What caseworkers keep beside the files, and who they stand for, alike on both engines."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date

import pytest

from hub.core.errors import Conflict, Rejected
from hub.store.casework import emergencies, keeping, notes, tasks, units, visits
from hub.store.casework.emergencies import Emergency
from hub.store.casework.notes import Note
from hub.store.casework.tasks import Task
from hub.store.casework.units import Standing
from hub.store.database import Transaction
from hub.store.migrate import hub_migrations, migrate
from tests.engines import AnyDatabase, Engine

NOW = 1_795_000_000_000_000
MINUTE = 60_000_000
HERE, THERE = "musterstadt", "beispielkreis"
TODAY = date(2026, 11, 22)
Change = Callable[[Transaction], None]
PATIENCE_S, UNDER_WAY_S = 5.0, 0.5
"""How long a change may take to begin, and is then under way."""


def _fill(tx: Transaction) -> None:
    for tenant, login in ((HERE, "ahrens"), (HERE, "bauer"), (THERE, "fremd"), (None, "betrieb")):
        tx.run(
            "INSERT INTO account (id, tenant, login, name, roles, password, state, changed_us)"
            " VALUES (:login, :tenant, :login, :login, 'caseworker', 'x', 'active', 1)",
            tenant=tenant, login=login,
        )  # fmt: skip
    for tenant, unit in ((HERE, "uv1"), (HERE, "uv2"), (THERE, "uv9")):
        keeping.create(tx, tenant, unit, unit.upper())


@pytest.fixture
async def database(engine: Engine) -> AsyncIterator[AnyDatabase]:
    opened = engine.open()
    await migrate(opened, hub_migrations(engine.name), NOW)
    await opened.write(_fill)
    yield opened
    await asyncio.to_thread(opened.close)


async def test_a_person_stands_for_whoever_is_away_and_for_nobody_a_day_later(
    database: AnyDatabase,
) -> None:
    def work(tx: Transaction) -> list[Standing]:
        units.join(tx, "bauer", ["uv2"], NOW)
        units.stand_in(tx, "bauer", "ahrens", date(2026, 11, 20), TODAY)
        days = (date(2026, 11, 19), TODAY, date(2026, 11, 23))
        return [units.standing(tx, HERE, "ahrens", ["uv1"], (day, NOW)) for day in days]

    before, during, after = await database.write(work)

    assert Standing((), ("uv1",), ()) == before == after
    assert Standing(("bauer",), ("uv1", "uv2"), ()) == during
    listed = await database.read(
        lambda tx: (units.units(tx, HERE), units.deputies(tx, HERE, TODAY))
    )
    assert [("uv1", 0), ("uv2", 1)] == [(one["id"], one["members"]) for one in listed[0]]
    assert [("bauer", "ahrens")] == [(one["person"], one["deputy"]) for one in listed[1]]


async def test_a_closed_unit_leaves_everything_to_its_successor(database: AnyDatabase) -> None:
    task = Task(
        id="t", tenant=HERE, akte="a", due="2026-11-01", text="x", owner="u:uv1", made_by="ahrens",
        made_us=NOW,
    )  # fmt: skip

    def work(tx: Transaction) -> list[object]:
        units.join(tx, "ahrens", ["uv1"], NOW)
        units.join(tx, "bauer", ["uv1", "uv2"], NOW)
        tasks.add(tx, task)
        keeping.create(tx, HERE, "uv3", "UV3")
        keeping.close(tx, HERE, "uv1", files=3, successor="uv2", now_us=NOW)
        keeping.close(tx, HERE, "uv2", files=0, successor="uv3", now_us=NOW)
        rows = [(one["id"], one["members"], one["tasks"]) for one in keeping.kept(tx, HERE)]
        now = units.standing(tx, HERE, "bauer", ["uv3"], (TODAY, NOW)).units
        return [rows, now, [one["id"] for one in units.units(tx, HERE)], units.units(tx, THERE)]

    rows, now, left, elsewhere = await database.write(work)

    assert [("uv3", 2, 1), ("uv1", 0, 0), ("uv2", 0, 0)] == rows
    assert (("uv1", "uv2", "uv3"), ["uv3"]) == (now, left)
    assert [{"id": "uv9", "name": "UV9", "members": 0}] == elsewhere


@pytest.mark.parametrize(
    ("files", "successor", "code"),
    [
        (1, "", "unit_not_empty"),
        (0, "uv1", "unit_successor_invalid"),
        (0, "uv9", "unit_successor_invalid"),
    ],
)
async def test_a_unit_is_closed_only_empty_or_with_an_open_unit_of_the_office_behind_it(
    database: AnyDatabase, files: int, successor: str, code: str
) -> None:
    with pytest.raises(Rejected, match=code):
        await database.write(
            lambda tx: keeping.close(tx, HERE, "uv1", files=files, successor=successor, now_us=NOW)
        )


async def test_a_closed_unit_gets_a_successor_once_and_its_word_is_never_used_again(
    database: AnyDatabase,
) -> None:
    def close(tx: Transaction, successor: str) -> None:
        keeping.close(tx, HERE, "uv1", files=0, successor=successor, now_us=NOW)

    await database.write(lambda tx: close(tx, ""))
    with pytest.raises(Conflict, match="unit_taken"):
        await database.write(lambda tx: keeping.create(tx, HERE, "uv1", "Neu"))
    with pytest.raises(Conflict, match="unit_closed"):
        await database.write(lambda tx: close(tx, ""))
    await database.write(lambda tx: close(tx, "uv2"))
    with pytest.raises(Conflict, match="unit_closed"):
        await database.write(lambda tx: close(tx, "uv2"))


def join(tx: Transaction) -> None:
    units.join(tx, "ahrens", ["uv1"], NOW)


def hand_over(tx: Transaction) -> None:
    tasks.change(tx, HERE, "t", owner="u:uv1")


def close(tx: Transaction) -> None:
    keeping.close(tx, HERE, "uv1", files=0, successor="", now_us=NOW)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (join, close, "unit_not_empty"),
        (hand_over, close, "unit_not_empty"),
        (close, join, "unknown_unit"),
        (close, hand_over, "unknown_unit"),
    ],
)
async def test_nothing_comes_into_a_unit_while_it_is_closed_as_empty(
    database: AnyDatabase, other: AnyDatabase, first: Change, second: Change, code: str
) -> None:
    task = Task(
        id="t", tenant=HERE, akte="a", due="2026-11-01", text="x", owner="p:ahrens",
        made_by="ahrens", made_us=NOW,
    )  # fmt: skip
    await database.write(lambda tx: tasks.add(tx, task))

    under_way = await begun(database, first)
    with pytest.raises(Rejected, match=code):
        await other.write(second)
    await under_way


async def test_what_an_account_is_given_while_its_unit_is_closed_stays(
    database: AnyDatabase, other: AnyDatabase
) -> None:
    await database.write(lambda tx: keeping.create(tx, HERE, "uv3", "UV3"))
    await database.write(join)

    leaving = await begun(database, lambda tx: units.join(tx, "ahrens", ["uv3"], NOW))
    await other.write(
        lambda tx: keeping.close(tx, HERE, "uv1", files=0, successor="uv2", now_us=NOW)
    )
    await leaving

    people = await database.read(lambda tx: units.people(tx, HERE))
    assert ["uv3", ""] == [one["units"] for one in people]


async def begun(database: AnyDatabase, change: Change) -> asyncio.Task[None]:
    """Begin a change and return while it is under way."""
    made = threading.Event()

    def slowly(tx: Transaction) -> None:
        change(tx)
        made.set()
        time.sleep(UNDER_WAY_S)

    task = asyncio.create_task(database.write(slowly))
    await asyncio.to_thread(made.wait, PATIENCE_S)
    return task


@pytest.fixture
async def other(engine: Engine, database: AnyDatabase) -> AsyncIterator[AnyDatabase]:
    """Another node where the engine allows one; else the only writer there is."""
    if engine.name == "sqlite":
        yield database
        return
    opened = engine.open()
    yield opened
    await asyncio.to_thread(opened.close)


@pytest.mark.parametrize("wanted", [("bauer", "fremd"), ("bauer", "betrieb"), ("bauer", "bauer")])
async def test_nobody_stands_in_across_offices(
    database: AnyDatabase, wanted: tuple[str, str]
) -> None:
    with pytest.raises(Rejected, match="not_one_office"):
        await database.write(lambda tx: units.stand_in(tx, *wanted, TODAY, TODAY))


@pytest.mark.parametrize(("login", "unit"), [("ahrens", "uv9"), ("betrieb", "uv1"), ("x", "uv1")])
async def test_nobody_joins_a_unit_of_another_office(
    database: AnyDatabase, login: str, unit: str
) -> None:
    with pytest.raises(Rejected):
        await database.write(lambda tx: units.join(tx, login, [unit], NOW))


async def test_an_emergency_ends_by_itself_and_waits_to_be_seen(database: AnyDatabase) -> None:
    one = Emergency(
        id="e", tenant=HERE, akte="a", login="ahrens", reason="Gefahr", opened_us=NOW,
        until_us=NOW + MINUTE,
    )  # fmt: skip

    def work(tx: Transaction) -> list[object]:
        emergencies.begin(tx, one)
        emergencies.begin(tx, replace(one, reason="zweiter Klick"))
        opened = [
            units.standing(tx, HERE, "ahrens", (), (TODAY, at)).opened for at in (NOW, NOW + MINUTE)
        ]
        unseen = len(emergencies.listed(tx, HERE, unseen=True))
        foreign = emergencies.take_note(tx, THERE, "e", "fremd", NOW)
        seen = emergencies.take_note(tx, HERE, "e", "revision", NOW + 1)
        emergencies.take_note(tx, HERE, "e", "andere", NOW + 2)
        rows = emergencies.listed(tx, HERE, akte="a")
        left = len(emergencies.listed(tx, HERE, unseen=True))
        said = [(row["reason"], row["seen_by"], row["seen_us"]) for row in rows]
        return [opened, unseen, foreign, seen, said, left, emergencies.listed(tx, THERE)]

    expected = [[("a",), ()], 1, False, True, [("Gefahr", "revision", NOW + 1)], 0, []]
    assert expected == await database.write(work)


async def test_looks_within_half_an_hour_are_one_visit(database: AnyDatabase) -> None:
    def work(tx: Transaction) -> list[int]:
        times = (0, 29, 58, 100, 101, 200)
        return [visits.came(tx, HERE, "ahrens", "a", NOW + t * MINUTE) - NOW for t in times]

    found = await database.write(work)
    visits_of = await database.read(lambda tx: visits.latest(tx, HERE, "ahrens", 5))

    assert [-NOW] * 3 + [58 * MINUTE] * 2 + [101 * MINUTE] == found
    assert [("a", NOW + 200 * MINUTE)] == [(one["akte"], one["last_us"]) for one in visits_of]


async def test_documents_are_taken_note_of_by_each_person_once(database: AnyDatabase) -> None:
    def work(tx: Transaction) -> tuple[set[str], set[str]]:
        visits.take_note(tx, HERE, "ahrens", [("a", "d1"), ("a", "d2")], NOW)
        visits.take_note(tx, HERE, "ahrens", [("a", "d1")], NOW + 1)
        both = ("d1", "d2", "d3")
        return visits.taken(tx, HERE, "ahrens", both), visits.taken(tx, HERE, "bauer", both)

    assert ({"d1", "d2"}, set()) == await database.write(work)


async def test_tasks_come_by_day_and_are_done_put_off_and_handed_over(
    database: AnyDatabase,
) -> None:
    base = Task(
        id="0", tenant=HERE, akte="a", due="2026-11-22", text="anrufen", owner="p:ahrens",
        made_by="ahrens", made_us=NOW,
    )  # fmt: skip

    def work(tx: Transaction) -> list[object]:
        for number, day in enumerate(("2026-11-22", "2026-11-20", "2026-11-22", "2026-12-01")):
            tasks.add(tx, replace(base, id=str(number), due=day))
        tasks.add(tx, replace(base, id="9", tenant=THERE))
        due = [t["id"] for t in tasks.due(tx, HERE, ["p:ahrens"], "2026-11-22", "", 50)]
        rest = [t["id"] for t in tasks.due(tx, HERE, ["p:ahrens"], "9999", "2026-11-22|0", 50)]
        tasks.finish(tx, HERE, "1", "bauer", NOW)
        tasks.finish(tx, THERE, "0", "fremd", NOW)
        tasks.change(tx, HERE, "0", due="2026-11-29")
        tasks.change(tx, HERE, "2", owner="u:uv1")
        count = tasks.count_due(tx, HERE, ["p:ahrens", "u:uv1"], "2026-11-22")
        left = [(t["id"], t["due"], t["owner"]) for t in tasks.of_file(tx, HERE, "a", 50)]
        return [due, rest, count, left]

    open_ones = [
        ("2", "2026-11-22", "u:uv1"), ("0", "2026-11-29", "p:ahrens"),
        ("3", "2026-12-01", "p:ahrens"),
    ]  # fmt: skip
    assert [["1", "0", "2"], ["2", "3"], 1, open_ones] == await database.write(work)


async def test_a_private_note_is_its_authors_alone(database: AnyDatabase) -> None:
    note = Note(
        id="1", tenant=HERE, akte="a", document="", author="ahrens", team=False,
        text="Mutter ruft 100%ig zurück", made_us=NOW,
    )  # fmt: skip

    def work(tx: Transaction) -> list[list[str]]:
        notes.add(tx, note)
        notes.add(tx, replace(note, id="2", team=True, made_us=NOW + 1))
        notes.add(tx, replace(note, id="3", team=True, tenant=THERE))
        found = [notes.of_file(tx, HERE, "a", who, 9) for who in ("ahrens", "bauer")]
        queries = ("100% mutter", "100_", "")
        found += [notes.search(tx, HERE, "bauer", query, 9) for query in queries]
        notes.remove(tx, HERE, "a", "2", "bauer")
        notes.remove(tx, HERE, "a", "1", "ahrens")
        found.append(notes.of_file(tx, HERE, "a", "ahrens", 9))
        return [[row["id"] for row in rows] for rows in found]

    assert [["2", "1"], ["2"], ["2"], [], [], ["2"]] == await database.write(work)
