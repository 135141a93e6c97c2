"""Says in German why a document fails its schema, with line, column and path.

xmlschema is forty times slower than libxml2, so it sees only documents that have already
failed, and the schemas themselves at installation, where it is the better judge.
Residual risk: it may find nothing, or crash; the caller then falls back to the words of
libxml2, and the verdict stays *failed* all the same.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import xmlschema
from xmlschema.validators import XsdEnumerationFacets

from hub.core.findings import MAX_FINDINGS, Finding
from hub.formats.tally import shown

# lxml ships no types, and xmlschema makes its classes at run time.
Element = Any
Error = Any
Component = Any

EXPLAINED_ELEMENTS = 20_000
"""Larger documents would take seconds; libxml2's words must do for them."""

_FACETS = {
    "XsdPatternFacets": "xsd_pattern",
    "XsdEnumerationFacets": "xsd_enumeration",
    "XsdLengthFacet": "xsd_length",
    "XsdMinLengthFacet": "xsd_length",
    "XsdMaxLengthFacet": "xsd_length",
    "XsdMinInclusiveFacet": "xsd_range",
    "XsdMaxInclusiveFacet": "xsd_range",
    "XsdMinExclusiveFacet": "xsd_range",
    "XsdMaxExclusiveFacet": "xsd_range",
    "XsdTotalDigitsFacet": "xsd_digits",
    "XsdFractionDigitsFacet": "xsd_digits",
}
_BUILTINS = {
    "date": "ein Datum in der Form JJJJ-MM-TT",
    "dateTime": "ein Zeitpunkt in der Form JJJJ-MM-TTThh:mm:ss",
    "decimal": "eine Zahl mit Punkt als Dezimalzeichen",
    "integer": "eine ganze Zahl",
    "nonNegativeInteger": "eine ganze Zahl ab 0",
    "positiveInteger": "eine ganze Zahl ab 1",
    "boolean": "true oder false",
}
_LIBXML2 = {
    "SCHEMAV_CVC_PATTERN_VALID": ("xsd_pattern", "der Wert hat nicht die vereinbarte Form"),
    "SCHEMAV_CVC_ENUMERATION_VALID": ("xsd_enumeration", "der Wert steht nicht in der Liste"),
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": ("xsd_type", "der Wert hat nicht den vereinbarten Typ"),
    "SCHEMAV_CVC_MINLENGTH_VALID": ("xsd_length", "der Wert ist zu kurz"),
    "SCHEMAV_CVC_MAXLENGTH_VALID": ("xsd_length", "der Wert ist zu lang"),
    "SCHEMAV_CVC_LENGTH_VALID": ("xsd_length", "der Wert hat nicht die vereinbarte Länge"),
    "SCHEMAV_CVC_MININCLUSIVE_VALID": ("xsd_range", "der Wert ist zu klein"),
    "SCHEMAV_CVC_MAXINCLUSIVE_VALID": ("xsd_range", "der Wert ist zu groß"),
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": (
        "xsd_attribute_unexpected",
        "ein Attribut ist nicht erlaubt",
    ),
    "SCHEMAV_CVC_COMPLEX_TYPE_4": ("xsd_attribute_missing", "ein Pflichtattribut fehlt"),
}


def translated(word: str, message: str, line: int) -> Finding:
    """Return a finding made from libxml2's log alone."""
    plain = re.sub(r"\{[^{}]*[:/][^{}]*\}", "", message)
    element = re.match(r"Element '([^']*)'", plain)
    name = f"Element „{element[1]}“: " if element else ""
    if word == "SCHEMAV_ELEMENT_CONTENT":
        missing = "Missing child element" in plain
        rule = "xsd_element_missing" if missing else "xsd_element_unexpected"
        reason = "darin fehlt ein Element" if missing else "es ist an dieser Stelle nicht erlaubt"
        expected = re.search(r"Expected is (?:one of )?\( (.*?) \)", plain)
        reason += f"; erwartet wird {expected[1]}" if expected else ""
    else:
        rule, reason = _LIBXML2.get(word, ("xsd_invalid", f"nicht schemagerecht ({plain})"))
    return Finding(rule, f"{name}{reason}.", line=line)


class Explainer:
    """The words for one schema; built on the first failure, since building is slow."""

    def __init__(self, path: Path, bundle: Path | None = None) -> None:
        self._path = path
        self._bundle = bundle or path.parent

    @cached_property
    def _schema(self) -> Component:
        return xmlschema.XMLSchema(
            str(self._path), base_url=str(self._bundle), allow="sandbox", defuse="always"
        )

    def judge(self) -> tuple[Finding, ...]:
        """Return what is wrong with the schema itself."""
        try:
            _ = self._schema
        except (xmlschema.XMLSchemaException, OSError) as exc:
            reason = str(exc).splitlines()[0]
            message = f"Das Schema {self._path.name} ist fehlerhaft: {reason}"
            return (Finding("schema_unusable", message, path=str(self._path)),)
        return ()

    def explain(
        self,
        root: Element,
        places: list[tuple[int, int]],
    ) -> tuple[tuple[Finding, ...], Mapping[str, int]]:
        """Return findings and how often each rule was broken; none when it cannot tell."""
        if len(places) > EXPLAINED_ELEMENTS:
            return (), {}
        findings: list[Finding] = []
        counts: dict[str, int] = {}
        try:
            # Holding the elements keeps lxml's proxies alive, so that identity finds them again.
            order = dict(zip(root.iter("*"), places, strict=True))
            for element, rule, message in self._faults(root):
                counts[rule] = counts.get(rule, 0) + 1
                if len(findings) < MAX_FINDINGS:
                    line, column = order[element]
                    path = path_of(element)
                    findings.append(Finding(rule, message, line=line, column=column, path=path))
        except Exception:  # noqa: BLE001 - whatever it trips over, the verdict is already failed
            logging.getLogger(__name__).warning("explainer_failed")
        findings.sort(key=lambda finding: (finding.line or 0, finding.column or 0))
        return tuple(findings), counts

    def _faults(self, root: Element) -> Iterator[tuple[Element, str, str]]:
        """Yield element, rule and sentence; one sentence per faulty value."""
        told: set[Element] = set()
        for error in self._schema.iter_errors(root.getroottree()):
            rule, sentence, is_value = _told(error)
            element = error.elem if error.elem is not None else root
            if is_value and element in told:
                continue
            if is_value:
                told.add(element)
            if rule == "xsd_element_unexpected" and error.invalid_child is not None:
                element = error.invalid_child
            yield element, rule, sentence


def _told(error: Error) -> tuple[str, str, bool]:
    """Return rule, sentence and whether it is about the value of a simple element."""
    if isinstance(error, xmlschema.XMLSchemaChildrenValidationError):
        return (*_about_children(error), False)
    facet = _FACETS.get(type(error.validator).__name__)
    if facet or isinstance(error, xmlschema.XMLSchemaDecodeError):
        return facet or "xsd_type", _about_value(error), True
    return (*_about_the_rest(error), False)


def _about_children(error: Error) -> tuple[str, str]:
    expected = " oder ".join(f"„{_local(tag)}“" for tag in error.expected_tags)
    wish = f" Erwartet wird {expected}." if expected else ""
    if error.invalid_tag is None:
        return "xsd_element_missing", f"Element „{_local(error.elem.tag)}“ ist unvollständig.{wish}"
    name = _local(error.invalid_tag)
    return "xsd_element_unexpected", f"Element „{name}“ ist an dieser Stelle nicht erlaubt.{wish}"


def _about_value(error: Error) -> str:
    name = _local(error.elem.tag) if error.elem is not None else "?"
    if not str(error.obj).strip():
        problem = "der Wert fehlt"
    else:
        problem = f"{shown(str(error.obj))} ist kein zulässiger Wert"
    return f"Element „{name}“: {problem}; erlaubt ist: {_allowed(error.validator)}."


def _allowed(validator: Component) -> str:
    """Return what the type wants, in the words of its author where there are any."""
    kind = getattr(validator, "parent", None) or validator
    words = _documentation(kind)
    if words:
        return words
    if isinstance(validator, XsdEnumerationFacets):
        return ", ".join(str(value) for value in validator.enumeration)
    primitive = _local(getattr(kind.root_type, "name", "") or "")
    return _BUILTINS.get(primitive, f"ein Wert vom Typ {_local(kind.name or primitive)}")


def _documentation(kind: Component) -> str:
    annotation = getattr(kind, "annotation", None)
    notes = getattr(annotation, "documentation", None) or []
    text = " ".join(" ".join(note.itertext()) for note in notes)
    return " ".join(text.split()).rstrip(".")


def _about_the_rest(error: Error) -> tuple[str, str]:
    name = _local(error.elem.tag) if error.elem is not None else "?"
    reason = error.reason or ""
    attribute = re.search(r"'([^']+)' attribute not allowed", reason)
    if attribute:
        rest = f"Attribut „{_local(attribute[1])}“ ist nicht erlaubt"
        return "xsd_attribute_unexpected", f"Element „{name}“: {rest}."
    attribute = re.search(r"missing required attribute '?([^']+)", reason)
    if attribute:
        return (
            "xsd_attribute_missing",
            f"Element „{name}“: Attribut „{_local(attribute[1])}“ fehlt.",
        )
    if "character data" in reason:
        return "xsd_text_unexpected", f"Element „{name}“: Text ist hier nicht erlaubt."
    return "xsd_invalid", f"Element „{name}“ entspricht nicht dem Schema ({reason})."


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]


def path_of(element: Element) -> str:
    """Return a readable XPath with local names; numbers only among namesakes."""
    steps: list[str] = []
    while element is not None:
        parent = element.getparent()
        same = parent.findall(element.tag) if parent is not None else [element]
        number = f"[{same.index(element) + 1}]" if len(same) > 1 else ""
        steps.append(_local(element.tag) + number)
        element = parent
    return "/" + "/".join(reversed(steps))
