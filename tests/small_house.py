"""A small office with two tenants, files, messages and people, for tests of the staff pages."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from argon2 import PasswordHasher
from msgspec import structs

import efile
from efile import (
    Asker,
    Author,
    EFile,
    FilingRequest,
    FolderStore,
    Host,
    Inspection,
    Part,
    Rendition,
)
from efile.export import orders
from efile.export.orders import ExportRow, Finished
from efile.index.queues import first_pages
from efile.inspection import book
from efile.inspection.plan import CopyPart, Plan, Remnant, Report, Withheld, digest_of, mark
from efile.inspection.subjects import term
from efile.objects import layout
from efile.sealing.store import SealedStore
from hub.app import SHIPPED
from hub.certificates.keystore import FactorVault
from hub.certificates.signing import SigningKeys
from hub.core.clock import FixedClock
from hub.core.ids import derived_uuid
from hub.core.message import Message
from hub.core.settings import Address, Cash, Evidence, Settings, Storage, Tenant, Web
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.evidence.ending.beside import HubBeside
from hub.evidence.filings.heads import Heads, HeadSigning
from hub.evidence.filings.packages import Packages
from hub.evidence.handover.checking import SchemaCheck
from hub.evidence.handover.desk import ArchiveDesk
from hub.formats.catalog import Catalog
from hub.pipeline.balance import balance
from hub.pipeline.desk import Desk
from hub.pipeline.desk.correcting import Corrections
from hub.pipeline.desk.rows import RowCorrections
from hub.pipeline.desk.viewing import Viewing
from hub.pipeline.setbacks import CAN_BE_INQUIRED
from hub.routing.table import Routes
from hub.store import cases, clearing, lanes, messages
from hub.store.accounts import Passwords, Role
from hub.store.casework import emergencies, keeping, notes, tasks, units, visits
from hub.store.casework.emergencies import Emergency
from hub.store.casework.notes import Note
from hub.store.casework.tasks import Task
from hub.store.clearing import ClearingCase
from hub.store.database import Transaction
from hub.store.desk import alarms, corrections, holds, jobs, sights
from hub.store.desk.alarms import Sign
from hub.store.desk.corrections import Proposal
from hub.store.desk.holds import Hold
from hub.store.desk.jobs import Job
from hub.store.desk.sights import Sight
from hub.store.journal import Entry, Journal
from hub.store.lanes import Promise
from hub.store.messages import Messages, Step
from hub.store.migrate import hub_migrations, migrate
from hub.store.payloads import Kept, Payloads
from hub.store.sqlite import SqliteDatabase
from hub.web.services import SiteServices
from hub.web.visit import COOKIE, csrf_token
from tests.efile_house import SECRET
from tests.factories import make_case

PASSWORD = "ein langer Satz als Passwort"
CASE = "UV-2026-0815"
OTHER_CASE = "UV-2026-4711"
OFFICE, OTHER_OFFICE = "musterstadt", "beispielkreis"
PEOPLE = {
    "ahrens": ("Petra Ahrens", OFFICE, {Role.CASEWORKER}),
    "verwalter": ("Jonas Reuter", OFFICE, {Role.ADMINISTRATOR}),
    "revision": ("Dr. Ines Vogt", OFFICE, {Role.AUDITOR}),
    "betrieb": ("Zentraler Betrieb", None, {Role.ADMINISTRATOR}),
    "fremd": ("Rolf Fremdling", OTHER_OFFICE, {Role.CASEWORKER}),
    "kreis": ("Vera Kreis", OTHER_OFFICE, set(Role)),
}
EXPORT = "0192f0a0-0000-4000-8000-00000000e001"
ROUTES = Routes.load(SHIPPED / "mappings" / "routes.toml")
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Weak on purpose: these tests are not about the cost of a hash."""


@dataclass(frozen=True)
class SmallHouse:
    """The services behind the pages, and what was put into them."""

    services: SiteServices
    database: SqliteDatabase
    clock: FixedClock
    files: dict[str, str]
    """Document keys to document ids."""
    akte: str
    other_akte: str
    folder: Path
    accounts: dict[str, str]
    """Logins to ids."""

    def document(self, key: str) -> str:
        """Return the address of a document of the first office."""
        return f"/akten/{self.akte}/dokumente/{self.files[key]}"

    async def close(self) -> None:
        """Give everything back."""
        await self.services.efile.close()
        self.database.close()


@dataclass(frozen=True)
class _Pattern:
    """A house that was filled once, to be copied."""

    folder: TemporaryDirectory[str]
    files: dict[str, str]
    akten: dict[str, str]
    accounts: dict[str, str]


_patterns: list[_Pattern] = []


async def build_small_house(folder: Path) -> SmallHouse:
    """Build the house in an empty folder.

    Filling one takes a second, most of it for the process that reads its documents; what comes
    of it is always the same. So each process fills one, and all are copies of it.
    """
    if not _patterns:
        _patterns.append(await _fill())
    [pattern] = _patterns
    shutil.copytree(pattern.folder.name, folder, dirs_exist_ok=True)
    database, clock = SqliteDatabase(folder / "hub.sqlite"), FixedClock()
    return SmallHouse(
        _services(folder, database, clock), database, clock, pattern.files.copy(),
        pattern.akten[CASE], pattern.akten[OTHER_CASE], folder, pattern.accounts.copy(),
    )  # fmt: skip


async def _fill() -> _Pattern:
    """Fill a house, and leave nobody in it."""
    place = TemporaryDirectory(prefix="small-house-")
    folder, clock = Path(place.name), FixedClock()
    database = SqliteDatabase(folder / "hub.sqlite")
    await migrate(database, [*hub_migrations(), *efile.index_migrations()], clock.now_us())
    services = _services(folder, database, clock)
    accounts = {
        login: (
            await services.accounts.create(
                login, PASSWORD, name=name, tenant=tenant, roles=frozenset(roles)
            )
        ).id
        for login, (name, tenant, roles) in PEOPLE.items()
    }
    files, akten = await _file_everything(services.efile, clock)
    await database.write(lambda tx: _messages(tx, clock.now_us()))
    await database.write(lambda tx: _certificates(tx, clock.now_us()))
    await services.efile.close()
    database.close()
    return _Pattern(place, files, akten, accounts)


def _services(folder: Path, database: SqliteDatabase, clock: FixedClock) -> SiteServices:
    """Return the services of the house in a folder."""
    signing = HeadSigning(SigningKeys(database, bytes(range(32)), clock), database)
    room = EFile(
        database,
        FolderStore(folder / "objects"),
        clock,
        SECRET,
        Host(signing=signing, beside=HubBeside(Journal("hub-1"), clock)),
    )
    book = Journal("hub-1")
    heads = Heads(database, room.proof, clock, book, [OFFICE], Evidence())
    payloads = Payloads(database, folder / "payloads")
    return SiteServices(
        database=database,
        efile=room,
        settings=small_settings(),
        clock=clock,
        balance=balance,
        vault=FactorVault(bytes(range(32))),
        desk=Desk(database, Journal("hub-1"), clock, 72 * 3600, ROUTES),
        viewing=Viewing(database, Journal("hub-1"), clock, payloads),
        corrections=Corrections(database, Journal("hub-1"), clock, payloads),
        rows=RowCorrections(
            database, Journal("hub-1"), clock, payloads, Catalog.load(SHIPPED / "schemas")
        ),
        packages=Packages(heads, database, clock, book),
        archive=ArchiveDesk(database, clock, book, SchemaCheck(folder / "xdomea")),
        parts={},
        passwords=Passwords(QUICK),
        answer_wait_s=0.0,
    )


def small_settings() -> Settings:
    """Return settings of two offices."""
    return Settings(
        storage=Storage(endpoint="127.0.0.1:1"),
        tenants=(_tenant(OFFICE, "Jugendamt Musterstadt"), _tenant(OTHER_OFFICE, "Beispielkreis")),
        web=Web(idle_minutes=30, absolute_hours=10, second_factor=()),
    )


def _tenant(tenant: str, name: str) -> Tenant:
    return Tenant(
        id=tenant,
        name=name,
        address=Address(
            street="Rathausplatz", house_number="1", postal_code="99999", city="Musterstadt"
        ),
        phone="0999 1234",
        email="jugendamt@musterstadt.example",
        cash=Cash(partner="ihv", office="4711", budget_out="51.1", budget_in="51.2"),
    )


LETTER = (
    "Jugendamt Musterstadt\n\nFrau\nJana Sommerfeld\nLindenweg 12a\n99999 Musterstadt\n\n"
    "Bescheid über Leistungen nach dem Unterhaltsvorschussgesetz\nAktenzeichen UV-2026-0815\n\n"
    "Sehr geehrte Frau Sommerfeld,\n\nfür Ihr Kind Mila Charlotte bewilligen wir ab dem\n"
    "01.11.2026 monatlich 299,00 Euro.\n\nDer Betrag wird im Voraus auf Ihr Konto überwiesen."
)
REASONS = (
    "Begründung\n\nNach § 1 Abs. 1 UVG hat Anspruch, wer das zwölfte Lebensjahr noch nicht\n"
    "vollendet hat und von dem anderen Elternteil nicht mindestens den\nMindestunterhalt erhält."
)
REMEDY = (
    "Rechtsbehelfsbelehrung\n\nGegen diesen Bescheid können Sie innerhalb eines Monats\n"
    "Widerspruch erheben."
)
_RECORD = {
    "kind": "Auszahlungsanordnung",
    "data": {
        "order_id": "ABCDEFGHIJKLMNOP", "case_id": CASE, "mode": "standing",
        "amount_cents": 29900, "begin": "2026-11-01", "payee": "Jana Sommerfeld",
        "budget_line": {"out": "51.1", "in": "51.2"},
    },
}  # fmt: skip


async def _file_everything(room: EFile, clock: FixedClock) -> tuple[dict[str, str], dict[str, str]]:
    filed, akten = {}, {}
    documents = (
        (OFFICE, CASE, "antrag", "Antrag", ("application/pdf", pdf("Antrag auf Unterhaltsvorschuss"))),
        (OFFICE, CASE, "bescheid", "Bewilligungsbescheid",
         ("application/pdf", pdf(LETTER, REASONS, REMEDY))),
        (OFFICE, CASE, "anordnung", "Auszahlungsanordnung",
         ("application/json", json.dumps(_RECORD).encode())),
        (OFFICE, CASE, "tabelle", "Berechnungsblatt",
         ("application/vnd.oasis.opendocument.spreadsheet", b"PK\x03\x04 no preview")),
        (OTHER_OFFICE, OTHER_CASE, "fremd", "Fremder Bescheid",
         ("application/pdf", pdf("Geheim"))),
    )  # fmt: skip
    for number, (tenant, case, key, title, (mime, data)) in enumerate(documents):
        name = "Sommerfeld, Mila Charlotte" if tenant == OFFICE else "Fremdling, Finn"
        at = clock.now_us() - (10 - number) * 86_400_000_000
        ending = {"application/pdf": "pdf", "application/json": "json"}.get(mime, "ods")
        request = FilingRequest(
            tenant=tenant, aktenzeichen=case, akte_title=name,
            aktenplan="51.3 Unterhaltsvorschuss", vorgang=_matter(key), title=title,
            doc_type=title, document_key=key, source_id=f"message-{key}",
            direction="in" if key == "antrag" else "out", received_at_us=at, filed_at_us=at,
            actor="hub", parts=(Part("original", f"{title}.{ending}", mime, data),),
        )  # fmt: skip
        done = await room.file(request)
        filed[key], akten[case] = done.id, done.akte_id
    return filed, akten


def _matter(key: str) -> str:
    return "Zahlungen" if key in {"anordnung", "tabelle"} else "Bewilligung"


def _message(number: int, kind: str | None, partner: str, at_us: int, **changes: str) -> Message:
    tenant = changes.get("tenant", OFFICE)
    return Message(
        id=f"0192f0a0-0000-7000-8000-{number:012d}", tenant=tenant, partner=partner,
        channel=partner, kind=kind, case_key=CASE if tenant == OFFICE else OTHER_CASE,
        sha256=f"{number:064x}", size_bytes=1200 + 700 * number, received_us=at_us,
        original_name=f"{(kind or 'unbekannt').lower()}-{number}.xml",
        correlation_id=f"c{number}", business_id=f"FV-{number:05d}",
    )  # fmt: skip


def _messages(tx: Transaction, now_us: int) -> None:
    journal = Journal("hub-1")
    book = Messages(journal)
    hour = 3_600_000_000
    case = make_case()
    story = (
        (1, "Falldaten", "fachverfahren", "closed", ("case_opened", "Fall angelegt.")),
        (2, "Bescheid", "fachverfahren", "closed",
         ("notice_received", "Bescheid BEW B-1 eingegangen.")),
        (3, "Kassenprotokoll", "ihv", "closed",
         ("order_accepted", "Auszahlungsanordnung von der Kasse angenommen.")),
        (4, "Sollbestaetigung", "ihv", "closed",
         ("soll_confirmed", "Forderung zum Soll gestellt.")),
        (5, "Isteinnahme", "ihv", "clearing", ("receipt_booked", "")),
        (6, "Gesamtauskunft", "azr", "routed",
         ("register_answered", "Das AZR hat Auskunft erteilt.")),
        (7, None, "fachverfahren", "refused", ("", "")),
    )  # fmt: skip
    for number, kind, partner, state, (action, text) in story:
        at = now_us - (20 - 2 * number) * hour
        message = _message(number, kind, partner, at)
        first = "refused" if state == "refused" else "received"
        book.add(tx, message, first, at)
        if first == "refused":
            _quarantine(tx, message, now_us)
        if text:
            book.note(tx, message, at + 2_000_000, action, step=Step(facts={"text": text}))
        if state in {"closed", "routed", "clearing"}:
            book.note(
                tx, message, at + 2_500_000, "checked", step=Step(facts={"verdict": "passed"})
            )
            book.move(tx, message, "routed", at + 3_000_000)
        if state == "closed":
            book.note(tx, message, at + 9_000_000, "filed", step=Step(facts={"title": kind}))
            book.move(tx, message, "closed", at + 9_000_000)
    cases.save_all(tx, [(OFFICE, case)], now_us)
    stuck = _message(5, "Isteinnahme", "ihv", now_us - 10 * hour)
    book.move(tx, stuck, "clearing", now_us - 10 * hour, code="receipt_unassigned")
    _stand_still(tx, stuck, now_us)
    foreign = _message(9, "Falldaten", "fachverfahren", now_us, tenant=OTHER_OFFICE)
    book.add(tx, foreign, "received", now_us)
    journal.append(tx, now_us, Entry(OTHER_OFFICE, "case_opened", foreign.id, case_key=CASE))


CLEARING = "clearing-1"
JOB = "0192f0a0-0000-7000-8000-0000000000aa"
STANDING = ClearingCase(
    CLEARING, "receipt_unassigned", "Eine Einzahlung lässt sich keinem Fall zuordnen.",
    "Kassenzeichen prüfen und der richtigen Forderung zuordnen.", "promise-5",
    {"amount": "149,50 €", "payer": "T. Brückner"},
)  # fmt: skip
GROUP = STANDING.fingerprint


def _stand_still(tx: Transaction, message: Message, now_us: int) -> None:
    """Block the lane of a message and open its clearing case."""
    promise = Promise("promise-5", OFFICE, message.id, "file", "file", CASE, deadline_us=now_us)
    lanes.add(tx, promise, now_us)
    [claimed] = lanes.claim(tx, "file", limit=1, me="hub-1", now_us=now_us, lease_us=1)
    lanes.block(tx, claimed, "dead", "receipt_unassigned")
    clearing.open_case(tx, message, STANDING, now_us)
    job = Job(
        id=JOB, scope=OFFICE, name="Kassenregel vom Mai", verb="release", actor="ahrens",
        reason="Kasse hat berichtigt.",
    )  # fmt: skip
    jobs.begin(tx, job, now_us)
    jobs.choose(tx, JOB, [({"tenant": OFFICE, "id": "c-0"}, "already_decided")])
    jobs.end(tx, JOB, now_us)


HOLD = "0192f0a0-0000-7000-8000-0000000000cc"
HELD, CORRECTION = "clearing-8", "0192f0a0-0000-7000-8000-0000000000bb"
HELD_MESSAGE = "0192f0a0-0000-7000-8000-000000000008"
WRONG = "<falldaten>\n  <betrag>1,0</betrag>\n</falldaten>\n"


REPEATABLE = "0192f0a0-0000-7000-8000-000000000001"
"""A message with a delivery that is over."""


async def hold_a_message(house: SmallHouse) -> None:
    """Hold a message whose check could not run, and propose a corrected copy."""
    await house.database.write(lambda tx: _hold(tx, house.clock.now_us()))


async def keep_a_rendition(house: SmallHouse) -> None:
    """Leave a rendition of the notice that can be fetched."""
    room = house.services.efile
    document = await room.document(OFFICE, house.files["bescheid"])
    data = b"%PDF-1.7"
    made = Rendition(
        original=document.sha256, way="corrected", flavour="2b", pages=3, engine="aktenhub",
        checker="pikepdf", made_at_us=house.clock.now_us(), size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )  # fmt: skip
    store = SealedStore(FolderStore(house.folder / "objects"), room.keys)
    key = layout.rendition_key(house.akte, document.leaf, 0)
    await store.put_once(OFFICE, key, json.dumps(asdict(made)).encode() + b"\n" + data)


FILE_HOLD = "0192f0a0-0000-7000-8000-0000000000f1"


async def keep_an_export(house: SmallHouse, actor: str) -> None:
    """Leave an export of the file that can be fetched."""
    at_us = house.clock.now_us()
    row = ExportRow(OFFICE, EXPORT, house.akte, actor, at_us, 2)
    finished = Finished(((1, 2, 8, 0),), "")

    def work(tx: Transaction) -> None:
        orders.enter(tx, row)
        orders.end(tx, row, finished, at_us)

    await house.database.write(work)
    await _sealed(house).put_once(OFFICE, layout.export_key(house.akte, EXPORT, 1), b"%PDF-1.7")


def _sealed(house: SmallHouse) -> SealedStore:
    return SealedStore(FolderStore(house.folder / "objects"), house.services.efile.keys)


async def hold_a_file(house: SmallHouse) -> None:
    """Forbid the destruction of one file, and let the period of another be over."""
    room, at_us = house.services.efile.retention, house.clock.now_us()
    by = Author("ahrens", at_us, FILE_HOLD)
    await room.hold(OFFICE, house.akte, "Klage anhängig", date(2026, 11, 20), None, by)
    walls = frozenset({"uvg", "wohngeld"})
    await house.services.accounts.let_behind("verwalter", walls)
    old = await room.open(OFFICE, "wohngeld", "Sommerfeld, Jonas", 2010, by)
    for event in ("ended", "claims_settled"):
        by = Author("ahrens", at_us, event)
        await room.record_day(OFFICE, old.id, event, date(2010, 1, 1), "Aktenlage", by)


PROCESS = "e0042f08-2c97-5f00-b3bd-eb1cb0ee200c"
"""An offer to the archive; it follows from the key it is made with."""


async def offer_to_archive(house: SmallHouse) -> str:
    """Offer a file to the archive and return its id."""
    efile, at_us = house.services.efile, house.clock.now_us()
    await house.services.accounts.let_behind("verwalter", frozenset({"uvg", "wohngeld"}))
    by = Author("ahrens", at_us, "offered-akte")
    old = await efile.retention.open(OFFICE, "wohngeld", "Berger, Mia", 2011, by)
    for event in ("ended", "claims_settled"):
        by = Author("ahrens", at_us, f"offered-{event}")
        await efile.retention.record_day(OFFICE, old.id, event, date(2010, 1, 1), "Akte", by)
    by = Author("verwalter", at_us, "0192f0a0-0000-7000-8000-0000000000f7")
    made = await efile.handover.offer(OFFICE, by, date(2026, 11, 22), [old.id])
    assert [PROCESS] == made
    return old.id


INSPECTION = "0192f0a0-0000-4000-8000-00000000a001"
"""An inspection whose copy waits for the second person."""
OPEN_INSPECTION = "0192f0a0-0000-4000-8000-00000000a002"
"""One whose proof found something, with places to decide on."""
BUSY_INSPECTION = "0192f0a0-0000-4000-8000-00000000a003"


async def keep_inspections(house: SmallHouse, maker: str = "bauer") -> None:
    """Leave inspections of the file in every state that people see; a copy has two parts."""
    copies = [pdf(f"Deckblatt {n}", f"Seite {n}") for n in (1, 2)]
    parts = tuple(CopyPart(hashlib.sha256(one).hexdigest(), 2, len(one)) for one in copies)
    await house.database.write(lambda tx: _keep_inspections(tx, house, maker, parts))
    for number, one in enumerate(copies, 1):
        key = layout.export_key(house.akte, INSPECTION, number)
        await _sealed(house).put_once(OFFICE, key, one)


def _keep_inspections(
    tx: Transaction, house: SmallHouse, maker: str, parts: tuple[CopyPart, ...]
) -> None:
    at_us, documents = house.clock.now_us(), (house.files["bescheid"], house.files["tabelle"])
    street = term("carer", "address", "Lindenweg 12a", "A")
    plan = Plan(
        asker=Asker(role="other_parent", name="Timo Brückner", capacity="für sich selbst"),
        purpose="Anhörung zum Rückgriff", known=(), terms=(street,), documents=documents,
        pages={documents[0]: 3, documents[1]: 0}, authors=(maker,), sent_back="ahrens: Anlage?",
        withheld={documents[1]: Withheld(ground="T", reason="Ohne Seiten", by="aktenhub")},
    )  # fmt: skip
    rest = Remnant("ocr", street.id, documents[0], 1)
    done = Report(4, 1, 1, 1, at_us, parts=parts)
    one = Inspection(
        OFFICE, INSPECTION, house.akte, "waiting", at_us, at_us, at_us, 9, 9, "", plan, done,
        digest_of(parts),
    )  # fmt: skip
    stopped = replace(
        one, id=OPEN_INSPECTION, state="open", fault="inspection_leaks", sha256="",
        report=replace(done, remnants=(rest,)),
    )  # fmt: skip
    began_us = at_us - 240_000_000
    busy = replace(one, id=BUSY_INSPECTION, state="making", changed_at_us=began_us, done=4)
    for each in (one, stopped, busy):
        book.enter(tx, each)
    places = [
        mark(documents[0], 1, street.id, [(0.115, 0.17, 0.15, 0.018)], "A"),
        replace(mark(documents[0], 1, "", [(0.1, 0.4, 0.3, 0.05)], "B"), state="redact"),
    ]
    book.add(tx, stopped, places)


TASK, NOTE = "0192f0a0-0000-7000-8000-0000000000e1", "0192f0a0-0000-7000-8000-0000000000e2"
EMERGENCY = "0192f0a0-0000-7000-8000-0000000000e3"


async def keep_beside(house: SmallHouse) -> None:
    """Put down a task and notes on the file, let it be opened in an emergency and looked at."""
    await house.database.write(lambda tx: _keep_beside(tx, house.akte, house.clock.now_us()))


def _keep_beside(tx: Transaction, akte: str, now_us: int) -> None:
    keeping.create(tx, OFFICE, "uv1", "Unterhaltsvorschuss A-K")
    units.join(tx, "ahrens", ["uv1"], now_us)
    task = Task(
        id=TASK, tenant=OFFICE, akte=akte, due="2026-11-01", text="Nachweis anfordern",
        owner="p:ahrens", made_by="ahrens", made_us=now_us,
    )  # fmt: skip
    tasks.add(tx, task)
    note = Note(
        id=NOTE, tenant=OFFICE, akte=akte, document="", author="ahrens", team=False,
        text="Mutter erst nach 16 Uhr erreichbar.", made_us=now_us,
    )  # fmt: skip
    notes.add(tx, note)
    notes.add(tx, replace(note, id=f"{NOTE[:-1]}9", author="bauer", team=True))
    one = Emergency(
        id=EMERGENCY, tenant=OFFICE, akte=akte, login="bauer", reason="Kind ohne Obdach",
        opened_us=now_us, until_us=now_us + 3_600_000_000,
    )  # fmt: skip
    emergencies.begin(tx, one)
    visits.came(tx, OFFICE, "ahrens", akte, now_us - 9 * 86_400_000_000)


async def fill_the_desk(house: SmallHouse) -> None:
    """Put there what pages of the desk can show.

    A delivery of unknown outcome, a held message and its correction, a partner held back, a delivery that is over, an open
    sight, two cases of one cause.
    """
    # Before its partner is held back: it must have been tried once.
    await doubt_a_delivery(house)
    await hold_a_message(house)
    await raise_alarms(house)
    await refuse_rows(house)
    await leave_an_attachment(house)
    await hold_a_file(house)
    await offer_to_archive(house)
    await keep_beside(house)
    await keep_inspections(house)
    sheet = await house.services.efile.document(OFFICE, house.files["tabelle"])
    await house.database.write(lambda tx: first_pages.give_up(tx, sheet, "document_too_slow"))
    await house.database.write(lambda tx: _show_off(tx, house.clock.now_us()))


async def raise_alarms(house: SmallHouse, *kinds: str) -> None:
    """Let something be wrong: a partner of all offices, and what belongs to one."""
    wrong = [
        Sign("blocked", "deliver:ihv", 30, 1.2, OFFICE),
        Sign("breaker", "azr", 1, 1),
        Sign("waiting", "travel", 75, 1.3),
        Sign("certificate", "azr, client, production", 12, 1, OTHER_OFFICE),
    ]
    now_us = house.clock.now_us()

    def work(tx: Transaction) -> None:
        for sign in wrong:
            if not kinds or sign.kind in kinds:
                alarms.see(tx, sign, now_us)

    await house.database.write(work)


TABLE_MESSAGE = "0192f0a0-0000-7000-8000-000000000011"
TABLE = drops.case_table(MUSTERSTADT).replace(b";000;", b";00x;", 1)
"""A table whose first row is refused."""


async def refuse_rows(house: SmallHouse) -> None:
    """Refuse the first row of a table while the others go on."""
    await house.database.write(lambda tx: _refuse_rows(tx, house.clock.now_us()))


def _refuse_rows(tx: Transaction, now_us: int) -> None:
    kept = Kept(hashlib.sha256(TABLE).hexdigest(), len(TABLE), TABLE)
    Payloads.name(tx, OFFICE, kept, now_us)
    book = Messages(Journal("hub-1"))
    whole = structs.replace(
        _message(11, "Falldatentabelle", "fachverfahren", now_us), sha256=kept.sha256,
        case_key=None,
    )  # fmt: skip
    book.add(tx, whole, "received", now_us)
    book.move(tx, whole, "closed", now_us)
    tx.run(
        "UPDATE message SET schema_name = 'altverfahren/Falldaten-1.0' WHERE id = :id",
        id=whole.id,
    )
    row = structs.replace(
        whole, id=derived_uuid(whole.id, "row", "1"), sha256="", part_of=whole.id,
        original_name="tabelle-11.csv (Satz 1)", business_id=None,
    )  # fmt: skip
    book.add(tx, row, "refused", now_us, code="value_not_listed")


ARCHIVE = "musterstadt_2025_1-6"


async def archive_a_year(house: SmallHouse) -> None:
    """Seal the first entries of the journal into an archive and remove them."""
    await house.database.write(_archive)


def _archive(tx: Transaction) -> None:
    tx.run(
        "INSERT INTO signing_key (id, public, private_key_id, made_us, made_by) "
        "SELECT 'k', '00', id, 1, 'x' FROM private_key LIMIT 1"
    )
    tx.run(
        "INSERT INTO journal_archive (tenant, seq, first_seq, name, previous, hash, digest, "
        "checkpoint, checkpoint_digest, states, from_us, until_us, made_us, key_id, signature) "
        "SELECT :tenant, 6, 1, :name, '', max(hash), '', 1, '', '{}', min(at_us), max(at_us), "
        "1, 'k', '' FROM journal WHERE tenant = :tenant AND seq <= 6",
        tenant=OFFICE, name=ARCHIVE,
    )  # fmt: skip
    tx.run("DELETE FROM journal WHERE tenant = :tenant AND seq <= 6", tenant=OFFICE)


LOOSE = "clearing-12"
LOOSE_MESSAGE = "0192f0a0-0000-7000-8000-000000000012"
SCAN = "Nachweis <alt>.pdf"
"""What a sender called an attachment."""


async def leave_an_attachment(
    house: SmallHouse, name: str = SCAN, mime: str = "application/pdf", data: bytes = b""
) -> None:
    """Let an attachment of a table name no case; without ``data`` it is a PDF of two pages."""
    data = data or pdf(f"Unterhaltsnachweis\nAktenzeichen {CASE}", "Anlage dazu")
    spec = {"name": name, "mime": mime, "doc_type": "Dokument"}
    await house.database.write(lambda tx: _leave(tx, spec, data, house.clock.now_us()))


def _leave(tx: Transaction, spec: dict[str, str], data: bytes, now_us: int) -> None:
    kept = Kept(hashlib.sha256(data).hexdigest(), len(data), data)
    Payloads.name(tx, OFFICE, kept, now_us)
    book = Messages(Journal("hub-1"))
    message = structs.replace(
        _message(12, "Falldatentabelle", "fachverfahren", now_us), case_key=None
    )
    book.add(tx, message, "received", now_us)
    book.move(tx, message, "routed", now_us)
    book.wait_for_more(tx, message)
    promise = Promise("promise-12", OFFICE, message.id, "file", "file", "~loose", spec, kept.sha256)
    lanes.add(tx, promise, now_us)
    [claimed] = [
        one for one in lanes.claim(tx, "file", limit=50, me="hub-1", now_us=now_us, lease_us=1)
        if one.id == promise.id
    ]  # fmt: skip
    lanes.block(tx, claimed, "dead", "attachment_unassigned")
    book.move(tx, message, "clearing", now_us, code="attachment_unassigned")
    case = ClearingCase(
        LOOSE, "attachment_unassigned",
        "Eine Anlage nennt keinen Fall ihrer Nachricht; sie liegt noch in keiner Akte.",
        "Mit der Fallnummer freigeben; gehört sie in keine Akte, verwerfen.", promise.id,
        {"ort": spec["name"]},
    )  # fmt: skip
    clearing.open_case(tx, message, case, now_us)


DOUBT = "clearing-10"
DOUBT_MESSAGE = "0192f0a0-0000-7000-8000-000000000010"


async def doubt_a_delivery(house: SmallHouse) -> None:
    """Let nobody know what became of a delivery; its partner can be asked."""
    await house.database.write(lambda tx: _doubt(tx, house.clock.now_us()))


def _doubt(tx: Transaction, now_us: int) -> None:
    book, message = Messages(Journal("hub-1")), _message(10, "Registeranfrage", "azr", now_us)
    book.add(tx, message, "received", now_us)
    book.move(tx, message, "routed", now_us)
    book.wait_for_more(tx, message)
    lanes.add(tx, Promise("promise-10", OFFICE, message.id, "deliver", "deliver:azr", CASE), now_us)
    [claimed] = lanes.claim(tx, "deliver:azr", limit=1, me="hub-1", now_us=now_us, lease_us=1)
    lanes.block(tx, claimed, "unknown", "no_answer")
    book.move(tx, message, "clearing", now_us, code="no_answer")
    case = ClearingCase(
        DOUBT, "no_answer", "Die Anfrage wurde abgesandt, eine Antwort kam nicht an.",
        "Bei der Gegenstelle klären, ob sie angekommen ist.", claimed.id,
        {CAN_BE_INQUIRED: "Die Gegenstelle lässt sich nach dem Status fragen."},
    )  # fmt: skip
    clearing.open_case(tx, message, case, now_us)


def _show_off(tx: Transaction, now_us: int) -> None:
    sight = Sight(
        tenant=OFFICE, message_id=HELD_MESSAGE, actor="ahrens", purpose="klaerung",
        reason="Betrag unklar",
    )  # fmt: skip
    for one in (
        sight,
        replace(sight, message_id=TABLE_MESSAGE),
        replace(sight, message_id=LOOSE_MESSAGE),
    ):
        sights.open_sight(tx, one, now_us, now_us + 60_000_000)
    over = Promise(
        "0192f0a0-0000-7000-8000-0000000000dd", OFFICE, REPEATABLE, "deliver",
        "deliver:fachverfahren", CASE,
    )  # fmt: skip
    lanes.add(tx, over, now_us)
    [claimed] = lanes.claim(
        tx, "deliver:fachverfahren", limit=1, me="hub-1", now_us=now_us, lease_us=1
    )
    lanes.finish(tx, claimed, "confirmed", now_us)
    stuck = messages.find(tx, OFFICE, "0192f0a0-0000-7000-8000-000000000005")
    if stuck:
        alike = replace(STANDING, id="clearing-2", promise_id=None)
        clearing.open_case(tx, messages.to_message(stuck), alike, now_us)


def _hold(tx: Transaction, now_us: int) -> None:
    holds.put(
        tx,
        Hold(
            id=HOLD, tenant=OFFICE, kind="partner", value="azr", actor="verwalter",
            reason="Wartung beim BVA", until_us=now_us + 86_400_000_000,
        ),
        now_us,
    )  # fmt: skip
    book = Messages(Journal("hub-1"))
    right = WRONG.replace("1,0", "1.0")
    kept = [
        Kept(hashlib.sha256(t.encode()).hexdigest(), len(t), t.encode()) for t in (WRONG, right)
    ]
    for one in kept:
        Payloads.name(tx, OFFICE, one, now_us)
    message = structs.replace(
        _message(8, "Falldaten", "fachverfahren", now_us - 60_000_000), sha256=kept[0].sha256,
        case_key="UV-2026-0816",
    )  # fmt: skip
    book.add(tx, message, "received", now_us)
    promise = Promise(message.id, OFFICE, message.id, "travel", "travel", "UV-2026-0816")
    lanes.add(tx, promise, now_us)
    [claimed] = lanes.claim(tx, "travel", limit=1, me="hub-1", now_us=now_us, lease_us=1)
    lanes.block(tx, claimed, "waiting", "not_checkable")
    book.move(tx, message, "clearing", now_us, code="not_checkable")
    case = ClearingCase(
        HELD, "not_checkable", "Die Nachricht konnte nicht geprüft werden.",
        "Schema prüfen, danach freigeben.", message.id,
    )  # fmt: skip
    clearing.open_case(tx, message, case, now_us)
    proposal = Proposal(
        tenant=OFFICE, id=CORRECTION, clearing_id=HELD, message_id=message.id, copy_id="copy-8",
        original_sha256=kept[0].sha256, copy_sha256=kept[1].sha256, proposed_by="bauer",
        reason="Komma statt Punkt im Betrag.",
    )  # fmt: skip
    corrections.propose(tx, proposal, now_us)


def _quarantine(tx: Transaction, message: Message, now_us: int) -> None:
    finding = {"rule": "field_missing", "message": "Das Feld fallnummer fehlt.", "line": 12,
               "column": 3, "row": None, "field": None}  # fmt: skip
    spec = {"reason": {"code": "schema_violation", "befunde": [finding]}}
    promise = Promise("promise-7", OFFICE, message.id, "refuse", "refuse", "7", spec)
    lanes.add(tx, promise, now_us)


def _certificates(tx: Transaction, now_us: int) -> None:
    day = 86_400_000_000
    for number, (purpose, days, state) in enumerate(
        (("tls-client", 9, "active"), ("signature", 45, "active"), ("tls-client", 300, "imported"))
    ):
        tx.run(
            "INSERT INTO private_key (id, tenant, purpose, algorithm, wrapped_dek, sealed,"
            " made_us) VALUES (:id, :tenant, :purpose, 'ec-p256', '', '', :now)",
            id=f"key-{number}", tenant=OFFICE, purpose=purpose, now=now_us,
        )  # fmt: skip
        tx.run(
            "INSERT INTO certificate (id, tenant, partner, environment, purpose, state, key_id,"
            " key_algorithm, key_bits, public_sha256, request_pem, subject, issuer,"
            " not_before_us, not_after_us, created_us) VALUES (:id, :tenant, 'azr', 'test',"
            " :purpose, :state, :key, 'ec-p256', 256, :id, '', :subject, 'CN=Test-CA',"
            " :begin, :end, :begin)",
            id=f"certificate-{number}", tenant=OFFICE, purpose=purpose, state=state,
            key=f"key-{number}", subject="CN=Jugendamt Musterstadt,O=Stadt Musterstadt",
            begin=now_us - 100 * day, end=now_us + days * day,
        )  # fmt: skip


def pdf(*pages: str) -> bytes:
    """Return a PDF with one page of text per argument."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, text in enumerate(pages):
        stream = _page(text)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return _assembled(objects)


def pdf_of_picture(data: bytes, width: int, height: int, kind: str) -> bytes:
    """Return a PDF of one page that is nothing but a picture."""
    drawing = b"q 500 0 0 700 40 60 cm /P Do Q"
    picture = (
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /Filter /{kind}"
        f" /ColorSpace /DeviceRGB /BitsPerComponent 8 /Length {len(data)} >>\nstream\n"
    ).encode()
    return _assembled([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        picture + data + b"\nendstream",
        b"<< /XObject << /P 5 0 R >> >>",
    ])  # fmt: skip


async def file_more(house: SmallHouse, parts: dict[str, Part]) -> dict[str, str]:
    """File further documents in the first office's file; return their ids by key."""
    at, filed = house.clock.now_us(), {}
    for key, part in parts.items():
        done = await house.services.efile.file(FilingRequest(
            tenant=OFFICE, aktenzeichen=CASE, akte_title="Sommerfeld, Mila Charlotte",
            aktenplan="51.3 Unterhaltsvorschuss", vorgang="Schriftverkehr", title=key,
            doc_type="Schreiben", document_key=key, source_id=f"message-{key}", direction="in",
            received_at_us=at, filed_at_us=at, actor="hub", parts=(part,),
        ))  # fmt: skip
        filed[key] = done.id
    return filed


def _page(text: str) -> bytes:
    lines = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in text.split("\n")]  # fmt: skip
    shown = "".join(f"({line}) Tj T*\n" for line in lines)
    return f"BT /F1 12 Tf 18 TL 71 760 Td\n{shown}ET".encode("cp1252")


def _assembled(objects: list[bytes]) -> bytes:
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(data))
    return data + head + end


async def serve(site: web.Application) -> tuple[web.AppRunner, str]:
    """Serve a site on a free loopback port and return its address."""
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    port_site = web.TCPSite(runner, "127.0.0.1", 0)
    await port_site.start()
    host, port = runner.addresses[0][:2]
    return runner, f"http://{host}:{port}"


@dataclass
class Visitor:
    """A person at a browser: keeps the cookie, follows no redirect, posts forms as pages do."""

    client: TestClient[web.Request, web.Application]
    token: str = ""

    async def get(self, path: str, **headers: str) -> ClientResponse:
        """Open an address."""
        return await self.client.get(path, headers=self.headers(**headers), allow_redirects=False)

    async def post(self, path: str, **fields: str) -> ClientResponse:
        """Send a form of the site, with its token."""
        form = {"csrf": csrf_token(self.token), **fields}
        headers = self.headers(**{"Sec-Fetch-Site": "same-origin"})
        answer = await self.client.post(path, data=form, headers=headers, allow_redirects=False)
        if COOKIE in answer.cookies:
            self.token = answer.cookies[COOKIE].value
        return answer

    async def sign_in(self, login: str, password: str = PASSWORD) -> ClientResponse:
        """Sign in and keep the session."""
        return await self.post("/anmelden", kennung=login, passwort=password)

    def headers(self, **more: str) -> dict[str, str]:
        """Return what the browser sends along."""
        return ({"Cookie": f"{COOKIE}={self.token}"} if self.token else {}) | more
