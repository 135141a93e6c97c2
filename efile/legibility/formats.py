"""Which formats lie in the files of an office, and which of them may not be readable one day."""

from __future__ import annotations

from dataclasses import dataclass, replace

from efile.capture import content, words
from efile.ports import Transaction

_LASTING = frozenset({
    content.PDF, content.PNG, content.JPEG, content.TIFF, content.PLAIN, content.XML, content.JSON,
    content.CSV, content.MAIL, content.HTML,
})  # fmt: skip
_MAKERS = frozenset({content.DOCX, content.XLSX})
"""Open standards that depend on programs to look as they did."""
_CODES = {
    "locked": ("document_locked",),
    "broken": ("document_unreadable", "package_bomb", "package_hostile", "picture_too_large"),
    "active": ("active_content",),
}
_REMARKS = {risk: tuple(words.remark((code,)) for code in codes) for risk, codes in _CODES.items()}
"""What a part's remark says of each; the first counts."""
_SUMS = ("documents", "parts", "size", "renditions")


@dataclass(frozen=True, slots=True)
class FormatSeen:
    """How much there is of one format, and what endangers it."""

    mime: str
    name: str
    """What people call it."""
    risk: str
    """``locked``, ``broken``, ``active`` (scripts, XFA), ``maker``, ``unknown`` or empty."""
    documents: int
    """One whose parts differ in what is remarkable of them counts once for each."""
    parts: int
    size: int
    """Bytes of all parts."""
    renditions: int
    """Parts that are PDF/A or have been made into it."""


def seen(tx: Transaction, tenant: str) -> list[FormatSeen]:
    """Return every format and risk there is, the most frequent first; reads every part's row."""
    rows = tx.all(
        "SELECT p.mime, p.remark, count(DISTINCT p.document_id) AS documents, count(*) AS parts,"
        " sum(p.size) AS size, count(r.part) AS renditions FROM efile_parts p"
        " LEFT JOIN efile_renditions r ON r.tenant = p.tenant AND r.document_id = p.document_id"
        " AND r.part = p.position WHERE p.tenant = :tenant GROUP BY p.mime, p.remark",
        tenant=tenant,
    )
    found: dict[tuple[str, str], FormatSeen] = {}
    for row in rows:
        mime = content.plain_mime(row["mime"])
        name = mime, _risk(mime, row["remark"])
        known = found.get(name) or FormatSeen(mime, words.type_name(mime), name[1], 0, 0, 0, 0)
        sums = {each: getattr(known, each) + int(row[each]) for each in _SUMS}
        found[name] = replace(known, **sums)
    return sorted(found.values(), key=lambda one: (-one.parts, one.mime, one.risk))


def note_rendition(tx: Transaction, tenant: str, document: str, part: int) -> None:
    """Count a part as one there is PDF/A of, unless its document is gone."""
    tx.run(
        "INSERT INTO efile_renditions (tenant, document_id, part) SELECT tenant, id, :part"
        " FROM efile_documents WHERE tenant = :tenant AND id = :document"
        " ON CONFLICT (tenant, document_id, part) DO NOTHING",
        tenant=tenant, document=document, part=part,
    )  # fmt: skip


def condition(risk: str) -> tuple[str, dict[str, object]]:
    """Return what picks parts ``p`` of this risk among those of a format, and its values."""
    wanted = _REMARKS.get(risk)
    signs = wanted or tuple(one for each in _REMARKS.values() for one in each)
    values: dict[str, object] = {f"sign{n}": f"%{sign}%" for n, sign in enumerate(signs)}
    text = " OR ".join(f"p.remark LIKE :{name}" for name in values)
    return f"({text})" if wanted else f"NOT ({text})", values


def _risk(mime: str, remark: str) -> str:
    for risk, signs in _REMARKS.items():
        if any(one in remark for one in signs):
            return risk
    if mime in _MAKERS:
        return "maker"
    structured = mime.endswith(("+xml", "+json", "/xml", "/json"))
    return "" if mime in _LASTING or structured else "unknown"
