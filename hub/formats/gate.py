"""The gate before any XML parser that builds a tree.

Surveys a document that is UTF-8 by now (:mod:`hub.formats.encoding`) with expat: a DOCTYPE, a
style sheet instruction, another XML version or an immoderate shape is refused here, so
that no later parser ever meets entities. Whoever parses the result must override the
declared encoding with UTF-8.

Residual risk: a document within the limits may still take megabytes of memory; the
isolation around the readers bounds that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from xml.parsers import expat

from hub.formats.encoding import LIMITS, Limits, refusal

_EXPAT_IN_GERMAN = {
    "no element found": "Die Datei endet, bevor das Dokument vollständig ist",
    "mismatched tag": "Ein End-Tag passt nicht zum zuletzt geöffneten Element",
    "not well-formed (invalid token)": "An dieser Stelle ist ein Zeichen nicht erlaubt",
    "unclosed token": "Ein Tag ist nicht geschlossen",
    "junk after document element": "Nach dem Ende des Wurzelelements folgt weiterer Inhalt",
    "duplicate attribute": "Ein Attribut steht doppelt",
    "undefined entity": "Eine Entität ist nicht definiert",
    "unbound prefix": "Ein Namensraum-Präfix ist nicht erklärt",
    "XML or text declaration not at start of entity": "Die XML-Deklaration steht nicht am Anfang",
    "unclosed CDATA section": "Ein CDATA-Abschnitt ist nicht geschlossen",
    "reference to invalid character number": "Ein Zeichenverweis nennt ein verbotenes Zeichen",
}


HEAD = 65_536
"""Within so many bytes the root element begins."""


class _Survey:
    """Counts what expat meets and refuses what must not pass."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._depth = self._elements = self._attributes = 0
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        parser.XmlDeclHandler = self._declaration
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close

    def feed(self, utf8: bytes, *, last: bool) -> None:
        """Look at the next piece."""
        self._parser.Parse(utf8, last)

    def _refuse(self, code: str, message: str) -> None:
        parser = self._parser
        raise refusal(code, message, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    def _doctype(self, *_: object) -> None:
        self._refuse(
            "doctype_forbidden", "Eine Dokumenttyp-Deklaration (DOCTYPE) ist nicht erlaubt."
        )

    def _instruction(self, target: str, _: str) -> None:
        if target == "xml-stylesheet":
            self._refuse("stylesheet_forbidden", "Eine Formatvorlagen-Anweisung ist nicht erlaubt.")

    def _declaration(self, version: str, *_: object) -> None:
        if version != "1.0":
            self._refuse("xml_version", f"XML-Version {version} ist nicht erlaubt, nur 1.0.")

    def _open(self, _: str, attributes: list[str]) -> None:
        self._depth += 1
        self._elements += 1
        count = len(attributes) // 2
        self._attributes += count
        limits = self._limits
        if self._depth > limits.depth:
            self._refuse("too_deep", f"Mehr als {limits.depth} Ebenen sind nicht erlaubt.")
        if self._elements > limits.elements:
            self._refuse(
                "too_many_elements", f"Mehr als {limits.elements} Elemente sind nicht erlaubt."
            )
        if count > limits.attributes_per_element or self._attributes > limits.attributes:
            self._refuse("too_many_attributes", "Zu viele Attribute.")

    def _close(self, _: str) -> None:
        self._depth -= 1


def is_plain(utf8: bytes, limits: Limits = LIMITS) -> bool:
    """Tell, at a glance, that nothing in a document could be refused but for its form.

    Without ``<!`` there is no document type, and without a ``<?`` behind the declaration no
    instruction; there are never more elements than ``<`` nor more attributes than ``=``.
    """
    begins = utf8.startswith(b"<?xml ") or not utf8.startswith(b"<?")
    return (
        begins
        and utf8.rfind(b"<?") <= 0
        and b"<!" not in utf8
        and utf8.count(b"<") <= min(limits.depth, limits.elements)
        and utf8.count(b"=") <= min(limits.attributes_per_element, limits.attributes)
    )


def survey(utf8: bytes, limits: Limits = LIMITS) -> None:
    """Refuse a document that is not well-formed, not plain or not moderate.

    Raises:
        Undecodable: with line and column.
    """
    with _in_german():
        _Survey(limits).feed(utf8, last=True)


def survey_pieces(pieces: Iterable[bytes], limits: Limits) -> None:
    """Survey a document piece by piece.

    Raises:
        Undecodable: as :func:`survey`.
    """
    look = _Survey(limits)
    with _in_german():
        for piece in pieces:
            look.feed(piece, last=False)
        look.feed(b"", last=True)


@contextmanager
def _in_german() -> Iterator[None]:
    try:
        yield
    except expat.ExpatError as exc:
        reason = expat.ErrorString(exc.code)
        sentence = _EXPAT_IN_GERMAN.get(reason, f"Das XML ist nicht wohlgeformt ({reason})")
        raise refusal("not_wellformed", f"{sentence}.", exc.lineno, exc.offset + 1) from exc


class _Found(Exception):
    """Stops the search for the root element."""


def root_of(data: bytes) -> str | None:
    """Return ``{namespace}name`` of the root element; ``None`` when there is none to be seen."""
    return _root_of(data[:HEAD])


@lru_cache(maxsize=4)
def _root_of(head: bytes) -> str | None:
    # Kept, because every format a document could be of asks for its root.
    found: list[str] = []

    def stop(name: str, *_: object) -> None:
        found.append(name)
        raise _Found

    def give_up(*_: object) -> None:
        raise _Found

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = stop
    parser.StartDoctypeDeclHandler = give_up
    # Unknown encodings and broken beginnings simply show no root.
    with suppress(_Found, expat.ExpatError, LookupError, ValueError):
        parser.Parse(head, False)  # noqa: FBT003 - expat takes no keyword here
    if not found:
        return None
    return "{" + found[0] if "}" in found[0] else found[0]


def places_of(utf8: bytes) -> list[tuple[int, int]]:
    """Return line and column (1-based) of every start tag of a well-formed document, in order."""
    places: list[tuple[int, int]] = []
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = lambda *_: places.append(
        (parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
    )
    parser.Parse(utf8, True)  # noqa: FBT003 - expat takes no keyword here
    return places
