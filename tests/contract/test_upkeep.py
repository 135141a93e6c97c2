"""Runs, probes and kept accounts mean the same on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
from argon2 import PasswordHasher

from hub.app import all_migrations
from hub.core.clock import FixedClock
from hub.core.errors import Rejected
from hub.core.settings import Upkeep
from hub.evidence.upkeep.due import signs, want_due
from hub.store.accounts import Accounts, Passwords, Role, keeping
from hub.store.migrate import migrate
from hub.store.upkeep import probes, runs
from hub.store.upkeep.runs import SILENT_US, Result
from tests.engines import AnyDatabase, Engine

NOW = FixedClock().now_us()


@pytest.fixture
async def database(engine: Engine) -> AsyncIterator[AnyDatabase]:
    opened = engine.open()
    await migrate(opened, all_migrations(opened.dialect), NOW)
    yield opened
    await asyncio.to_thread(opened.close)


async def want(database: AnyDatabase, kind: runs.Kind, now_us: int = NOW) -> bool:
    return await database.write(
        partial(runs.want, tenant="muster", kind=kind, by="-", now_us=now_us)
    )


async def test_a_run_is_wanted_once_claimed_once_and_keeps_its_result(
    database: AnyDatabase,
) -> None:
    wanted = [await want(database, "verify") for _ in range(2)]
    claims = [await database.write(partial(runs.claim, node=n, now_us=NOW)) for n in ("a", "b")]
    run = claims[0]
    assert run is not None
    alive = await database.write(
        partial(runs.report, run=run["id"], objects=3, bytes_read=9, now_us=NOW)
    )
    result = Result(5, 50, faults=[{"what": "x", "where": "y", "message": "z"}])
    ended = [
        await database.write(partial(runs.finish, run=run["id"], result=result, now_us=NOW))
        for _ in range(2)
    ]
    last = await database.read(partial(runs.last, tenant="muster", kind="verify", whole=True))

    assert ([True, False], None, True, [True, False]) == (wanted, claims[1], alive, ended)
    assert last is not None
    assert ("faulty", 5, 50, 1) == tuple(
        last[name] for name in ("state", "objects", "bytes", "faults")
    )


@pytest.mark.parametrize(("node", "later_us"), [("a", 0), (None, SILENT_US + 1)])
async def test_a_run_nobody_carries_on_is_broken_off_and_can_be_wanted_again(
    database: AnyDatabase, node: str | None, later_us: int
) -> None:
    await want(database, "drill")
    await database.write(partial(runs.claim, node="a", now_us=NOW))

    early = await database.write(partial(runs.break_off, code="gone", now_us=NOW, node="b"))
    ended = await database.write(
        partial(runs.break_off, code="gone", now_us=NOW + later_us, node=node)
    )

    assert ([], ["gone"], True) == (
        early, [row["code"] for row in ended], await want(database, "drill"),
    )  # fmt: skip


async def test_what_is_due_and_what_was_seen_is_planned_and_told(database: AnyDatabase) -> None:
    rules, offices = Upkeep(), ("muster", "andere")
    day_us = 86_400_000_000
    planned = [
        await database.write(
            partial(want_due, tenants=offices, rules=rules, now_us=NOW + day * day_us)
        )
        for day in (0, 1)
    ]
    found = [{"name": "range", "proven": False, "required": True, "note": ""}]
    await database.write(partial(probes.note, tenant="muster", place="s3", found=found, now_us=NOW))

    told = await database.read(lambda tx: list(signs(tx, tenants=offices, rules=rules, now_us=NOW)))

    assert ([0, 4], [("capability", "range")]) == (planned, [(s.kind, s.place) for s in told])


async def test_accounts_are_locked_let_in_and_given_roles(database: AnyDatabase) -> None:
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts = Accounts(database, FixedClock(), quick)
    made = {}
    for login, role in (("chef", Role.ADMINISTRATOR), ("ahrens", Role.CASEWORKER)):
        created = await accounts.create(
            login, "ein langer Satz als Passwort", name=login, tenant="muster",
            roles=frozenset({role}),
        )  # fmt: skip
        made[login] = created.id

    await database.write(partial(keeping.lock, account=made["ahrens"], now_us=NOW))
    with pytest.raises(Rejected, match="last_administrator"):
        await database.write(partial(keeping.lock, account=made["chef"], now_us=NOW))
    rows = await database.read(partial(keeping.listed, tenant="muster"))
    foreign = await database.read(partial(keeping.find, account=made["chef"], tenant="andere"))

    assert {"ahrens": "disabled", "chef": "active"} == {r["login"]: r["state"] for r in rows}
    assert (None, False) == (foreign, "password" in rows[0])
