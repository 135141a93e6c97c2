"""XML: the one safe way to parse foreign bytes, and formats given by an XSD.

libxml2 judges on the fast path; :mod:`hub.formats.explain` finds the words when a
document fails. A schema that cannot run yields *not checkable*, never *passed*.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from hub.core.errors import Misconfigured, NotChecked
from hub.core.findings import MAX_FINDINGS, Finding, Verdict, verdict_of
from hub.formats.base import Document, Notation, Reading
from hub.formats.bulk import HARD, judge, refuse_long_text
from hub.formats.encoding import BULK, LIMITS, PIECE, Limits, refusal, to_utf8, utf8_pieces
from hub.formats.explain import Explainer, translated
from hub.formats.gate import is_plain, places_of, root_of, survey, survey_pieces
from hub.formats.rules import AS_DECLARED, Levels, read_rules
from hub.formats.xml_rules import Schematron, XPathRules

Places = Callable[[], list[tuple[int, int]]]
"""Finds the places of all start tags; asked for only when a document fails."""

_XS = "{http://www.w3.org/2001/XMLSchema}"


WHOLE_BYTES = 8_000_000
"""Up to this size a document is checked as a tree, which finds more places and better words."""


def _hard_parser(**more: Any) -> etree.XMLParser:  # noqa: ANN401 - options of lxml
    return etree.XMLParser(**HARD, **more)


_FOREIGN = _hard_parser(encoding="utf-8")
_OWN = _hard_parser()


def safe_parse(data: bytes, limits: Limits = LIMITS) -> etree._ElementTree:
    """Parse foreign bytes.

    Raises:
        Undecodable: not allowed, not moderate or not well-formed; the finding has the line.
    """
    utf8 = to_utf8(data, limits)
    surveyed = not is_plain(utf8, limits)
    if surveyed:
        survey(utf8, limits)
    try:
        tree = etree.ElementTree(etree.fromstring(utf8, _FOREIGN))
    except etree.XMLSyntaxError as exc:
        if not surveyed:
            # It knows the better words and places.
            survey(utf8, limits)
        refuse_long_text(exc)
        raise refusal("not_wellformed", "Das XML ist nicht wohlgeformt.", exc.lineno) from exc
    if tree.docinfo.doctype or tree.docinfo.xml_version != "1.0":
        raise refusal("doctype_forbidden", "Eine Dokumenttyp-Deklaration ist nicht erlaubt.")
    return tree


def own_tree(path: Path) -> etree._ElementTree:
    """Parse a schema or a stylesheet of the bundle.

    Raises:
        Misconfigured: the file is missing or not well-formed.
    """
    try:
        return etree.parse(str(path), _OWN)
    except (OSError, etree.XMLSyntaxError) as exc:
        raise Misconfigured(
            "schema_unusable",
            f"Die Datei {path.name} ist kein lesbares XML: {exc}",
            place=str(path),
            remedy="Datei aus der Auslieferung oder der Sicherung wiederherstellen.",
        ) from exc


def _files_of(path: Path, bundle: Path, seen: dict[Path, etree._ElementTree]) -> None:
    """Collect a schema and what it includes; everything must lie in the bundle."""
    if path in seen:
        return
    if not path.is_relative_to(bundle):
        raise Misconfigured(
            "schema_outside",
            f"Ein Schema verweist auf {path.name} außerhalb seines Ordners.",
            place=str(bundle),
            remedy="Das eingebundene Schema in den Ordner des Partners legen.",
        )
    seen[path] = own_tree(path)
    for link in seen[path].getroot().iter(f"{_XS}include", f"{_XS}import", f"{_XS}redefine"):
        location = link.get("schemaLocation")
        if location:
            _files_of((path.parent / location).resolve(), bundle, seen)


class XmlFormat:
    """A kind of XML message given by an XSD; its roots are the elements that file declares."""

    notation: Notation = "xml"
    engine = f"libxml2 {'.'.join(str(part) for part in etree.LIBXML_VERSION)}"

    def __init__(self, name: str, path: Path, bundle: Path | None = None) -> None:
        """What a schema includes must lie in its bundle: its own folder where none is named."""
        self.name = name
        self.path = path.resolve()
        self._bundle = (bundle or path.parent).resolve()

    @property
    def marks(self) -> frozenset[str]:
        """The names of the root elements."""
        return self._roots

    @cached_property
    def _roots(self) -> frozenset[str]:
        root = own_tree(self.path).getroot()
        space = root.get("targetNamespace")
        prefix = f"{{{space}}}" if space else ""
        return frozenset(prefix + element.get("name") for element in root.findall(f"{_XS}element"))

    @cached_property
    def _schema(self) -> etree.XMLSchema:
        seen: dict[Path, etree._ElementTree] = {}
        _files_of(self.path, self._bundle, seen)
        try:
            return etree.XMLSchema(seen[self.path])
        except etree.XMLSchemaParseError as exc:
            raise Misconfigured(
                "schema_unusable",
                f"Das Schema {self.path.name} lässt sich nicht laden: {exc}",
                place=str(self.path),
                remedy="Schema berichtigen; „aktenhub check“ zeigt die Stelle.",
            ) from exc

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(self.path, self._bundle)

    def matches(self, data: bytes, file_name: str) -> bool:  # noqa: ARG002 - names mean nothing
        """Return whether the root element is one of this format."""
        return root_of(data) in self._roots

    @cached_property
    def _rule_sets(self) -> tuple[XPathRules | Schematron, ...]:
        sets: list[XPathRules | Schematron] = []
        declared = self.path.with_suffix(".rules.toml")
        file = read_rules(declared)
        if file.rules:
            sets.append(XPathRules(declared, file))
        schematron = self.path.with_suffix(".sch")
        if schematron.is_file():
            sets.append(Schematron(schematron, own_tree(schematron)))
        return tuple(sets)

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules beside the schema."""
        return tuple(rule for one in self._rule_sets for rule in one.ids)

    def read(self, data: bytes, levels: Levels = AS_DECLARED) -> Reading:
        """Parse safely, check against the schema, then against the rules."""
        reading = self._judged(safe_parse(data), lambda: places_of(to_utf8(data)))
        if reading.verdict is not Verdict.PASSED:
            return reading
        return self._ruled(reading.document, levels)

    def _ruled(self, tree: etree._ElementTree, levels: Levels) -> Reading:
        try:
            found = [f for rules in self._rule_sets for f in rules.findings(tree, levels)]
        except (NotChecked, Misconfigured) as exc:
            finding = Finding(exc.code, f"{exc.message} {exc.remedy}".strip())
            return Reading(Verdict.NOT_CHECKABLE, (finding,))
        counts = Counter(finding.rule for finding in found)
        findings = tuple(found[:MAX_FINDINGS])
        # Judged by all, listed up to a bound.
        verdict = verdict_of(tuple(found))
        document = tree if verdict is Verdict.PASSED else None
        return Reading(verdict, findings, document, counts)

    def verify(self, source: BinaryIO) -> Reading:
        """Check a document; a large one piece by piece, in memory that does not grow with it."""
        size = source.seek(0, os.SEEK_END)
        source.seek(0)
        if size <= WHOLE_BYTES:
            return self.read(source.read())
        survey_pieces(utf8_pieces(source, BULK), BULK)
        source.seek(0)
        root = root_of(source.read(PIECE)) or "?"
        if root not in self._roots:
            return self._wrong_root(root, 1)
        try:
            reading = judge(self._schema, source)
            unruled = reading.verdict is Verdict.PASSED and bool(self._rule_sets)
            return _too_large_for_rules() if unruled else reading
        except Misconfigured as exc:
            return Reading(Verdict.NOT_CHECKABLE, (_not_checkable(exc),))

    def _judged(self, tree: etree._ElementTree, places: Places) -> Reading:
        root = tree.getroot()
        if root.tag not in self._roots:
            return self._wrong_root(root.tag, root.sourceline)
        try:
            valid = self._schema.validate(tree)
        except (Misconfigured, etree.XMLSchemaValidateError) as exc:
            return Reading(Verdict.NOT_CHECKABLE, (_not_checkable(exc),))
        if valid:
            return Reading(Verdict.PASSED, (), tree)
        return self._failed(tree, places)

    def _wrong_root(self, tag: str, line: int) -> Reading:
        name = etree.QName(tag).localname
        message = f"Das Wurzelelement „{name}“ gehört nicht zu {self.name}."
        finding = Finding("xsd_root_unexpected", message, line=line, path=f"/{name}")
        return Reading(Verdict.FAILED, (finding,), counts={finding.rule: 1})

    def _failed(self, tree: etree._ElementTree, places: Places) -> Reading:
        """Say why; whatever the explainer does, the verdict stays *failed*."""
        log = [(entry.type_name, entry.message, entry.line) for entry in self._schema.error_log]
        findings, counts = self._explainer.explain(tree.getroot(), places())
        if not findings:
            findings = tuple(translated(*entry) for entry in log[:MAX_FINDINGS])
            counts = Counter(translated(*entry).rule for entry in log)
        return Reading(Verdict.FAILED, findings, counts=counts)

    def write(self, document: Document) -> bytes:
        """Serialise a tree in UTF-8 and check it against the schema."""
        root = document.getroot() if hasattr(document, "getroot") else document
        data: bytes = etree.tostring(
            root, xml_declaration=True, encoding="UTF-8", pretty_print=True
        )
        # Only the shape is judged: a receipt may quote garbled text that the gate refuses.
        tree = etree.ElementTree(etree.fromstring(data, _OWN))
        reading = self._judged(tree, lambda: places_of(data))
        if reading.verdict is not Verdict.PASSED:
            first = reading.findings[0]
            raise Misconfigured(
                "own_output_invalid",
                f"Die erzeugte Nachricht entspricht nicht {self.name}: {first.message}",
                place=first.path or "",
                remedy="Mapping oder Schema berichtigen, danach die Nachricht erneut anstoßen.",
                findings=reading.findings,
            )
        return data

    def check(self) -> tuple[Finding, ...]:
        """Compile with both engines."""
        try:
            _ = self._schema, self._rule_sets
        except Misconfigured as exc:
            return (Finding(exc.code, exc.message, path=str(self.path)),)
        return self._explainer.judge()


def _too_large_for_rules() -> Reading:
    """A document that is not held as a tree cannot be asked anything; it did not pass."""
    message = (
        f"Die Datei entspricht dem Schema; die fachlichen Regeln laufen nur bis {WHOLE_BYTES} "
        "Bytes. Bitte auf mehrere Dateien verteilen."
    )
    return Reading(Verdict.NOT_CHECKABLE, (Finding("not_checkable", message),))


def _not_checkable(exc: Exception) -> Finding:
    reason = exc.message if isinstance(exc, Misconfigured) else "Die Prüfung brach ab."
    return Finding("not_checkable", f"Die Nachricht konnte nicht geprüft werden: {reason}")
