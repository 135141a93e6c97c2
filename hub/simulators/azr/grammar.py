"""Content models, written by hand: what an element may hold, in which order, how often.

Every fault is an :class:`Invalid` that names the path and the rule, never the value. Residual
risk: DIN 91379 is approximated (Latin letters, combining marks, no control characters).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hub.simulators.azr.document import Invalid, Node

EXTENSION = "{http://www.osci.de/xauslaender2611/azr-erweiterung}"
SCHEMA_HINTS = frozenset(
    "{http://www.w3.org/2001/XMLSchema-instance}" + name
    for name in ("schemaLocation", "noNamespaceSchemaLocation")
)


class Content(Protocol):
    """What an element holds."""

    def check(self, node: Node, path: str, *, required: bool) -> None:
        """Check the element; raises :class:`Invalid`."""


@dataclass(frozen=True)
class Item:
    """A child element with how often it may stand there; ``most`` of ``None``: any number."""

    tag: str
    content: Content
    least: int = 1
    most: int | None = 1

    @property
    def name(self) -> str:
        """Name for messages."""
        return self.tag.rpartition("}")[2]

    def take(self, nodes: list[Node], path: str) -> None:
        """Check and remove the children that belong here from the front of the list."""
        count = 0
        while nodes and nodes[0].tag == self.tag and (self.most is None or count < self.most):
            place = f"{path}/{self.name}"
            self.content.check(nodes.pop(0), place, required=self.least > 0)
            count += 1
        if count < self.least:
            found = f", dort steht {nodes[0].tag}" if nodes else ""
            raise Invalid(f"{path}: {self.tag} fehlt{found}")


class Extensions:
    """The extension point: any elements of the register's own namespace."""

    def take(self, nodes: list[Node], _path: str) -> None:
        """Pass over extension elements at the front of the list."""
        while nodes and nodes[0].tag.startswith(EXTENSION):
            nodes.pop(0)


ANY = Extensions()


@dataclass(frozen=True)
class Sequence:
    """Children in fixed order."""

    items: tuple[Item | Extensions, ...]

    def check(self, node: Node, path: str, *, required: bool) -> None:  # noqa: ARG002  (protocol)
        """Check order, number and content of the children."""
        check_attributes(node, path)
        self.check_children(node, path)

    def check_children(self, node: Node, path: str) -> None:
        """Check the children alone."""
        _check_no_text(node, path)
        rest = list(node.children)
        for item in self.items:
            item.take(rest, path)
        if rest:
            raise Invalid(f"{path}: {rest[0].tag} ist hier nicht erwartet")


@dataclass(frozen=True)
class Choice:
    """Exactly one of several children."""

    items: tuple[Item, ...]

    def check(self, node: Node, path: str, *, required: bool) -> None:  # noqa: ARG002  (protocol)
        """Check that one branch stands there, and its content."""
        check_attributes(node, path)
        _check_no_text(node, path)
        if len(node.children) != 1:
            raise Invalid(f"{path}: genau ein Zweig erwartet, {len(node.children)} gefunden")
        child = node.children[0]
        branch = next((item for item in self.items if item.tag == child.tag), None)
        if branch is None:
            raise Invalid(f"{path}: {child.tag} ist hier nicht erwartet")
        branch.content.check(child, f"{path}/{branch.name}", required=True)


@dataclass(frozen=True)
class Text:
    """A value; ``test`` sees it trimmed."""

    meaning: str
    test: Callable[[str], bool] | None = None

    def check(self, node: Node, path: str, *, required: bool) -> None:
        """Check characters, form and, where required, presence of the value."""
        check_attributes(node, path)
        _check_no_children(node, path)
        if not is_latin(node.text):
            raise Invalid(f"{path}: Zeichen außerhalb von DIN 91379")
        value = node.text.strip()
        if self.test is not None and not self.test(value):
            raise Invalid(f"{path}: kein Wert der Form {self.meaning}")
        if required and not value:
            raise Invalid(f"{path}: Pflichtangabe ist leer")


@dataclass(frozen=True)
class Code:
    """A code with its list. Lists of type 1 fix the version, those of type 3 demand one."""

    uri: str
    version: str = ""
    """The one version taken; empty: any."""
    codes: frozenset[str] = frozenset()
    """The codes taken; empty: any that is not empty."""
    version_optional: bool = False
    named: bool = True
    """Whether a ``name`` may follow the ``code``."""

    def check(self, node: Node, path: str, *, required: bool) -> None:  # noqa: ARG002  (protocol)
        """Check list, version and code."""
        check_attributes(node, path, frozenset({"listURI", "listVersionID"}))
        if node.attributes.get("listURI", self.uri) != self.uri:
            raise Invalid(f"{path}: listURI ist nicht {self.uri}")
        self._check_version(node.attributes.get("listVersionID"), path)
        text = Item("code", Text("Code"))
        name = (Item("name", Text("Name"), least=0),) if self.named else ()
        Sequence((text, *name)).check_children(node, path)
        if self.codes and node.text_at("code") not in self.codes:
            raise Invalid(f"{path}: Code ist dort nicht zugelassen")

    def _check_version(self, version: str | None, path: str) -> None:
        if version is None and self.version_optional:
            return
        if not version:
            raise Invalid(f"{path}: listVersionID fehlt")
        if self.version and version != self.version:
            raise Invalid(f"{path}: listVersionID ist nicht {self.version}")


def check_attributes(node: Node, path: str, allowed: frozenset[str] = frozenset()) -> None:
    """Refuse attributes the element does not know."""
    unknown = node.attributes.keys() - allowed - SCHEMA_HINTS
    if unknown:
        raise Invalid(f"{path}: Attribut {min(unknown)} ist nicht erwartet")


def is_latin(text: str) -> bool:
    """Whether the text keeps to the characters of DIN 91379, approximately."""
    return all(map(_is_latin_sign, text))


def _is_latin_sign(sign: str) -> bool:
    if sign in "\t\n\r":
        return True
    category = unicodedata.category(sign)
    if category.startswith("L"):
        name = unicodedata.name(sign, "")
        return name.startswith(("LATIN", "FEMININE", "MASCULINE", "MODIFIER"))
    return not category.startswith("C")


def _check_no_text(node: Node, path: str) -> None:
    if node.text.strip():
        raise Invalid(f"{path}: Text statt Elementen")


def _check_no_children(node: Node, path: str) -> None:
    if node.children:
        raise Invalid(f"{path}: Elemente statt Text")
