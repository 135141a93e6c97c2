"""What lies in ``schemas/``: one format per ``<partner>/<Kind>-<version>``.

Digests and validity periods stand in ``digests.toml`` beside the schemas; a schema that
was changed without a new digest is found by :meth:`Catalog.check`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.core.errors import Misconfigured
from hub.core.findings import Finding
from hub.core.validity import Validity
from hub.formats.base import Format
from hub.formats.calendar import check_calendar
from hub.formats.rules import read_rules
from hub.formats.tables.csv import Csv
from hub.formats.tables.fixed_width import FixedWidth
from hub.formats.tables.layout import read_layout
from hub.formats.tables.row_rules import RowRules
from hub.formats.tables.table import TableFormat
from hub.formats.xml import XmlFormat

_NAME = re.compile(r"([A-Za-z0-9]+-[0-9][0-9.]*)(\.xsd|\.table\.toml)")


class Digests(Struct, frozen=True, forbid_unknown_fields=True):
    """``digests.toml`` of one partner."""

    files: dict[str, str]
    """SHA-256 in hexadecimal by path relative to the partner's folder."""
    validity: dict[str, Validity] = {}
    """By ``<Kind>-<version>``; open on both sides where not listed."""


class Catalog:
    """All formats, compiled on first use."""

    def __init__(self, directory: Path, paths: dict[str, Path]) -> None:
        self._directory = directory
        self._paths = paths
        self._formats: dict[str, Format] = {}

    @classmethod
    def load(cls, directory: Path) -> Catalog:
        """List what lies in the folder; nothing is compiled yet.

        Raises:
            Misconfigured: there is no such folder.
        """
        if not directory.is_dir():
            raise Misconfigured(
                "schemas_missing",
                "Der Ordner mit den Schemas fehlt.",
                place=str(directory),
                remedy="folders.schemas in hub.toml prüfen.",
            )
        paths = {}
        for path in sorted(directory.glob("*/*")):
            match = _NAME.fullmatch(path.name)
            if match:
                paths[f"{path.parent.name}/{match[1]}"] = path
        return cls(directory, paths)

    def names(self) -> tuple[str, ...]:
        """Return the names of all formats."""
        return tuple(self._paths)

    def format(self, name: str) -> Format:
        """Return one format.

        Raises:
            Misconfigured: there is none of this name, or its layout is faulty.
        """
        if name not in self._formats:
            self._formats[name] = self._compiled(name)
        return self._formats[name]

    def _compiled(self, name: str) -> Format:
        path = self._paths.get(name)
        if path is None:
            raise Misconfigured(
                "format_unknown",
                f"Das Format „{name}“ gibt es nicht.",
                place=str(self._directory),
                remedy="Name in Weg oder Mapping prüfen, oder das Schema nach schemas/ legen.",
            )
        if path.suffix == ".xsd":
            return XmlFormat(name, path)
        layout = read_layout(path)
        splitter = Csv(layout) if layout.notation == "csv" else FixedWidth(layout)
        beside = path.with_name(path.name.replace(".table.toml", ".rules.toml"))
        rules = RowRules(beside, read_rules(beside), layout)
        return TableFormat(name, layout, splitter, rules)

    def validity(self, name: str) -> Validity:
        """Return when a format is in force; open on both sides where nothing is said.

        Raises:
            Misconfigured: the partner's ``digests.toml`` is missing or faulty.
        """
        partner, kind = name.split("/")
        return self._digests(partner).validity.get(kind, Validity())

    def check(self, today: date | None = None) -> tuple[Finding, ...]:
        """Compile everything with every engine, compare the digests, look at the calendar.

        Args:
            today: without it nothing is said about versions that end soon.
        """
        findings: list[Finding] = []
        marks: dict[str, frozenset[str]] = {}
        for name in self._paths:
            try:
                findings += self.format(name).check()
                marks[name] = self.format(name).marks
            except Misconfigured as exc:
                findings.append(Finding(exc.code, exc.message, path=name))
        spans: dict[str, Validity] = {}
        for partner in sorted({name.split("/")[0] for name in self._paths}):
            faults, known = self._compare(partner)
            findings += faults
            spans |= known
        return (*findings, *check_calendar(spans, marks, today))

    def _digests(self, partner: str) -> Digests:
        path = self._directory / partner / "digests.toml"
        try:
            return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Digests)
        except (OSError, ValueError) as exc:
            raise Misconfigured(
                "digests_unreadable",
                f"Das Verzeichnis der Prüfsummen fehlt oder ist fehlerhaft: {exc}",
                place=str(path),
                remedy="digests.toml nach docs/development/mappings.md anlegen.",
            ) from exc

    def _compare(self, partner: str) -> tuple[list[Finding], dict[str, Validity]]:
        """Return what is wrong with a partner's folder, and when its formats are in force."""
        folder = self._directory / partner
        try:
            stated = self._digests(partner)
        except Misconfigured as exc:
            return [Finding(exc.code, exc.message, path=exc.place)], {}
        true = {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for pattern in ("**/*.xsd", "*.table.toml", "*.rules.toml", "*.sch")
            for path in folder.glob(pattern)
        }
        changed = [name for name in sorted(true) if stated.files.get(name) != true[name]]
        missing = sorted(set(stated.files) - set(true))
        faults = [
            ("schema_changed", f"Prüfsumme von {name} stimmt nicht.", name) for name in changed
        ]
        faults += [("schema_missing", f"Das Schema {name} fehlt.", name) for name in missing]
        faults += [
            ("validity_wrong", f"Die Gültigkeit von {name} ist fehlerhaft.", name)
            for name, validity in stated.validity.items()
            if f"{partner}/{name}" not in self._paths or validity.is_empty()
        ]
        spans = {
            name: stated.validity.get(name.split("/")[1], Validity())
            for name in self._paths
            if name.startswith(f"{partner}/")
        }
        sound = {name: span for name, span in spans.items() if not span.is_empty()}
        return [Finding(rule, text, path=f"{partner}/{name}") for rule, text, name in faults], sound
