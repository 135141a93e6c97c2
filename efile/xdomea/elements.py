"""Elements of xdomea: how names, codes, days and times are written."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from lxml import etree

from efile.xdomea.names import NAMESPACE, PREFIX

Element: TypeAlias = etree._Element  # noqa: SLF001  the library gives its elements no public name
NAMES = {PREFIX: NAMESPACE}
_LISTS = "urn:xoev-de:xdomea:codeliste"
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONE = ZoneInfo("Europe/Berlin")


def qualified(name: str) -> str:
    """Return a name as the library wants it."""
    return f"{{{NAMESPACE}}}{name}"


def element(name: str, *children: Element | str | None) -> Element:
    """Return an element with text or children; what is missing is left out."""
    made = etree.Element(qualified(name), nsmap=NAMES)
    for child in children:
        if isinstance(child, str):
            made.text = writable(child)
        elif child is not None:
            made.append(child)
    return made


def text(name: str, value: str) -> Element | None:
    """Return an element with this text; none where there is nothing to say."""
    return element(name, value) if value.strip() else None


def coded(name: str, code: str, codes: str, version: str) -> Element:
    """Return an element with a value of a code list."""
    made = element(name)
    made.set("listURI", f"{_LISTS}:{codes}")
    made.set("listVersionID", version)
    etree.SubElement(made, "code").text = code
    return made


def day_of(at_us: int) -> date:
    """Return the day of a moment, as people here count days."""
    return (_EPOCH + timedelta(microseconds=at_us)).astimezone(_ZONE).date()


def time_of(at_us: int) -> str:
    """Return a moment to the second, UTC."""
    return f"{_EPOCH + timedelta(seconds=at_us // 1_000_000):%Y-%m-%dT%H:%M:%SZ}"


def writable(value: str) -> str:
    """Return text without what XML cannot hold."""
    return _UNWRITABLE.sub("\ufffd", value)
