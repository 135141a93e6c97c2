"""Which formats lie in the files of an office, and which of them may not be readable one day."""

from __future__ import annotations

from dataclasses import dataclass

from efile.capture import content, words
from efile.ports import Transaction

_LASTING = frozenset({
    content.PDF, content.PNG, content.JPEG, content.TIFF, content.PLAIN, content.XML, content.JSON,
    content.CSV, content.MAIL, content.HTML,
})  # fmt: skip
_MAKERS = frozenset({content.DOCX, content.XLSX})
"""Open standards that depend on programs to look as they did."""
_LOCKED = words.remark(("document_locked",))
_BROKEN = tuple(
    words.remark((code,))
    for code in ("document_unreadable", "package_bomb", "package_hostile", "picture_too_large")
)
_ACTIVE = words.remark(("active_content",))


@dataclass(frozen=True, slots=True)
class FormatSeen:
    """How much there is of one format, and what endangers it."""

    mime: str
    name: str
    """What people call it."""
    risk: str
    """``locked``, ``broken``, ``active`` (scripts, XFA), ``maker``, ``unknown`` or empty."""
    parts: int
    size: int
    """Bytes of all parts."""


def seen(tx: Transaction, tenant: str) -> list[FormatSeen]:
    """Return every format and risk there is, the most frequent first; reads every part's row."""
    rows = tx.all(
        "SELECT mime, remark, count(*) AS parts, sum(size) AS size FROM efile_parts"
        " WHERE tenant = :tenant GROUP BY mime, remark",
        tenant=tenant,
    )
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows:
        mime = content.plain_mime(row["mime"])
        name = mime, _risk(mime, row["remark"])
        parts, size = found.get(name, (0, 0))
        found[name] = parts + int(row["parts"]), size + int(row["size"])
    formats = [
        FormatSeen(mime, words.type_name(mime), risk, parts, size)
        for (mime, risk), (parts, size) in found.items()
    ]
    return sorted(formats, key=lambda one: (-one.parts, one.mime, one.risk))


def _risk(mime: str, remark: str) -> str:
    if _LOCKED in remark:
        return "locked"
    if any(one in remark for one in _BROKEN):
        return "broken"
    if _ACTIVE in remark:
        return "active"
    if mime in _MAKERS:
        return "maker"
    structured = mime.endswith(("+xml", "+json", "/xml", "/json"))
    return "" if mime in _LASTING or structured else "unknown"
