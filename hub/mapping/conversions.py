"""The few named conversions a column rule may ask for."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hub.core.clock import BERLIN

_SPECIAL = str.maketrans(
    {
        "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ı": "i", "ŀ": "l", "Ŀ": "L",
        "ŋ": "n", "Ŋ": "N", "ŧ": "t", "Ŧ": "T", "ĸ": "k", "ə": "e", "Ə": "E", "ẞ": "SS",
        "‐": "-", "‑": "-", "–": "-", "—": "-", "‘": "'", "’": "'", "‚": "'", "ʼ": "'", "ʹ": "'",
        "“": '"', "”": '"', "„": '"', "…": "...", "\t": " ", "\n": " ", "\r": " ",
        "\N{NO-BREAK SPACE}": " ",
    }
)  # fmt: skip
"""What has no decomposition in Unicode."""


def latin(value: object) -> str:
    """Return text in the repertoire of ISO-8859-15; letters beyond it lose their marks.

    What has no Latin base letter stays and is refused when the field is written: a name
    is never turned into question marks.
    """
    text = unicodedata.normalize("NFC", str(value))
    if _fits(text):
        return text
    return "".join(sign if _fits(sign) else _plain(sign) for sign in text)


def _fits(text: str) -> bool:
    try:
        text.encode("iso8859-15")
    except UnicodeEncodeError:
        return False
    return text.isprintable()


def _plain(sign: str) -> str:
    base = unicodedata.normalize("NFD", sign.translate(_SPECIAL))
    bare = "".join(part for part in base if not unicodedata.combining(part))
    return bare.translate(_SPECIAL)


def escaped(value: object) -> str:
    r"""Return text in the repertoire of Windows-1252; other characters as ``\\u4e2d``.

    For quotations of what a sender wrote: exact and readable, unlike a transliteration.
    """
    text = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in str(value))
    return text.encode("cp1252", "backslashreplace").decode("cp1252")


def split_bar(value: object) -> list[str]:
    """Return the parts of a text between ``|``."""
    return [part.strip() for part in str(value).split("|") if part.strip()]


def join_findings(value: object) -> str | None:
    """Return findings as one line of text; nothing when there are none."""
    findings = value if isinstance(value, list) else []
    return escaped(" | ".join(_finding(finding) for finding in findings)) or None


def _finding(finding: Mapping[str, Any]) -> str:
    # The data row means more to the sender of a table than the physical line.
    place = finding.get("row") or finding.get("line")
    return f"Zeile {place}: {finding['message']}" if place else str(finding["message"])


def local_day(value: object) -> str:
    """Return the calendar day in Germany of an ISO date-time with zone."""
    return datetime.fromisoformat(str(value)).astimezone(BERLIN).date().isoformat()


NAMED: Mapping[str, Callable[[Any], Any]] = {
    "latin": latin,
    "escaped": escaped,
    "split_bar": split_bar,
    "join_findings": join_findings,
    "local_day": local_day,
}
