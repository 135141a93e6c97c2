"""The installation signs heads of the e-file's logs and notes them in its journal."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from efile import EFile, FolderStore, Host
from hub.app import all_migrations
from hub.certificates.signing import SigningKeys
from hub.core.clock import FixedClock
from hub.core.settings import Evidence
from hub.evidence.filings.heads import Heads, HeadSigning
from hub.store.database import Row
from hub.store.journal import Journal
from hub.store.migrate import migrate
from hub.store.sqlite import SqliteDatabase
from tests.efile_house import SECRET, request


@dataclass
class Office:
    database: SqliteDatabase
    clock: FixedClock
    keys: SigningKeys
    efile: EFile
    heads: Heads

    async def entries(self) -> list[Row]:
        return await self.database.read(
            lambda tx: tx.all("SELECT * FROM journal WHERE action = 'efile_head_signed'")
        )


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    database, clock = SqliteDatabase(tmp_path / "hub.sqlite"), FixedClock()
    await migrate(database, all_migrations(), 0)
    keys = SigningKeys(database, bytes(32), clock)
    host = Host(signing=HeadSigning(keys, database))
    efile = EFile(database, FolderStore(tmp_path / "objects"), clock, SECRET, host)
    offices, rules = ("muster", "andere"), Evidence(head_minutes=10)
    heads = Heads(database, efile.proof, clock, Journal("hub-1"), offices, rules)
    yield Office(database, clock, keys, efile, heads)
    await efile.close()
    database.close()


async def test_a_head_is_signed_when_something_was_filed_at_most_so_often(office: Office) -> None:
    await office.efile.file(request(1))
    assert 1 == await office.heads.round()
    await office.efile.file(request(2))
    assert 0 == await office.heads.round()
    office.clock.advance(600)
    assert 1 == await office.heads.round()
    office.clock.advance(600)
    assert 0 == await office.heads.round()


async def test_the_journal_names_each_head_by_its_digest(office: Office) -> None:
    await office.efile.file(request(1))
    (head,) = await office.heads.sign("muster")
    (entry,) = await office.entries()

    assert ("muster", hashlib.sha256(head.note.encode()).hexdigest()) == (
        entry["tenant"], entry["digest"],
    )  # fmt: skip


async def test_heads_hold_also_after_the_key_was_renewed(office: Office) -> None:
    await office.efile.file(request(1))
    await office.heads.sign("muster")
    await office.keys.renew("cli:test")
    await office.efile.file(request(2))
    await office.heads.sign("muster")

    assert (await office.efile.verify("muster")).intact


async def test_an_office_whose_log_is_damaged_does_not_hold_up_the_others(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        await office.efile.file(request(number))
        await office.efile.file(request(number, tenant="andere"))
    await office.database.write(
        lambda tx: tx.run("DELETE FROM efile_log WHERE tenant = 'muster' AND leaf_index = 1")
    )

    assert 1 == await office.heads.round()
    assert "head_not_signed" in caplog.text
