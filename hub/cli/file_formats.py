"""``efile formats``, ``rendition``: which formats lie in the files, and documents as PDF/A."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from hub.app import open_database, open_efile
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, show_facts, show_json, show_table
from hub.cli.file_storage import tenants_of
from hub.core.clock import iso_utc
from hub.web.presentation.rendering import size

_RISKS: Final = {
    "": "", "locked": "Kennwort", "broken": "beschädigt", "active": "Skripte oder XFA",
    "maker": "hängt am Programm", "unknown": "Format nicht dauerhaft",
}  # fmt: skip


def register(efile: Commands) -> None:
    """Declare the commands within those of the e-file."""
    formats = efile.add(
        "formats", _formats, "Formate in den Akten, und welche davon gefährdet sind",
        json_output=True,
    )  # fmt: skip
    formats.add_argument("--tenant", metavar="MANDANT")
    rendition = efile.add(
        "rendition", _rendition, "Ein Dokument als PDF/A neben dem Original erstellen",
        json_output=True,
    )  # fmt: skip
    rendition.add_argument("document", metavar="DOKUMENT", help="Kennung")
    rendition.add_argument("--tenant", required=True, metavar="MANDANT")
    rendition.add_argument("--part", type=int, default=0, metavar="ZAHL", help="Teil, ab 0")
    rendition.add_argument("--to", type=Path, metavar="DATEI", help="das PDF/A dorthin schreiben")


async def _formats(options: argparse.Namespace) -> int:
    place = place_of(options)
    rows: list[dict[str, Any]] = []
    async with open_database(place) as database, open_efile(place, database) as room:
        for tenant in tenants_of(place, options.tenant):
            rows += [
                {"tenant": tenant, **asdict(one)} for one in await room.legibility.formats(tenant)
            ]
    if options.json:
        show_json({"formats": rows})
        return 0
    shown = [row | {"risk": _RISKS[row["risk"]], "size": size(row["size"])} for row in rows]
    columns = {"tenant": "Mandant", "name": "Format", "documents": "Dokumente", "parts": "Dateien",
               "size": "Größe", "renditions": "als PDF/A", "risk": "gefährdet, weil"}  # fmt: skip
    show_table(shown, columns)
    return 0


async def _rendition(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    async with open_database(place) as database, open_efile(place, database) as room:
        document = await room.document(tenant, options.document)
        look = Look(
            "rendition_made", "part", f"{document.id}#{options.part}", tenant,
            akte=document.akte_id, document=document.id,
        )  # fmt: skip
        await log_look(database, look)
        made = await room.pdfa.make(tenant, document.id, options.part)
        if options.to:
            read = room.pdfa.fetch if made.size else room.fetch
            data = await read(tenant, document.id, options.part)
            await asyncio.to_thread(options.to.write_bytes, data)
    if options.json:
        show_json(asdict(made))
        return 0
    facts = {
        "Fassung": f"PDF/A-{made.flavour}", "Wie": made.note, "Erstellt mit": made.engine,
        "Geprüft mit": made.checker, "Am": iso_utc(made.made_at_us), "Seiten": made.pages,
        "Original (SHA-256)": made.original,
    }  # fmt: skip
    show_facts(facts.items())
    return 0
