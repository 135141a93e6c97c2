"""XML as the register takes it: UTF-8, namespaces resolved, no DOCTYPE.

Tags are in Clark notation (``{namespace}name``, or ``name`` alone when it has no namespace).
"""

from __future__ import annotations

from dataclasses import dataclass, field

# The bodies come from tests and demo on loopback; DOCTYPE and with it every entity is refused.
from xml.parsers import expat

MISPLACED = "Text zwischen Elementen"


class Invalid(Exception):
    """Die Nachricht ist nicht lesbar oder nicht gültig; sie ist zu berichtigen."""


@dataclass
class Node:
    """One element."""

    tag: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    text: str = ""

    @property
    def local(self) -> str:
        """Name without namespace."""
        return self.tag.rpartition("}")[2]

    def find(self, *names: str) -> Node | None:
        """Follow local names downwards; ``None`` where one is missing."""
        node: Node | None = self
        for name in names:
            if node is None:
                return None
            node = next((child for child in node.children if child.local == name), None)
        return node

    def value(self, *names: str) -> str | None:
        """Trimmed text of a descendant; ``None`` where it is missing."""
        node = self.find(*names)
        return None if node is None else node.text.strip()

    def text_at(self, *names: str) -> str:
        """Trimmed text of a descendant the checked structure guarantees.

        Raises:
            Invalid: it is missing all the same.
        """
        value = self.value(*names)
        if value is None:
            raise Invalid(f"{self.local}: {'/'.join(names)} fehlt")
        return value


def parse(raw: bytes) -> Node:
    """Read a message; raises :class:`Invalid` with the reason in German."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"Byte {error.start + 1}: nicht UTF-8") from error
    builder = _Builder()
    try:
        builder.parser.Parse(raw, True)  # noqa: FBT003  (expat's own signature)
    except expat.ExpatError as error:
        place = f"Zeile {error.lineno}, Spalte {error.offset + 1}"
        raise Invalid(f"{place}: nicht wohlgeformt") from error
    return builder.top.children[0]


class _Builder:
    """Collects the events of one parse into a tree."""

    def __init__(self) -> None:
        self.top = Node("", {})
        self._open = [self.top]
        self.parser = expat.ParserCreate("UTF-8", "}")
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = _check_declaration
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        node = Node(_clark(name), {_clark(key): value for key, value in attributes.items()})
        self._open[-1].children.append(node)
        self._open.append(node)

    def _end(self, _name: str) -> None:
        node = self._open.pop()
        if node.children and node.text.strip():
            raise Invalid(f"{node.local}: {MISPLACED}")

    def _characters(self, text: str) -> None:
        self._open[-1].text += text


def _clark(name: str) -> str:
    return "{" + name if "}" in name else name


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.upper() != "UTF-8":
        raise Invalid("XML-Deklaration nennt eine andere Kodierung als UTF-8")


def _refuse_doctype(*_: object) -> None:
    raise Invalid("DOCTYPE ist nicht zugelassen")
