"""Records as plain XML, so that a style sheet can read and write them.

``<records><context/><record kind="Bescheid">…</record></records>``, no namespace. An
element is text unless ``type`` says ``int``, ``money`` (Euro with a point, becomes
cents), ``bool``, ``object`` or ``list`` (of ``item``). Empty text is absent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hub.core.errors import Misconfigured, RuleViolation
from hub.core.money import parse_plain
from hub.core.record import Record

Element = Any
"""An element of lxml, which ships no types."""
Json = Any


def records_of(root: Element) -> list[Record]:
    """Return the records a style sheet wrote.

    Raises:
        Misconfigured: the tree is not of the neutral form.
    """
    if root is None or root.tag != "records":
        raise _faulty("Das Ergebnis hat nicht das Wurzelelement „records“.")
    return [Record(_kind(element), _object(element)) for element in root.iterchildren("record")]


def _kind(element: Element) -> str:
    kind = element.get("kind")
    if not kind:
        raise _faulty("Ein „record“ nennt keine Art (kind).")
    return str(kind)


def _object(element: Element) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for child in element.iterchildren("*"):
        if child.tag in fields:
            raise _faulty(f"Das Feld „{child.tag}“ kommt doppelt vor.")
        value = _value(child)
        if value is not None:
            fields[child.tag] = value
    return fields


def _list(element: Element) -> list[Any]:
    return [_value(item) for item in element.iterchildren("item")]


def _whole(text: str) -> int:
    return int(text)


def _truth(text: str) -> bool:
    return {"true": True, "false": False, "1": True, "0": False}[text]


_SCALARS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "int": _whole,
    "money": parse_plain,
    "bool": _truth,
}


def _value(element: Element) -> Json:
    kind = element.get("type", "text")
    if kind == "object":
        return _object(element)
    if kind == "list":
        return _list(element)
    text = (element.text or "").strip()
    if not text:
        return None
    try:
        return _SCALARS[kind](text)
    except (KeyError, ValueError) as exc:
        raise _faulty(f"Feld „{element.tag}“: der Wert passt nicht zum Typ „{kind}“.") from exc


def fill(root: Element, records: Sequence[Record], context: Mapping[str, Any]) -> None:
    """Write context and records below a fresh ``records`` element.

    Raises:
        RuleViolation: a text holds characters that XML cannot carry.
    """
    _add(root, "context", dict(context))
    for record in records:
        child = _add(root, "record", dict(record.data))
        child.set("kind", record.kind)


def _add(parent: Element, tag: str, value: Json) -> Element:
    child = parent.makeelement(tag)
    parent.append(child)
    if isinstance(value, Mapping):
        child.set("type", "object")
        for name, part in value.items():
            if part is not None:
                _add(child, name, part)
    elif isinstance(value, list | tuple):
        child.set("type", "list")
        for part in value:
            _add(child, "item", part)
    else:
        _set_scalar(child, value)
    return child


def _set_scalar(child: Element, value: object) -> None:
    if isinstance(value, bool):
        child.set("type", "bool")
        child.text = "true" if value else "false"
        return
    if isinstance(value, int):
        child.set("type", "int")
    try:
        child.text = str(value)
    except ValueError as exc:
        raise RuleViolation(
            "value_not_writable",
            f"Das Feld „{child.tag}“ enthält Zeichen, die XML nicht tragen kann.",
            place=child.tag,
            remedy="Den Wert im Fachverfahren berichtigen.",
        ) from exc


def _faulty(message: str) -> Misconfigured:
    return Misconfigured(
        "mapping_faulty", message, remedy="Mapping berichtigen; „aktenhub check“ prüft es."
    )
