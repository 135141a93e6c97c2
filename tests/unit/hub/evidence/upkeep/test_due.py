"""What is due, what is tried again, and what people are told of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from hub.core.settings import Upkeep
from hub.evidence.upkeep.due import AGAIN_US, DAY_US, signs, standing, want_due
from hub.store.migrate import hub_migrations, migrate
from hub.store.sqlite import SqliteDatabase
from hub.store.upkeep import probes, runs
from hub.store.upkeep.runs import Result

NOW = 1_800_000_000_000_000
RULES = Upkeep(verify_days=30, drill_days=0)
OFFICES = ("muster",)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase(tmp_path / "hub.sqlite")
    await migrate(opened, hub_migrations(), 0)
    yield opened
    await asyncio.to_thread(opened.close)


async def plan(database: SqliteDatabase, now_us: int, rules: Upkeep = RULES) -> int:
    return await database.write(partial(want_due, tenants=OFFICES, rules=rules, now_us=now_us))


async def ended(database: SqliteDatabase, result: Result, now_us: int) -> None:
    await database.write(partial(runs.want, tenant="muster", kind="verify", by="-", now_us=now_us))
    run = await database.write(partial(runs.claim, node="n", now_us=now_us))
    assert run is not None
    await database.write(partial(runs.finish, run=run["id"], result=result, now_us=now_us))


async def told(database: SqliteDatabase, now_us: int) -> list[tuple[str, bool]]:
    found = await database.read(
        lambda tx: list(signs(tx, tenants=OFFICES, rules=RULES, now_us=now_us))
    )
    return [(sign.kind, sign.load >= 1) for sign in found]


async def test_what_never_was_is_due_a_day_after_the_first_plan(database: SqliteDatabase) -> None:
    planned = [await plan(database, NOW + day * DAY_US) for day in (0, 0.5, 1, 2)]

    assert [0, 0, 1, 0] == planned


async def test_the_next_is_due_after_the_interval(database: SqliteDatabase) -> None:
    await ended(database, Result(), NOW)

    assert [0, 1] == [await plan(database, NOW + day * DAY_US) for day in (29, 30)]


async def test_what_failed_is_tried_again_after_hours(database: SqliteDatabase) -> None:
    await ended(database, Result(), NOW - 40 * DAY_US)
    await ended(database, Result(code="storage_unreachable"), NOW)

    assert [0, 1] == [await plan(database, NOW + AGAIN_US + past) for past in (-1, 0)]


async def test_nothing_is_begun_outside_the_window(database: SqliteDatabase) -> None:
    await ended(database, Result(), NOW - 40 * DAY_US)
    weekday = Upkeep(verify_days=30, drill_days=0, window="Mo 00:00-00:01")

    assert 0 == await plan(database, NOW, weekday)


async def test_zero_days_mean_never(database: SqliteDatabase) -> None:
    rules = Upkeep(verify_days=0, drill_days=0)

    assert 0 == await plan(database, NOW, rules)
    found = await database.read(lambda tx: standing(tx, "muster", "verify", rules, NOW))
    assert found.due_us is None


@pytest.mark.parametrize(
    ("result", "days", "expected"),
    [
        (Result(), 10, [("verify_overdue", False)]),
        (Result(), 45, [("verify_overdue", True)]),
        (Result(faults=[{"what": "x"}]), 1, [("verify_faults", True), ("verify_overdue", False)]),
        (Result(code="storage_unreachable"), 1, [("verify_failed", True)]),
    ],
)
async def test_people_are_told_of_faults_failures_and_what_is_overdue(
    database: SqliteDatabase, result: Result, days: int, expected: list[tuple[str, bool]]
) -> None:
    await ended(database, result, NOW)

    assert expected == await told(database, NOW + days * DAY_US)


async def test_a_capability_that_was_lost_is_told_and_one_that_never_was_is_not(
    database: SqliteDatabase,
) -> None:
    def seen(**proven: bool) -> list[dict[str, object]]:
        return [
            {"name": name, "proven": is_there, "required": False, "note": ""}
            for name, is_there in proven.items()
        ]

    there, gone = (seen(versioning=is_there, object_lock=False) for is_there in (True, False))
    for found in (there, gone):
        await database.write(
            partial(probes.note, tenant="muster", place="s3", found=found, now_us=NOW)
        )
    lost = await told(database, NOW)
    moved = await database.write(
        partial(probes.note, tenant="muster", place="another", found=gone, now_us=NOW)
    )

    assert ([("capability", True)], []) == (lost, moved.faults())
