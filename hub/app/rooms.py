"""Builds the rooms and connects them. What is opened here is closed here, in reverse order."""

from __future__ import annotations

import asyncio
import fcntl
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace

import efile
from efile import DISPOSAL_STEPS, FILING_STEPS, HEAD_STEPS, INSPECTION_STEPS, EFile, FileKinds, Host
from efile.objects.s3 import S3Access, S3Store
from efile.ports import ObjectStore
from hub.app.kek import efile_secrets, kek_of
from hub.app.place import CLOCK, Place
from hub.certificates.center import CertificateCenter
from hub.certificates.signing import SigningKeys
from hub.channels.inbound.opening import open_inboxes
from hub.channels.outbound.https import HttpsDoor
from hub.core import failpoint
from hub.core.errors import Misconfigured, Rejected
from hub.core.settings import armed_failpoint
from hub.evidence.ending.beside import HubBeside
from hub.evidence.filings.heads import HeadSigning
from hub.evidence.filings.stamps import TimeStamping
from hub.evidence.filings.timestamps import Roots
from hub.evidence.standing import demand_whole_chains
from hub.formats.catalog import Catalog
from hub.letters.office import Office
from hub.letters.templates import Templates
from hub.mapping.catalog import Mappings
from hub.pipeline.decision.knowledge import Fact, Query
from hub.pipeline.decision.mind import Sources
from hub.pipeline.desk import Desk
from hub.pipeline.fulfilment.lines import HttpsLine
from hub.pipeline.house import House
from hub.pipeline.isolation.cell import Limits
from hub.pipeline.isolation.pool import Isolation, Recollection
from hub.pipeline.journey.recall import Recall
from hub.routing.table import Routes
from hub.store.database import Database, Dialect
from hub.store.engines.nodes import join
from hub.store.engines.postgres import PostgresDatabase
from hub.store.journal import Journal
from hub.store.migrate import Migration, hub_migrations, migrate, pending
from hub.store.payloads import Payloads
from hub.store.shelf.identity import belong
from hub.store.sqlite import SqliteDatabase

failpoint.declare(*FILING_STEPS, *HEAD_STEPS, *DISPOSAL_STEPS, *INSPECTION_STEPS)

THREADS = 32


def all_migrations(dialect: Dialect = "sqlite") -> list[Migration]:
    """Return every migration of an engine in the order it must run."""
    return [*hub_migrations(dialect), *efile.index_migrations(dialect)]


AnyDatabase = SqliteDatabase | PostgresDatabase


@asynccontextmanager
async def open_database(place: Place) -> AsyncIterator[AnyDatabase]:
    """Open the database and bring it up to date."""
    if point := armed_failpoint():
        failpoint.arm(point)
    async with _connected(place) as database:
        await migrate(database, all_migrations(database.dialect), CLOCK.now_us())
        yield database


@asynccontextmanager
async def _connected(place: Place) -> AsyncIterator[AnyDatabase]:
    address = place.database_address
    database = PostgresDatabase(address) if address else SqliteDatabase(place.database_file)
    try:
        yield database
    finally:
        await asyncio.to_thread(database.close)


async def pending_migrations(place: Place) -> list[str]:
    """Return what a start of this version would still have to run."""
    if place.settings.database == "sqlite" and not place.database_file.exists():
        return [name for name, _ in all_migrations()]
    async with _connected(place) as database:
        return await pending(database, all_migrations(database.dialect))


def open_store(place: Place) -> S3Store:
    """Open the S3 server behind the e-file."""
    storage = place.settings.storage
    return S3Store(
        S3Access(
            endpoint=storage.endpoint,
            access_key=place.secret("s3_access_key").decode(),
            secret_key=place.secret("s3_secret_key").decode(),
            secure=storage.secure,
            region=storage.region,
            prefix=storage.bucket_prefix,
        )
    )


@asynccontextmanager
async def open_efile(
    place: Place,
    database: Database,
    *,
    index: Database | None = None,
    store: ObjectStore | None = None,
) -> AsyncIterator[EFile]:
    """Open the e-file on its S3 server; ``index`` and ``store`` stand in for its own."""
    signing = HeadSigning(open_signing(place, database), database)
    beside = HubBeside(Journal(place.settings.node), CLOCK)
    kinds = FileKinds.load(place.file_kinds)
    first_pages = place.settings.filing.first_pages
    stamping, scratch = _stamping(place), place.data / "work"
    host = Host(failpoint.reach, kinds, signing, stamping, beside, first_pages, scratch)
    objects = store or open_store(place)
    room = EFile(index or database, objects, CLOCK, efile_secrets(place), host)
    try:
        yield room
    finally:
        await room.close()


def _stamping(place: Place) -> TimeStamping | None:
    """Return the time stamp authority, where one is set up."""
    rules = place.settings.evidence
    if not rules.tsa_url:
        return None
    path = place.base / rules.tsa_roots
    try:
        return TimeStamping(rules.tsa_url, Roots(path.read_bytes()))
    except (OSError, Rejected) as exc:
        raise Misconfigured(
            "tsa_roots_unreadable",
            "Die Wurzelzertifikate des Zeitstempeldienstes sind nicht lesbar.",
            place=str(path),
            remedy="Unter evidence.tsa_roots eine PEM-Datei mit den Zertifikaten angeben.",
        ) from exc


def efile_of(house: House) -> EFile:
    """Return the e-file behind the house's port."""
    room = house.efile
    if not isinstance(room, EFile):
        msg = "a service needs the real e-file"
        raise TypeError(msg)
    return room


def open_signing(place: Place, database: Database) -> SigningKeys:
    """Open the key the installation signs its own statements with."""
    return SigningKeys(database, kek_of(place), CLOCK)


def open_center(place: Place, database: Database) -> CertificateCenter:
    """Open the central certificate store."""
    folder = place.base / place.settings.folders.certs
    return CertificateCenter(database, kek_of(place), CLOCK, folder)


def open_routes(place: Place) -> Routes:
    """Read the routes, narrowed to the days their formats and mappings are in force.

    Raises:
        Misconfigured: routes or the days they depend on cannot be read.
    """
    formats = Catalog.load(place.schemas)
    mappings = Mappings.load(place.mappings, formats)
    return Routes.load(place.mappings / "routes.toml").within(formats, mappings)


def open_desk(place: Place, database: Database) -> Desk:
    """Open the desk where clearing cases are decided."""
    patience_s = place.settings.delivery.deadline_h * 3600
    routes = open_routes(place)
    return Desk(database, Journal(place.settings.node), CLOCK, patience_s, routes)


@asynccontextmanager
async def open_house(place: Place) -> AsyncIterator[House]:
    """Build everything a message passes on its way."""
    place.check_folders()
    settings = place.settings
    # Threads wait for disks, children and readers; the default would be six on two cores.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    async with AsyncExitStack() as stack:
        stack.enter_context(alone(place))
        database = await stack.enter_async_context(open_database(place))
        await join(database, settings.node, CLOCK)
        await belong(database, place.payloads, CLOCK.now_us())
        await demand_whole_chains(database, place.checkpoints, settings.evidence)
        room = await stack.enter_async_context(open_efile(place, database))
        door = await stack.enter_async_context(HttpsDoor())
        center = open_center(place, database)
        # What a killed word processor left behind holds personal data.
        await asyncio.to_thread(shutil.rmtree, place.data / "work", ignore_errors=True)
        await asyncio.to_thread(Payloads(database, place.payloads).sweep, CLOCK.now_us())
        house = _furnished(place, database, room)
        house.isolation.start()
        stack.push_async_callback(house.isolation.close)
        yield replace(
            house,
            lines={target.name: HttpsLine(door, center, target) for target in settings.https},
            inboxes=open_inboxes(settings, place.base),
        )


@asynccontextmanager
async def open_annex(place: Place) -> AsyncIterator[House]:
    """Build what filing needs, beside a hub that holds the installation and put it in order."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    async with open_database(place) as database:
        await join(database, place.settings.node, CLOCK)
        async with open_efile(place, database) as room:
            yield _furnished(place, database, room)


def _furnished(place: Place, database: Database, room: EFile) -> House:
    """Connect the rooms every process needs; the children that parse are not started yet."""
    settings = place.settings
    payloads = Payloads(database, place.payloads)
    recall = recollection(database, payloads)
    return House(
        settings=settings,
        base=place.base,
        clock=CLOCK,
        database=database,
        journal=Journal(settings.node),
        payloads=payloads,
        isolation=_isolation(place, recall),
        recall=recall,
        routes=open_routes(place),
        templates=Templates.load(place.templates),
        office=Office(settings.letters.soffice, place.data / "work", settings.letters.timeout_s),
        efile=room,
    )


@contextmanager
def alone(place: Place) -> Iterator[None]:
    """Hold the installation's lock: a second worker on one database would take our leases.

    Raises:
        Misconfigured: another process works here.
    """
    place.data.mkdir(parents=True, exist_ok=True)
    with (place.data / "hub.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise Misconfigured(
                "already_running",
                "In diesem Ordner arbeitet bereits ein Dienst.",
                place=str(place.base),
                remedy="Den laufenden Dienst beenden oder einen anderen Ordner verwenden.",
            ) from exc
        yield


def recollection(database: Database, payloads: Payloads) -> Recollection:
    """Return who answers what decisions ask about the past."""
    recall = Recall(payloads)

    async def answer(queries: Sequence[Query]) -> dict[Query, Fact]:
        return await database.read(lambda tx: recall.facts(tx, queries))

    return answer


def start_isolation(
    place: Place, recall: Recollection, sources: Sources | None = None
) -> Isolation:
    """Start the children that parse foreign bytes and decide.

    Args:
        place: the installation.
        recall: tells them what they must know of the past.
        sources: other rules than the installation's, for a rehearsal.
    """
    isolation = _isolation(place, recall, sources)
    isolation.start()
    return isolation


def _isolation(place: Place, recall: Recollection, sources: Sources | None = None) -> Isolation:
    wanted = place.settings.isolation
    limits = Limits(wanted.memory_mb, wanted.wall_s, wanted.recycle_after, wanted.cpu_s)
    return Isolation(wanted.workers, limits, sources or place.sources, recall)
