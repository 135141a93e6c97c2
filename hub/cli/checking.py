"""``check``, ``validate``, ``map``: is everything in order, is this file valid, what comes out."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hub import app
from hub.app import CLOCK, Place
from hub.cli.command import Commands, place_of, show_findings, show_json
from hub.cli.inspection import Inspection, inspect
from hub.cli.parser import day, existing_file, new_file, number
from hub.cli.rehearsal import run_activation, run_rehearsal, run_roll_back
from hub.core.clock import iso_utc
from hub.core.errors import Misconfigured, NotChecked, Rejected, Undecodable
from hub.core.findings import Finding, Verdict
from hub.formats.base import Format, Reading
from hub.formats.catalog import Catalog
from hub.mapping.catalog import Mappings
from hub.web.presentation.checks import check_page


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
    validate.add_argument("--report", type=new_file, metavar="BERICHT.html",
                          help="auch als Seite zum Lesen und Drucken schreiben")  # fmt: skip
    validate.add_argument("files", nargs="+", type=existing_file, metavar="DATEI")
    _register_map(commands)


def _register_map(commands: Commands) -> None:
    mapping = commands.add(
        "map",
        _map,
        "Eine Datei durch ein Mapping führen; Fassungen proben, aktivieren und zurücknehmen",
        json_output=True,
    )
    mapping.set_defaults(parser=mapping)
    what = mapping.add_mutually_exclusive_group(required=True)
    what.add_argument("--mapping", metavar="NAME", help="DATEI durch dieses Mapping führen, zum "
                      "Beispiel fachverfahren-to-hub/Bescheid")  # fmt: skip
    what.add_argument("--rehearse", metavar="NAME", help="eine Fassung an archivierten "
                      "Nachrichten proben; ändert nichts")  # fmt: skip
    what.add_argument("--activate", metavar="NAME", help="eine Fassung in Kraft setzen")
    what.add_argument("--roll-back", metavar="NAME", help="die vorige Fassung wieder in Kraft "
                      "setzen")  # fmt: skip
    mapping.add_argument("--with", dest="candidate", metavar="FASSUNG", help="Fassung (zum "
                         "Beispiel Bescheid-2) oder, zum Proben, eine Datei")  # fmt: skip
    mapping.add_argument("--from", dest="first_day", type=day, metavar="TAG",
                         help="erster Tag der Fassung (Vorgabe heute)")  # fmt: skip
    mapping.add_argument("--days", type=number, default=30, help="Nachrichten der letzten Tage "
                         "(Vorgabe 30)")  # fmt: skip
    mapping.add_argument("--tenant", metavar="MANDANT", help="nur dieser Mandant")
    mapping.add_argument("--reason", help="Grund; steht im Zugriffsprotokoll")
    mapping.add_argument("--values", action="store_true", help="auch Werte zeigen, nicht nur "
                         "Felder")  # fmt: skip
    mapping.add_argument("file", nargs="?", type=existing_file, metavar="DATEI")


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
    reports = [await asyncio.to_thread(_report, checker, path) for path in options.files]
    documents = [report.to_dict() for report in reports]
    if options.report:
        await asyncio.to_thread(_write_new, options.report, check_page(documents))
    if options.json:
        show_json(documents[0] if len(documents) == 1 else {"documents": documents})
    else:
        for report in reports:
            _print_report(report)
        if options.report:
            print(f"Bericht: {options.report}")
    return 0 if all(report.reading.verdict is Verdict.PASSED for report in reports) else 1


def _write_new(path: Path, text: str) -> None:
    """Write a file that was not there; whatever is there stays."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as exc:
        raise Misconfigured(
            "report_not_written", "Der Bericht ließ sich nicht schreiben.", place=str(path),
            remedy="Einen Namen angeben, den es noch nicht gibt, in einem Ordner mit Schreibrecht.",
        ) from exc  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Report:
    """What a check found, and in what it was found."""

    file: str
    schema: str
    engine: str
    sha256: str
    size_bytes: int
    checked_at: str
    reading: Reading

    def to_dict(self) -> dict[str, object]:
        """Return the stable keys of ``validate --json``."""
        reading = self.reading
        return {
            "file": self.file,
            "verdict": reading.verdict.value,
            "findings": [finding.to_dict() for finding in reading.findings],
            "counts": dict(reading.counts),
            "schema": self.schema,
            "engine": self.engine,
            "sha256": self.sha256,
            "bytes": self.size_bytes,
            "checked_at": self.checked_at,
        }


def _report(checker: Format, path: Path) -> _Report:
    """Check a file piece by piece: it may be larger than the memory."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        file.seek(0)
        try:
            reading = checker.verify(file)
        except Undecodable as exc:
            findings = exc.findings or (Finding(exc.code, f"{exc.message} {exc.remedy}".strip()),)
            counts = Counter(finding.rule for finding in findings)
            reading = Reading(Verdict.FAILED, findings, None, counts)
    at = iso_utc(CLOCK.now_us())
    return _Report(path.name, checker.name, checker.engine, digest, size, at, reading)


def _print_report(report: _Report) -> None:
    words = {
        Verdict.PASSED: "bestanden",
        Verdict.FAILED: "nicht bestanden",
        Verdict.NOT_CHECKABLE: "nicht prüfbar",
    }
    reading = report.reading
    print(f"{report.file}: {words[reading.verdict]} ({report.schema}, {report.engine})")
    if reading.findings:
        show_findings([finding.to_dict() for finding in reading.findings])
    beyond = sum(reading.counts.values()) - len(reading.findings)
    if beyond > 0:
        print(f"Weitere {beyond} Befunde sind nur gezählt; insgesamt je Regel:")
        for rule, count in sorted(reading.counts.items()):
            print(f"  {rule}: {count}")


async def _map(options: argparse.Namespace) -> int:
    if options.roll_back:
        return await run_roll_back(options)
    if options.activate or options.rehearse:
        _need(options, options.candidate, "--with")
        if options.activate:
            return await run_activation(options)
        _need(options, options.reason, "--reason")
        return await run_rehearsal(options)
    _need(options, options.file, "DATEI")
    return await _map_file(options)


def _need(options: argparse.Namespace, value: object, name: str) -> None:
    """End with a wrong call when a part of it is missing."""
    if not value:
        options.parser.error(f"dieser Aufruf braucht {name}")


async def _map_file(options: argparse.Namespace) -> int:
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
