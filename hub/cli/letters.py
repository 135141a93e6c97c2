"""``letters``: check templates, look at them, render one."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from hub.app import Place
from hub.cli.command import Commands, place_of, show_json, show_table
from hub.cli.parser import existing_file
from hub.core.errors import Undecodable
from hub.letters.office import Office
from hub.letters.render import render
from hub.letters.templates import Templates, preview


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("letters", "Briefvorlagen prüfen und ansehen")
    group.add("check", _check, "Alle Vorlagen und ihre Felder prüfen", json_output=True)
    look = group.add("preview", _preview, "Eine Vorlage mit Beispieldaten als PDF/A ausgeben")
    look.add_argument("template", metavar="VORLAGE")
    look.add_argument("--to", type=Path, required=True, metavar="DATEI")
    make = group.add("render", _render, "Eine Vorlage mit eigenen Feldern (JSON) ausgeben")
    make.add_argument("template", metavar="VORLAGE")
    make.add_argument("fields", type=existing_file, metavar="FELDER")
    make.add_argument("--to", type=Path, required=True, metavar="DATEI")


async def _check(options: argparse.Namespace) -> int:
    templates = Templates.load(place_of(options).templates)
    findings = templates.check()
    if options.json:
        show_json({"ok": not findings, "findings": [finding.to_dict() for finding in findings]})
    elif findings:
        rows = [finding.to_dict() for finding in findings]
        show_table(rows, {"rule": "Regel", "path": "Ort", "message": "Befund"})
    else:
        print(f"{len(templates.names())} Vorlagen geprüft, keine Befunde.")
    return 1 if findings else 0


async def _preview(options: argparse.Namespace) -> int:
    place = place_of(options)
    template = Templates.load(place.templates).template(options.template)
    return await _convert(place, preview(template), options.to)


async def _render(options: argparse.Namespace) -> int:
    place = place_of(options)
    template = Templates.load(place.templates).template(options.template)
    fields = _fields(await asyncio.to_thread(options.fields.read_bytes))
    return await _convert(place, render(template.content, fields, template.name), options.to)


def _fields(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError as exc:
        found = exc
    if not isinstance(found, dict):
        raise Undecodable(
            "fields_unreadable",
            "Die Felder sind kein JSON-Objekt in UTF-8.",
            remedy="Feldnamen und Werte wie im Beispiel der Vorlage angeben.",
        )
    return found


async def _convert(place: Place, word: bytes, target: Path) -> int:
    letters = place.settings.letters
    office = Office(letters.soffice, place.data / "work", letters.timeout_s)
    pdf = (await office.to_pdfa([word]))[0]
    await asyncio.to_thread(target.write_bytes, pdf)
    print(f"Geschrieben: {target}")
    return 0
