"""The message path put together in one process: real database, folders, routes and decisions.

Only what lies behind a declared protocol is played: the e-file, the word processor and the
line to the register. Each keeps a book of what it was asked, and fails when told to.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from efile import FiledDocument, FilingError, FilingRequest, LargeFile
from hub.app import SHIPPED, all_migrations, recollection
from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.rules import Rules
from hub.core.clock import FixedClock
from hub.core.ids import uuid7
from hub.core.message import Message
from hub.core.settings import Cash, Channel, Delivery, HttpsTarget, Settings, Storage, Tenant
from hub.letters.templates import Templates
from hub.pipeline.decision.directions import AS_USUAL
from hub.pipeline.decision.mind import Sources
from hub.pipeline.decision.plan import Plan
from hub.pipeline.desk import Desk
from hub.pipeline.house import House, PartnerAnswer
from hub.pipeline.intake import Accepted, Arrival, accept
from hub.pipeline.isolation.cell import Limits
from hub.pipeline.isolation.pool import Isolation
from hub.pipeline.isolation.runs import Run, Wanted
from hub.routing.table import Routes
from hub.store import lanes
from hub.store.database import Row
from hub.store.engines.postgres import PostgresDatabase
from hub.store.engines.session import Address
from hub.store.journal import Journal
from hub.store.lanes import Promise
from hub.store.migrate import migrate
from hub.store.payloads import Payloads
from hub.store.sqlite import SqliteDatabase
from hub.workers.loops import Workers
from tests.factories import make_tenant

OFFICE, OTHER_OFFICE, CORE = "musterstadt", "beispielhausen", "fachverfahren"


@dataclass
class FilingBook:
    """Plays the e-file: each key once."""

    documents: dict[str, FilingRequest] = field(default_factory=dict)
    faults: list[Exception] = field(default_factory=list)

    async def file_all(
        self, requests: Sequence[FilingRequest]
    ) -> list[FiledDocument | FilingError]:
        """File each, or fail as told."""
        return [self._file(request) for request in requests]

    def _file(self, request: FilingRequest) -> FiledDocument | FilingError:
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, FilingError):
                return fault
            raise fault
        self.documents.setdefault(request.document_key, request)
        part = request.parts[0]
        data = part.data
        digest = data.sha256 if isinstance(data, LargeFile) else hashlib.sha256(data).hexdigest()
        return FiledDocument(request.document_key, request.aktenzeichen, 1, digest, part.size)


@dataclass
class Typewriter:
    """Plays the word processor: returns pages no check accepts, or fails as told."""

    batches: list[int] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    async def to_pdfa(self, letters: list[bytes]) -> list[bytes]:
        """Convert, or fail as told."""
        self.batches.append(len(letters))
        if self.faults:
            raise self.faults.pop(0)
        return [b"%PDF-1.7 no letter" for _ in letters]


@dataclass
class ScriptedLine:
    """Plays a partner who answers at once: with the next of the outcomes."""

    outcomes: list[bytes | Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    findings: list[bytes | Exception | None] = field(default_factory=list)
    """What it says to inquiries."""
    inquired: list[str] = field(default_factory=list)
    ends_us: int = 0
    """When the certificate it shows ends."""

    async def ask(self, tenant: str, body: bytes, key: str) -> PartnerAnswer:
        """Note the key and give the next outcome."""
        self.asked.append(key)
        self.bodies.append(body)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return PartnerAnswer(outcome, "ab" * 32, self.ends_us)

    async def inquire(self, tenant: str, key: str) -> PartnerAnswer | None:
        """Note the key and give the next finding."""
        self.inquired.append(key)
        finding = self.findings.pop(0)
        if isinstance(finding, Exception):
            raise finding
        return None if finding is None else PartnerAnswer(finding, "ab" * 32)


@dataclass
class World:
    """A house, and who plays in it."""

    house: House
    clock: FixedClock
    room: FilingBook
    office: Typewriter
    line: ScriptedLine

    @property
    def desk(self) -> Desk:
        return Desk(
            self.house.database, self.house.journal, self.clock, 72 * 3600, self.house.routes
        )

    async def rows(self, sql: str, **values: object) -> list[Row]:
        """Return rows of the real database."""
        return await self.house.database.read(lambda tx: tx.all(sql, **values))

    async def change(self, sql: str, **values: object) -> None:
        """Change the database behind the house's back."""
        await self.house.database.write(lambda tx: tx.run(sql, **values))

    async def messages(self) -> list[Row]:
        return await self.rows("SELECT * FROM message ORDER BY id")

    async def open_cases(self) -> list[Row]:
        return await self.rows("SELECT * FROM clearing WHERE state = 'open' ORDER BY code")

    def drop(self, name: str, data: bytes, office: str = OFFICE, channel: str = CORE) -> Path:
        path = self.house.inboxes[office, channel].path / name
        path.write_bytes(data)
        return path

    async def accept(self, content: bytes, **changes: Any) -> Accepted:
        """Accept bytes as a door would."""
        values: dict[str, Any] = {
            "id": uuid7(self.clock.now_us()), "tenant": OFFICE, "channel": CORE,
            "name": "nachricht.xml", "size": len(content), "data": content,
        }  # fmt: skip
        self.clock.advance(0.001)
        [accepted] = await accept([Arrival(**values | changes)], self.house)
        return accepted

    async def claim(self, queue: str) -> list[Promise]:
        now_us = self.clock.now_us()
        return await self.house.database.write(
            lambda tx: lanes.claim(
                tx, queue, limit=50, me="hub-1", now_us=now_us, lease_us=60_000_000
            )
        )

    async def promise(self, promise: Promise) -> Promise:
        """Give a promise a place and claim it."""
        now_us = self.clock.now_us()
        await self.house.database.write(lambda tx: lanes.add(tx, promise, now_us))
        return next(one for one in await self.claim(promise.queue) if one.id == promise.id)

    async def run_once(self) -> None:
        await Workers(self.house).run_once()


@asynccontextmanager
async def open_world(
    folder: Path,
    *,
    children: bool = False,
    mappings: Path = SHIPPED / "mappings",
    address: Address | None = None,
    **changes: Any,
) -> AsyncIterator[World]:
    """Open a world in a folder; parsers run in real children where a test needs them.

    With an address its database is on PostgreSQL.
    """
    clock = FixedClock()
    settings = world_settings(**changes)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    database = (
        PostgresDatabase(address) if address else SqliteDatabase(folder / "data" / "hub.sqlite")
    )
    await migrate(database, all_migrations(database.dialect), clock.now_us())
    limits = Limits(memory_mb=1024, wall_s=20.0, recycle_after=1000)
    payloads = Payloads(database, folder / "data" / "payloads")
    recall = recollection(database, payloads)
    isolation = Isolation(1, limits, sources(settings, mappings), recall)
    if children:
        isolation.start()
    room, office, line = FilingBook(), Typewriter(), ScriptedLine()
    house = House(
        settings=settings, base=folder, clock=clock, database=database,
        journal=Journal("hub-1"), payloads=payloads, isolation=isolation, recall=recall,
        routes=Routes.load(mappings / "routes.toml"),
        templates=Templates.load(SHIPPED / "templates"), office=office, efile=room,
        lines={"azr": line}, inboxes=_inboxes(folder, settings),
    )  # fmt: skip
    try:
        yield World(house, clock, room, office, line)
    finally:
        await isolation.close()
        await asyncio.to_thread(database.close)


def sources(settings: Settings, mappings: Path = SHIPPED / "mappings") -> Sources:
    """Return where the shipped rules come from."""
    return Sources(settings, SHIPPED / "schemas", mappings, SHIPPED / "templates")


async def plan_for(message: Message, house: House) -> Plan:
    """Return what the child decides about one message."""
    run = Run((Wanted(message, AS_USUAL),), (), house.clock.now_us())
    [decided] = await house.isolation.decide(run)
    assert decided.plan is not None
    return decided.plan


def world_settings(**changes: Any) -> Settings:
    """Return settings of two offices whose senders rename."""
    channels = tuple(Channel(name=name, ready="rename") for name in (CORE, "ihv", "kasse"))
    values: dict[str, Any] = {
        "storage": Storage(endpoint="127.0.0.1:1"),
        "tenants": (
            make_tenant(channels=channels),
            other_office(channels),
        ),
        "delivery": Delivery(first_retry_s=1.0, batch_window_s=30.0),
        "https": (HttpsTarget(name="azr", url="https://127.0.0.1:1/azr"),),
    }
    return Settings(**values | changes)


def other_office(channels: tuple[Channel, ...]) -> Tenant:
    """Return the second office; its cash system is another one."""
    cash = Cash(partner="kasse", office="51", budget_out="363100.7339000", budget_in="363100.3")
    return make_tenant(id=OTHER_OFFICE, register=None, cash=cash, channels=channels)


def _inboxes(folder: Path, settings: Settings) -> dict[tuple[str, str], DropFolder]:
    inboxes = {}
    for tenant in settings.tenants:
        for channel in tenant.channels:
            rules = Rules(channel.ready, 0.0, 200_000, 50)
            inbox = DropFolder(folder / "inbox" / tenant.id / channel.name, rules)
            inbox.prepare()
            inboxes[tenant.id, channel.name] = inbox
    return inboxes
