"""``efile``: files, documents, search, proof, rebuild."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from efile import Akte, Document, EFile, FilingRequest, LargeFile, Part
from hub.app import CLOCK, Place, open_database, open_efile
from hub.cli import (
    file_access,
    file_archive,
    file_disposal,
    file_evidence,
    file_export,
    file_formats,
    file_inspection,
    file_keys,
    file_retention,
    file_storage,
)
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, show_json, show_table
from hub.cli.file_storage import show_faults
from hub.cli.parser import existing_file
from hub.core.clock import iso_utc
from hub.store.database import Database

_WORD = "application/vnd.openxmlformats-officedocument"
_MIMES = {
    ".pdf": "application/pdf", ".xml": "application/xml", ".json": "application/json",
    ".txt": "text/plain", ".tif": "image/tiff", ".tiff": "image/tiff", ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg", ".png": "image/png", ".eml": "message/rfc822",
    ".docx": f"{_WORD}.wordprocessingml.document", ".xlsx": f"{_WORD}.spreadsheetml.sheet",
}  # fmt: skip
"""Never asked of the machine: the same file is filed alike everywhere."""
_HARMLESS = {"orphan", "pack_surplus"}


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("efile", "E-Akte: Akten, Dokumente, Suche, Prüfung")
    listing = group.add("list", _list, "Akten auflisten", json_output=True)
    listing.add_argument("--tenant", metavar="MANDANT")
    listing.add_argument("--query", default="", help="Name oder Aktenzeichen")
    show = group.add("show", _show, "Eine Akte mit ihren Dokumenten zeigen", json_output=True)
    show.add_argument("akte", help="Aktenzeichen oder Kennung")
    show.add_argument("--tenant", required=True, metavar="MANDANT")
    search = group.add("search", _search, "Im Text der Dokumente suchen", json_output=True)
    search.add_argument("text")
    search.add_argument("--tenant", required=True, metavar="MANDANT")
    get = group.add("get", _get, "Die Bytes eines Dokuments ausgeben")
    get.add_argument("document")
    get.add_argument("--tenant", required=True, metavar="MANDANT")
    get.add_argument("--to", type=Path, required=True, metavar="DATEI")
    put = group.add("put", _put, "Ein Dokument ablegen")
    put.add_argument("file", type=existing_file, metavar="DATEI")
    put.add_argument("--tenant", required=True, metavar="MANDANT")
    put.add_argument("--akte", required=True, metavar="AKTENZEICHEN")
    put.add_argument("--title", required=True, metavar="TITEL")
    put.add_argument("--vorgang", default="Schriftverkehr")
    put.add_argument("--teilakte", default="", metavar="KENNUNG", dest="subfile")
    put.add_argument("--type", default="Schreiben", dest="doc_type")
    put.add_argument("--actor", required=True, metavar="NAME")
    _register_checks(group)
    file_export.register(group)
    file_retention.register(group)
    _register_more(group)


def _register_checks(group: Commands) -> None:
    reconcile = group.add(
        "reconcile", _reconcile, "Speicher und Index abgleichen, Fehlendes nachtragen",
        json_output=True,
    )  # fmt: skip
    reconcile.add_argument("--tenant", metavar="MANDANT")
    rebuild = group.add("rebuild", _rebuild, "Index allein aus S3 neu aufbauen", json_output=True)
    rebuild.add_argument("--tenant", required=True, metavar="MANDANT")


def _register_more(group: Commands) -> None:
    file_access.register(group)
    file_archive.register(group)
    file_evidence.register(group)
    file_disposal.register(group)
    file_inspection.register(group)
    file_formats.register(group)
    file_keys.register(group)
    file_storage.register(group)


@asynccontextmanager
async def _open(place: Place) -> AsyncIterator[tuple[Database, EFile]]:
    async with open_database(place) as database, open_efile(place, database) as room:
        yield database, room


def _tenants(place: Place, tenant: str | None) -> list[str]:
    return [place.settings.tenant(tenant).id] if tenant else [t.id for t in place.settings.tenants]


async def _list(options: argparse.Namespace) -> int:
    place = place_of(options)
    rows: list[dict[str, object]] = []
    tenants = _tenants(place, options.tenant)
    async with _open(place) as (database, room):
        await log_look(database, Look("files_listed", "search", options.query, options.tenant))
        for tenant in tenants:
            after: str | None = None
            while found := await room.akten(tenant, options.query, after, 200):
                rows += [_akte(akte) for akte in found]
                after = found[-1].aktenzeichen
    if options.json:
        show_json({"akten": rows})
    else:
        columns = {"aktenzeichen": "Aktenzeichen", "title": "Titel", "tenant": "Mandant",
                   "documents": "Dokumente", "id": "Kennung"}  # fmt: skip
        show_table(rows, columns)
    return 0


async def _show(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    async with _open(place) as (database, room):
        view = await room.akte(tenant, options.akte)
        akte = view.akte.id
        await log_look(database, Look("file_viewed", "akte", akte, tenant, akte=akte))
    subfiles = {one.id: one.subfile.name for one in view.vorgaenge if one.subfile}
    documents = [
        _document(one) | {"teilakte": subfiles.get(one.vorgang_id, "")} for one in view.documents
    ]
    if options.json:
        show_json({"akte": _akte(view.akte),
                   "documents": documents})  # fmt: skip
        return 0
    print(f"{view.akte.aktenplan} ▸ {view.akte.aktenzeichen} {view.akte.title}")
    level = {"teilakte": "Teilakte"} if subfiles else {}
    columns = {"filed_at": "abgelegt", **level, "vorgang": "Vorgang", "type": "Art",
               "title": "Titel", "size": "Bytes", "id": "Kennung"}  # fmt: skip
    show_table(documents, columns)
    return 0


def _akte(akte: Akte) -> dict[str, object]:
    return asdict(akte)


def _document(document: Document) -> dict[str, object]:
    return {
        "id": document.id,
        "title": document.title,
        "type": document.doc_type,
        "filed_at": iso_utc(document.filed_at_us),
        "sha256": document.sha256,
        "size": document.size,
        "version": document.version,
        "vorgang": document.vorgang,
        "source": document.source_id,
    }


async def _search(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    async with _open(place) as (database, room):
        await log_look(database, Look("files_listed", "search", options.text, tenant))
        hits = await room.search(tenant, options.text, 50)
    rows = [asdict(hit) for hit in hits]
    if options.json:
        show_json({"hits": rows})
    else:
        columns = {"aktenzeichen": "Aktenzeichen", "title": "Titel", "excerpt": "Fundstelle"}
        show_table(rows, columns)
    return 0


async def _get(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    async with _open(place) as (database, room):
        found = await room.document(tenant, options.document)
        look = Look(
            "document_downloaded", "document", found.id, tenant, found.akte_id, document=found.id
        )
        await log_look(database, look)
        data = await room.fetch(tenant, found.id)
    await asyncio.to_thread(options.to.write_bytes, data)
    print(f"{len(data)} Bytes nach {options.to} geschrieben.")
    return 0


async def _put(options: argparse.Namespace) -> int:
    place = place_of(options)
    data = await asyncio.to_thread(_content, options.file)
    now_us = CLOCK.now_us()
    tenant = place.settings.tenant(options.tenant).id
    mime = _MIMES.get(options.file.suffix.lower(), "application/octet-stream")
    async with _open(place) as (database, room):
        akte = (await room.akte(tenant, options.akte)).akte
        await log_look(database, Look("document_filed", "akte", akte.id, tenant, akte=akte.id))
        filed = await room.file(
            FilingRequest(
                tenant=tenant,
                aktenzeichen=akte.aktenzeichen,
                akte_title=akte.title,
                aktenplan=akte.aktenplan,
                vorgang=options.vorgang,
                title=options.title,
                doc_type=options.doc_type,
                document_key=hashlib.sha256(f"{data.sha256} {now_us}".encode()).hexdigest(),
                source_id="",
                direction="internal",
                received_at_us=now_us,
                filed_at_us=now_us,
                actor=options.actor,
                parts=(Part("original", options.file.name, mime, data),),
                kind=akte.kind,
                subfile=options.subfile,
            )
        )
    print(f"Abgelegt als {filed.id}")
    return 0


def _content(path: Path) -> LargeFile:
    """Return a file as it is now; changed while it is filed, it is refused."""
    with path.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        return LargeFile(path, sha256, opened.tell())


async def _reconcile(options: argparse.Namespace) -> int:
    place = place_of(options)
    replayed, faults = 0, []
    async with _open(place) as (_, room):
        for tenant in _tenants(place, options.tenant):
            report = await room.reconcile(tenant)
            replayed += report.replayed
            faults += [asdict(fault) for fault in report.faults]
    if options.json:
        show_json({"replayed": replayed, "faults": faults})
    else:
        print(f"{replayed} Dokumente nachgetragen, {len(faults)} Befunde.")
        show_faults(faults)
    # What an interrupted filing left behind asks nobody to act.
    return 1 if {fault["what"] for fault in faults} - _HARMLESS else 0


async def _rebuild(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    async with _open(place) as (_, room):
        report = await room.rebuild(tenant)
    if options.json:
        show_json(asdict(report))
    else:
        print(f"{report.akten} Akten mit {report.documents} Dokumenten aus S3 aufgebaut, "
              f"{len(report.faults)} Fehler.")  # fmt: skip
        show_faults([asdict(fault) for fault in report.faults])
    return 1 if report.faults else 0
