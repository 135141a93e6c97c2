"""XML and JSON as a tree of fields, read without a document type, entities or network.

A DOCTYPE is refused, not skipped: entities hide text. Depth and number of fields are bounded;
the parser is a SAX parser, so size of memory follows the bounds and not the document.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from xml.parsers import expat

from efile.errors import NotDisplayable

_MAX_DEPTH = 100
_MAX_FIELDS = 50_000


@dataclass(slots=True)
class Field:
    """A named value, or named fields within."""

    name: str
    value: str = ""
    children: list[Field] = field(default_factory=list)


def read_xml(data: bytes) -> Field:
    """Return the root element; attributes come before elements.

    Raises:
        NotDisplayable: malformed, with DOCTYPE, or beyond the bounds.
    """
    reader = _TreeReader()
    _feed(reader.parser, data)
    return reader.root.children[0]


def read_json(data: bytes) -> Field:
    """Return the document under the name ``JSON``.

    Raises:
        NotDisplayable: malformed or beyond the bounds.
    """
    try:
        content = json.loads(data)
        budget = [_MAX_FIELDS]
        return _from_json("JSON", content, 0, budget)
    except (ValueError, RecursionError) as exc:
        raise unreadable("json") from exc


def texts_of_xml(data: bytes) -> list[str]:
    """Return every text and every attribute's value in document order, and no tree.

    Raises:
        NotDisplayable: as :func:`read_xml`.
    """
    reader = _TextReader(len(data))
    _feed(reader.parser, data)
    return [text for each in reader.texts if (text := each.strip())]


def texts_of_json(data: bytes) -> list[str]:
    """Return every value in document order.

    Raises:
        NotDisplayable: as :func:`read_json`.
    """
    try:
        found: list[str] = []
        _collect(json.loads(data), 0, [_MAX_FIELDS], found)
    except (ValueError, RecursionError) as exc:
        raise unreadable("json") from exc
    return found


def unreadable(kind: str) -> NotDisplayable:
    """The document cannot be read as what it claims to be."""
    return NotDisplayable(
        "document_unreadable",
        "Das Dokument lässt sich nicht lesen; das Original ist unverändert abgelegt.",
        remedy="Original herunterladen und mit dem passenden Programm öffnen.",
        place=kind,
    )


def _feed(parser: expat.XMLParserType, data: bytes) -> None:
    try:
        parser.Parse(data, True)  # noqa: FBT003  expat takes no keyword
    except (expat.ExpatError, ValueError, LookupError) as exc:
        raise unreadable("xml") from exc


def _new_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise ValueError("a document type is refused")


class _TreeReader:
    """Builds the tree from expat's events."""

    def __init__(self) -> None:
        self.root = Field("")
        self._open = [self.root]
        self._text: list[str] = []
        self._count = 0
        self.parser = _new_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1 + len(attributes)
        if self._count > _MAX_FIELDS or len(self._open) > _MAX_DEPTH:
            raise ValueError("too many fields")
        self._keep_text()
        element = Field(_local(name))
        element.children = [Field(_local(key), value) for key, value in _spoken(attributes)]
        self._open[-1].children.append(element)
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._keep_text()
        self._open.pop()

    def _keep_text(self) -> None:
        text = "".join(self._text).strip()
        self._text.clear()
        if text:
            current = self._open[-1]
            current.value = f"{current.value} {text}".strip()


class _TextReader:
    """Collects texts from expat's events: about a fifth of the work of a tree."""

    def __init__(self, size: int) -> None:
        self.texts: list[str] = []
        self._count = 0
        self._depth = 0
        self.parser = _new_parser()
        # No word is torn: a text never fills the buffer.
        self.parser.buffer_size = size + 1
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self.texts.append

    def _start(self, _name: str, attributes: dict[str, str]) -> None:
        self._count += 1 + len(attributes)
        self._depth += 1
        if self._count > _MAX_FIELDS or self._depth > _MAX_DEPTH:
            raise ValueError("too many fields")
        if attributes:
            self.texts += [value for _, value in _spoken(attributes)]

    def _end(self, _name: str) -> None:
        self._depth -= 1


def _spoken(attributes: dict[str, str]) -> list[tuple[str, str]]:
    """Return the attributes that say something about the matter."""
    return [each for each in attributes.items() if not each[0].startswith(("xmlns", "xsi:"))]


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _from_json(name: str, content: object, depth: int, budget: list[int]) -> Field:
    budget[0] -= 1
    if budget[0] < 0 or depth > _MAX_DEPTH:
        raise ValueError("too many fields")
    if isinstance(content, dict):
        return Field(name, "", [_from_json(k, v, depth + 1, budget) for k, v in content.items()])
    if isinstance(content, list):
        items = [_from_json(str(i), v, depth + 1, budget) for i, v in enumerate(content, 1)]
        return Field(name, "", items)
    return Field(name, _scalar(content))


def _collect(content: object, depth: int, budget: list[int], found: list[str]) -> None:
    """Append every value to ``found``; the bounds are those of the tree."""
    budget[0] -= 1
    if budget[0] < 0 or depth > _MAX_DEPTH:
        raise ValueError("too many fields")
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        for inner in content:
            _collect(inner, depth + 1, budget, found)
    elif text := _scalar(content):
        found.append(text)


def _scalar(content: object) -> str:
    if isinstance(content, str):
        return content
    if content is None or isinstance(content, bool):
        return {True: "ja", False: "nein", None: ""}[content]
    return str(content)
