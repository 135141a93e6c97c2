"""The journal and what is proven by it, on either engine, also with nodes at the same time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.core.settings import Retention
from hub.evidence.proof import Subject, gather
from hub.evidence.retention import PayloadRetention, hold, release
from hub.store import journal
from hub.store.database import Transaction
from hub.store.journal import Entry, Journal
from hub.store.messages import Messages
from hub.store.payloads import Payloads
from hub.verifier.verify_journal import Judge
from tests.engines import Engine
from tests.evidence_house import Archive, no_archives, open_archive
from tests.factories import make_message

DAY_S = 86_400


@pytest.fixture
async def archive(engine: Engine, tmp_path: Path) -> AsyncIterator[Archive]:
    async with open_archive(tmp_path, engine.open()) as opened:
        yield opened


@pytest.fixture
async def other(engine: Engine, archive: Archive) -> AsyncIterator[Archive]:
    """A second node where the engine allows one, else the same."""
    if engine.name != "postgresql":
        yield archive
        return
    database = engine.open()
    yield replace(archive, database=database, folder=archive.folder.with_name("other"))
    await asyncio.to_thread(database.close)


async def judged(archive: Archive) -> Judge:
    judge = Judge(None, [])
    for tenant in ("a", "b", "c"):
        judge.read(await archive.lines(tenant))
    return judge


async def append(archive: Archive, node: str, tenants: str) -> None:
    """Append to several offices in one unit, in the order given."""
    entries = [Entry(tenant, "received", f"{node}-{tenant}") for tenant in tenants]
    await archive.database.write(lambda tx: Journal(node).append(tx, 1, *entries))


async def test_nodes_that_write_at_the_same_time_leave_one_chain_per_office(
    archive: Archive, other: Archive
) -> None:
    await asyncio.gather(
        *(append(archive, "hub-1", "abc") for _ in range(40)),
        *(append(other, "hub-2", "cba") for _ in range(40)),
    )

    assert (240, ()) == (
        (await archive.database.scan(journal.verify)).entries,
        (await archive.database.scan(journal.verify)).faults,
    )
    assert [80, 80, 80] == [head.seq for head in await archive.database.read(journal.heads)]


async def test_nodes_that_sign_at_the_same_time_sign_everything_once(
    archive: Archive, other: Archive
) -> None:
    for tenant in "abc":
        await archive.note(9, tenant)
    await archive.keys.active()
    await asyncio.gather(archive.notary.catch_up(), other.notary.catch_up())
    await archive.notary.catch_up()
    judge = await judged(archive)

    assert ([], 27, 9, 0) == (judge.faults, judge.entries, judge.checkpoints, judge.unsigned)


async def test_a_proof_holds(archive: Archive) -> None:
    book = Messages(Journal("hub-1"))

    def play(tx: Transaction) -> None:
        for number in range(3):
            book.add(tx, make_message(id=f"m-{number}", tenant="a"), "received", 1)

    await archive.database.write(play)
    await archive.notary.catch_up()
    signer = await archive.keys.active()
    proof = await archive.database.scan(
        lambda tx: gather(tx, Subject("a", message_id="m-1"), signer, 1, no_archives)
    )
    judge = Judge(None, [])
    judge.read([json.dumps(proof)])

    assert ([], 1) == (judge.faults, judge.entries)


async def test_a_signed_checkpoint_cannot_be_changed(engine: Engine, archive: Archive) -> None:
    await archive.note(1)
    await archive.notary.catch_up()

    for sql in ("UPDATE checkpoint SET at_us = 1", "DELETE FROM checkpoint"):
        with pytest.raises(engine.driver_error, match="append-only"):
            await archive.database.write(lambda tx, sql=sql: tx.run(sql))  # type: ignore[misc]  # mypy has no type for a default of a lambda


async def test_payloads_go_when_their_time_is_over(archive: Archive) -> None:
    payloads = Payloads(archive.database, archive.folder / "payloads")
    book, now_us = Messages(Journal("hub-1")), archive.clock.now_us()
    kept = {name: await payloads.keep(name.encode()) for name in ("free", "open", "held")}

    def play(tx: Transaction) -> None:
        for name, one in kept.items():
            Payloads.name(tx, "a", one, now_us)
            message = make_message(id=name, tenant="a", case_key=name, sha256=one.sha256)
            book.add(tx, message, "received", now_us)
            if name != "open":
                book.move(tx, message, "closed", now_us)
        hold(tx, "a", "held", ("Klage", "x"), now_us)
        hold(tx, "a", "held", ("Klage", "x"), now_us + 1)

    async def left() -> set[str]:
        rows = await archive.rows("SELECT sha256 FROM payload")
        return {name for name, one in kept.items() if one.sha256 in {r["sha256"] for r in rows}}

    async def pass_over() -> set[str]:
        rules = Retention(payload_days=1)
        book = Journal("hub-1")
        folder = archive.folder / "payloads"
        await PayloadRetention(archive.database, book, archive.clock, folder, rules).round()
        return await left()

    await archive.database.write(play)
    archive.clock.advance(DAY_S + 1)
    first = await pass_over()
    await archive.database.write(lambda tx: release(tx, "a", "held", "x", now_us))

    assert ({"open", "held"}, {"open"}) == (first, await pass_over())
    assert () == (await archive.database.scan(journal.verify)).faults
