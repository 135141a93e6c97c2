"""Documents of which no picture could be drawn, or whose words could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from efile.index.access.sight import Sight, narrowing
from efile.index.queues import MOST_TRIES
from efile.legibility import wording
from efile.model import Document
from efile.ports import Row, Transaction

HEAD: Final = "d.id, d.akte_id, d.aktenzeichen, d.doc_type, d.filed_at_us"
FROM: Final = (
    "FROM efile_documents d JOIN efile_akten a ON a.tenant = d.tenant AND a.id = d.akte_id"
)
BEFORE: Final = " AND (d.filed_at_us < :at OR (d.filed_at_us = :at AND d.id < :before))"
ORDER: Final = "ORDER BY d.filed_at_us DESC, d.id DESC LIMIT :limit"
_GIVEN_UP: Final = "WHERE q.tenant = :tenant AND (q.reason <> '' OR q.tries >= :most)"
_PICTURES: Final = f"efile_first_pages q {_GIVEN_UP}"
_SCANS: Final = f"efile_scans q {_GIVEN_UP}"
_UNREAD: Final = "efile_documents q WHERE q.tenant = :tenant AND q.text_state = 'failed'"
_QUERIES: Final = {
    "picture": f"SELECT q.document_id AS id, q.reason AS code FROM {_PICTURES}",  # noqa: S608  fixed words
    "scan": f"SELECT q.document_id AS id, q.reason AS code FROM {_SCANS}",  # noqa: S608  fixed words
    "words": f"SELECT q.id, '' AS code FROM {_UNREAD}",  # noqa: S608  fixed words
}
"""What each lacks; an empty code of the first two: it was tried too often."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document as lists of administrators name it: without a title."""

    id: str
    akte_id: str
    aktenzeichen: str
    doc_type: str
    filed_at_us: int

    @property
    def cursor(self) -> str:
        """Where a list goes on behind this document."""
        return f"{self.filed_at_us}.{self.id}"


@dataclass(frozen=True, slots=True)
class Shortfall(Found):
    """What could not be made visible of a document."""

    what: str
    """``picture`` of the first page, ``words``, or words on a ``scan``."""
    code: str

    @property
    def label(self) -> str:
        """What it lacks, German."""
        return wording.SHORTFALLS[self.what]

    @property
    def reason(self) -> str:
        """Why, German."""
        return wording.reason_of(self.code)

    @property
    def remedy(self) -> str:
        """What helps, German."""
        return wording.remedy_of(self.code)


@dataclass(frozen=True, slots=True)
class Shortfalls:
    """How many documents of an office lack something."""

    picture: int
    words: int
    scan: int
    waiting: int
    """Scans that are still to be read."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Which portion of a list somebody sees."""

    seen: Sight | None
    before: str
    """Cursor of the last of the portion before; empty at the beginning."""
    limit: int

    @property
    def values(self) -> dict[str, object]:
        """Values of the fixed pieces of the query."""
        at, _, name = self.before.partition(".")
        known = at.isdecimal() and len(at) < _DIGITS
        return {"at": int(at) if known else _ENDLESS, "before": name, "limit": self.limit}


_DIGITS: Final = 19
_ENDLESS: Final = 1 << 62


def counted(tx: Transaction, tenant: str) -> Shortfalls:
    """Count them."""
    counts = {
        what: _count(tx, tenant, table)
        for what, table in (("picture", _PICTURES), ("words", _UNREAD), ("scan", _SCANS))
    }
    waits = "efile_scans q WHERE q.tenant = :tenant AND q.reason = '' AND q.tries < :most"
    waiting = _count(tx, tenant, waits)
    return Shortfalls(**counts, waiting=waiting)


def _count(tx: Transaction, tenant: str, table: str) -> int:
    row = tx.one(f"SELECT count(*) AS n FROM {table}", tenant=tenant, most=MOST_TRIES)  # noqa: S608  fixed words
    return int(row["n"]) if row else 0


def listed(tx: Transaction, tenant: str, what: str, wanted: Lists) -> list[Shortfall]:
    """Return documents that lack something, the newest first."""
    seen = narrowing(tx, tenant, wanted.seen)
    rows = tx.all(
        f"SELECT {HEAD}, q.code {FROM} JOIN ({_QUERIES[what]}) q ON q.id = d.id"
        f" WHERE d.tenant = :tenant{seen.akte}{seen.document}{BEFORE} {ORDER}",
        tenant=tenant, most=MOST_TRIES, **seen.values, **wanted.values,
    )  # fmt: skip
    remarks = _remarks(tx, tenant, [row["id"] for row in rows]) if what == "words" else {}
    return [
        Shortfall(**head(row), what=what, code=_code(what, row["code"], remarks.get(row["id"], "")))
        for row in rows
    ]


def of_document(tx: Transaction, document: Document) -> list[Shortfall]:
    """Return what one document lacks."""
    facts: dict[str, Any] = {name: getattr(document, name) for name in _FIELDS}
    remarks = " ".join(part.remark for part in document.parts)
    found = []
    for what, query in _QUERIES.items():
        row = tx.one(
            f"SELECT q.code FROM ({query}) q WHERE q.id = :id",  # noqa: S608  fixed words
            tenant=document.tenant, most=MOST_TRIES, id=document.id,
        )  # fmt: skip
        if row:
            found.append(Shortfall(**facts, what=what, code=_code(what, row["code"], remarks)))
    return found


def try_again(tx: Transaction, tenant: str) -> int:
    """Let pictures and scans wait again as if nobody had tried."""
    return sum(
        tx.run(
            f"UPDATE {table} SET reason = '', tries = 0, due_at_us = 0"  # noqa: S608  one of two fixed names
            " WHERE tenant = :tenant AND (reason <> '' OR tries >= :most)",
            tenant=tenant, most=MOST_TRIES,
        )
        for table in ("efile_first_pages", "efile_scans")
    )  # fmt: skip


_FIELDS: Final = ("id", "akte_id", "aktenzeichen", "doc_type", "filed_at_us")


def head(row: Row) -> dict[str, Any]:
    """Return what names the document of a row."""
    return {name: row[name] for name in _FIELDS}


def _code(what: str, code: str, remark: str) -> str:
    if what == "words":
        return wording.code_of(remark)
    return code or wording.TRIED_TOO_OFTEN


def _remarks(tx: Transaction, tenant: str, names: list[str]) -> dict[str, str]:
    """Return everything remarkable of the parts of documents."""
    found: dict[str, str] = {}
    rows = tx.all(
        "SELECT document_id, remark FROM efile_parts WHERE tenant = :tenant"
        " AND document_id IN :names AND remark <> ''",
        tenant=tenant, names=tuple(names) or ("",),
    )  # fmt: skip
    for row in rows:
        found[row["document_id"]] = f"{found.get(row['document_id'], '')} {row['remark']}"
    return found
