"""``check``, ``validate``, ``map``: is everything in order, is this file valid, what comes out."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from hub import app
from hub.app import Place
from hub.cli.command import Commands, place_of, show_findings, show_json
from hub.cli.inspection import Inspection, inspect
from hub.cli.parser import existing_file
from hub.core.errors import NotChecked, Rejected, Undecodable
from hub.core.findings import Finding, Verdict
from hub.formats.base import Format, Reading
from hub.formats.catalog import Catalog
from hub.mapping.catalog import Mappings


def register(commands: Commands) -> None:
    """Declare the commands."""
    commands.add(
        "check",
        _check,
        "Einstellungen, Schemas, Mappings, Vorlagen, Speicher, Ordner und Datenbank prüfen",
        json_output=True,
    )
    validate = commands.add(
        "validate", _validate, "Dateien gegen ein Schema prüfen", json_output=True
    )
    validate.add_argument("--schema", required=True, metavar="NAME", help="zum Beispiel "
                          "fachverfahren/Bescheid-1.0")  # fmt: skip
    validate.add_argument("files", nargs="+", type=existing_file, metavar="DATEI")
    mapping = commands.add("map", _map, "Eine Datei durch ein Mapping führen und ausgeben")
    mapping.add_argument("--mapping", required=True, metavar="NAME", help="zum Beispiel "
                         "fachverfahren-to-hub/Bescheid")  # fmt: skip
    mapping.add_argument("file", type=existing_file, metavar="DATEI")


async def _check(options: argparse.Namespace) -> int:
    findings = await inspect(place_of(options))
    ok = not any(finding.level == "error" for finding in findings)
    if options.json:
        show_json({"ok": ok, "findings": [finding.to_dict() for finding in findings]})
        return 0 if ok else 1
    _print(findings)
    print("Alles in Ordnung." if ok else "Es gibt Fehler.")
    return 0 if ok else 1


def _print(findings: list[Inspection]) -> None:
    marks = {"error": "FEHLER", "warning": "Warnung", "info": "ok"}
    for finding in findings:
        print(f"{marks[finding.level]:<8}{finding.message}")
        if finding.place:
            print(f"        Ort: {finding.place}")
        if finding.remedy and finding.level != "info":
            print(f"        Abhilfe: {finding.remedy}")


def _places(options: argparse.Namespace) -> tuple[Path, Path]:
    """Return schema and mapping folders; the shipped ones where there is no ``hub.toml``."""
    if options.settings.exists():
        place = Place.read(options.settings)
        return place.schemas, place.mappings
    return app.SHIPPED / "schemas", app.SHIPPED / "mappings"


async def _validate(options: argparse.Namespace) -> int:
    schemas, _ = _places(options)
    checker = Catalog.load(schemas).format(options.schema)
    results = []
    for path in options.files:
        try:
            reading = await asyncio.to_thread(_verified, checker, path)
        except Undecodable as exc:
            findings = exc.findings or (Finding(exc.code, f"{exc.message} {exc.remedy}".strip()),)
            reading = Reading(Verdict.FAILED, findings, None, {})
        results.append((path, reading))
    if options.json:
        documents = [_document(path, reading) for path, reading in results]
        show_json(documents[0] if len(documents) == 1 else {"documents": documents})
    else:
        for path, reading in results:
            _print_reading(path, reading)
    passed = all(reading.verdict is Verdict.PASSED for _, reading in results)
    return 0 if passed else 1


def _verified(checker: Format, path: Path) -> Reading:
    """Check a file piece by piece: it may be larger than the memory."""
    with path.open("rb") as file:
        return checker.verify(file)


def _document(path: Path, reading: Reading) -> dict[str, object]:
    return {
        "file": path.name,
        "verdict": reading.verdict.value,
        "findings": [finding.to_dict() for finding in reading.findings],
        "counts": dict(reading.counts),
    }


def _print_reading(path: Path, reading: Reading) -> None:
    words = {
        Verdict.PASSED: "bestanden",
        Verdict.FAILED: "nicht bestanden",
        Verdict.NOT_CHECKABLE: "nicht prüfbar",
    }
    print(f"{path.name}: {words[reading.verdict]}")
    if reading.findings:
        show_findings([finding.to_dict() for finding in reading.findings])


async def _map(options: argparse.Namespace) -> int:
    schemas, folder = _places(options)
    formats = Catalog.load(schemas)
    mappings = Mappings.load(folder, formats)
    mapping = mappings.mapping(options.mapping)
    data = await asyncio.to_thread(options.file.read_bytes)
    reading = mapping.format.read(data)
    if reading.verdict is Verdict.NOT_CHECKABLE:
        raise NotChecked("not_checkable", "Die Datei konnte nicht geprüft werden.")
    if reading.verdict is not Verdict.PASSED:
        raise Rejected(
            "schema_violation",
            "Die Datei entspricht nicht dem Schema des Mappings.",
            remedy=f"„aktenhub validate --schema {mapping.format.name}“ nennt die Stellen.",
        )
    for record in mapping.to_records(reading.document):
        sys.stdout.write(record.to_json().decode() + "\n")
    return 0
