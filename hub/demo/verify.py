"""Checks the end state of the demonstration: nothing lost, nothing twice, nothing leaked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from efile import Document, EFile
from hub.app import open_database, open_efile
from hub.demo import cast
from hub.demo.stage import Stage
from hub.pipeline.balance import Balance, balance
from hub.store import journal
from hub.store.database import Database, Row, Transaction


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold."""

    what: str
    holds: bool
    detail: str = ""


async def verify(stage: Stage) -> tuple[list[Check], Balance]:
    """Return every check and the balance it rests on."""
    place = stage.place
    async with open_database(place) as database, open_efile(place, database) as room:
        total = await balance(database, None)
        checks = [
            Check("Die Nachrichtenbilanz geht auf", total.balanced, _numbers(total)),
            await _chain(database),
            *[check async for check in _files(room)],
            *refusals(stage, await database.read(_refused_rows)),
            *[check async for check in _cash(stage, database)],
            await _suspense(database),
            *_register(stage, await database.read(_register_rows)),
            leaks(stage),
            await _no_leak_in_files(room),
        ]
    return checks, total


def _numbers(total: Balance) -> str:
    return (
        f"{total.received} = {total.delivered} zugestellt + {total.in_progress} in Arbeit + "
        f"{total.clearing} Klärfall + {total.refused} abgewiesen + {total.duplicates} Duplikat"
    )


async def _chain(database: Database) -> Check:
    found = await database.scan(journal.verify)
    detail = f"{found.entries} Einträge"
    return Check("Das Journal ist lückenlos verkettet", not found.faults, detail)


async def _files(room: EFile) -> AsyncIterator[Check]:
    """Every document's bytes, read again from S3, equal the recorded digest."""
    for office in cast.OFFICES:
        akten = await room.akten(office.id, limit=200)
        expected = len(office.xml) + len(office.csv)
        yield Check(
            f"{office.id}: jeder Fall hat seine Akte", len(akten) == expected, f"{len(akten)} Akten"
        )
        report = await room.verify(office.id)
        detail = f"{report.objects} Objekte, {report.bytes} Bytes neu gelesen"
        whole = report.intact and report.objects > 0
        yield Check(f"{office.id}: alle Dokumente unverändert in S3", whole, detail)
        notices = 0
        for akte in akten:
            view = await room.akte(office.id, akte.id)
            notices += sum(d.doc_type == "Bescheid" for d in view.documents)
        yield Check(
            f"{office.id}: zu jedem Bescheid liegt der Brief in der Akte",
            notices == expected,
            f"{notices} Briefe",
        )


def _refused_rows(tx: Transaction) -> list[Row]:
    return tx.all(
        "SELECT message.id, message.tenant, message.code, message.original_name, "
        "(SELECT count(*) FROM journal WHERE journal.tenant = message.tenant "
        "AND journal.message_id = message.id AND journal.to_state = 'refused') AS entries "
        "FROM message WHERE state = 'refused'"
    )


def refusals(stage: Stage, rows: list[Row]) -> Iterator[Check]:
    """Each refused input has a reason file and exactly one journal entry."""
    yield Check("Drei fehlerhafte Dateien wurden abgewiesen", len(rows) == 3, f"{len(rows)}")  # noqa: PLR2004  counted in drops
    for row in rows:
        shelf = stage.folder / "inbox" / row["tenant"] / "fachverfahren" / ".quarantine"
        reasons = list(shelf.rglob(f"{row['id']}*.grund.json"))
        right = len(reasons) == 1 and json.loads(reasons[0].read_text())["code"] == row["code"]
        yield Check(
            f"Abgewiesen mit Grund: {row['original_name']}",
            right and row["entries"] == 1,
            str(row["code"]),
        )


async def _cash(stage: Stage, database: Database) -> AsyncIterator[Check]:
    for office, channel in ((cast.MUSTERSTADT, "ihv"), (cast.BEISPIELHAUSEN, "kasse")):
        files = [p for p in stage.outbox(office, channel).iterdir() if p.suffix != ".sha256"]
        orders = await _orders(database, office.id)
        yield Check(
            f"{office.id}: jede Anordnung ging genau einmal an {channel}",
            orders["sent"] == orders["distinct_orders"] == _expected_orders(office),
            f"{orders['sent']} Anordnungen in {len(files)} Dateien",
        )
        answers = list(stage.outbox(office).glob("Kassenstatus*")) + list(
            stage.outbox(office).glob("Zahlungseingang*")
        )
        yield Check(f"{office.id}: Antworten beim Fachverfahren", bool(answers), f"{len(answers)}")


async def _orders(database: Database, tenant: str) -> Row:
    row = await database.read(
        lambda tx: tx.one(
            "SELECT count(*) AS sent, count(DISTINCT id) AS distinct_orders FROM promise "
            "WHERE kind = 'order' AND state = 'confirmed' AND tenant = :tenant",
            tenant=tenant,
        )
    )
    return row or {}


def _expected_orders(office: cast.Office) -> int:
    families = (*office.xml, *office.csv)
    return len(families) + sum(1 for family in families if family.reclaim)


async def _suspense(database: Database) -> Check:
    rows = await database.read(
        lambda tx: tx.all("SELECT code FROM clearing WHERE state = 'open' ORDER BY code")
    )
    codes = [row["code"] for row in rows]
    return Check(
        "Offen bleiben die Verwahrung und die abgelehnte Anordnung",
        codes == ["order_refused", "receipt_unmatched"],
        ", ".join(codes),
    )


def _register_rows(tx: Transaction) -> list[Row]:
    return tx.all("SELECT kind, state FROM message WHERE channel = 'azr' ORDER BY received_us")


def _register(stage: Stage, rows: list[Row]) -> Iterator[Check]:
    kinds = [row["kind"] for row in rows]
    yield Check(
        "AZR: Auskunft erhalten, Leistung gemeldet und bestätigt",
        kinds == ["Gesamtauskunft", "Meldebestaetigung"],
        ", ".join(str(kind) for kind in kinds),
    )
    answers = list(stage.outbox(cast.MUSTERSTADT).glob("Register*.xml"))
    yield Check("AZR: Fachverfahren unterrichtet", len(answers) == 2, f"{len(answers)}")  # noqa: PLR2004  answer and acknowledgement


def leaks(stage: Stage) -> Check:
    """The AZR number is in no cash message, receipt, path or log."""
    number = cast.AZR_NUMBER
    places = [stage.folder / name for name in ("outbox", "inbox", "logs", "certs")]
    found = [path for root in places for path in root.rglob("*") if _holds(path, number)]
    named = [path for path in stage.folder.rglob("*") if number in path.name]
    found_at = [str(path.relative_to(stage.folder)) for path in (*found, *named)]
    return Check(
        "Die AZR-Nummer verlässt Register und Akte nicht", not found_at, ", ".join(found_at)
    )


async def _no_leak_in_files(room: EFile) -> Check:
    """Beside the register's own answers no document of the file names the AZR number."""
    office = cast.MUSTERSTADT.id
    view = await room.akte(office, cast.MUSTERSTADT.xml[0].case_id)
    own = {"Registerauskunft", "Registerquittung"}
    leaks = [
        document.title
        for document in view.documents
        if document.doc_type not in own and cast.AZR_NUMBER in await _words(room, document)
    ]
    detail = ", ".join(leaks) or f"{len(view.documents)} Dokumente gelesen"
    return Check("Kein Brief und keine Anordnung nennt die AZR-Nummer", not leaks, detail)


async def _words(room: EFile, document: Document) -> str:
    """Return what a document says, a letter page by page."""
    if document.parts[0].mime != "application/pdf":
        return (await room.fetch(document.tenant, document.id)).decode()
    count = await room.page_count(document.tenant, document.id)
    pages = [
        await room.page_text(document.tenant, document.id, page) for page in range(1, count + 1)
    ]
    return " ".join(page.text for page in pages)


def _holds(path: Path, number: str) -> bool:
    return path.is_file() and not path.is_symlink() and number.encode() in path.read_bytes()
