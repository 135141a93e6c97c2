"""Mappings written as XSLT 1.0, without network, files or extensions that write.

Residual risk: a style sheet may still loop for long; the isolation around mappings
bounds its time.
"""

from __future__ import annotations

from collections.abc import Mapping as Facts
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from hub.core.errors import Misconfigured
from hub.core.record import Record
from hub.formats.base import Document, Format
from hub.formats.catalog import Catalog
from hub.mapping.neutral import fill, records_of
from hub.mapping.versions import base_name

Untyped = Any
"""What lxml hands in and out; it ships no types."""

_XSL = "{http://www.w3.org/1999/XSL/Transform}"
_HUB = "{urn:aktenhub:mapping}"


class _Bundle(etree.Resolver):  # type: ignore[misc]  # lxml ships no types
    """Hands out files of the bundle and nothing else."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def resolve(self, url: str, _: object, context: Untyped) -> Untyped:
        path = Path(url.removeprefix("file://")).resolve()
        if path.is_relative_to(self._folder) and path.is_file():
            return self.resolve_filename(str(path), context)
        raise Misconfigured(
            "mapping_outside",
            f"Ein Mapping verweist auf {path.name} außerhalb seines Ordners.",
            place=str(self._folder),
            remedy="Eingebundene Dateien in den Ordner des Mappings legen.",
        )


class XsltMapping:
    """One style sheet, compiled on first use."""

    def __init__(self, name: str, path: Path, formats: Catalog) -> None:
        self.name = name
        self._path = path.resolve()
        self._formats = formats

    @cached_property
    def _sheet(self) -> etree._ElementTree:
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        parser.resolvers.add(_Bundle(self._path.parent))
        try:
            return etree.parse(str(self._path), parser)
        except (OSError, etree.XMLSyntaxError) as exc:
            raise self._faulty(f"nicht lesbar: {exc}") from exc

    @cached_property
    def _transform(self) -> etree.XSLT:
        for link in self._sheet.getroot().iter(f"{_XSL}import", f"{_XSL}include"):
            target = (self._path.parent / link.get("href", "")).resolve()
            if not (target.is_relative_to(self._path.parent) and target.is_file()):
                raise self._faulty("es bindet eine Datei außerhalb seines Ordners ein")
        try:
            return etree.XSLT(self._sheet, access_control=etree.XSLTAccessControl.DENY_ALL)
        except etree.XSLTParseError as exc:
            raise self._faulty(f"nicht übersetzbar: {exc}") from exc

    @cached_property
    def format(self) -> Format:
        """The partner's format: named in the style sheet, else the only one of the kind."""
        said = self._sheet.getroot().find(f"{_HUB}mapping")
        if said is not None:
            return self._formats.format(said.get("format", ""))
        folder, kind = base_name(self.name).split("/")
        partner = folder.removesuffix("-to-hub").removeprefix("hub-to-")
        names = [n for n in self._formats.names() if n.startswith(f"{partner}/{kind}-")]
        if len(names) != 1:
            raise self._faulty("es nennt sein Format nicht, und dieses ist nicht eindeutig")
        return self._formats.format(names[0])

    def _apply(self, tree: Document) -> Document:
        try:
            return self._transform(tree)
        except etree.XSLTApplyError as exc:
            raise self._faulty(f"Lauf abgebrochen: {exc}") from exc

    def to_records(self, document: Document) -> list[Record]:
        """Translate a checked document of the partner."""
        return records_of(self._apply(document).getroot())

    def from_records(self, records: Sequence[Record], context: Facts[str, Any]) -> Document:
        """Translate records into a tree of the partner's format."""
        root = etree.Element("records")
        fill(root, records, context)
        result = self._apply(etree.ElementTree(root))
        if result.getroot() is None:
            raise self._faulty("es hat kein Dokument erzeugt")
        return result

    def uncalled_templates(self) -> tuple[str, ...]:
        """Return its own named templates that are never called.

        Raises:
            Misconfigured: the style sheet is not readable.
        """
        root = self._sheet.getroot()
        called = {call.get("name") for call in root.iter(f"{_XSL}call-template")}
        own = (template.get("name") for template in root.iter(f"{_XSL}template"))
        return tuple(name for name in own if name and name not in called)

    def batch_facts(self, document: Document) -> Facts[str, Any]:  # noqa: ARG002 - no XML batches
        """Return nothing: XML messages come one by one."""
        return {}

    def _faulty(self, reason: str) -> Misconfigured:
        return Misconfigured(
            "mapping_faulty",
            f"Das Mapping {self.name} ist fehlerhaft: {reason}.",
            place=str(self._path),
            remedy="Mapping berichtigen; „aktenhub check“ prüft es.",
        )
