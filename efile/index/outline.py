"""Files and documents as lists show them: portions, newest first, as of any time.

A document comes without its parts. Where a time is given, nothing that was filed later is there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from efile.index.access.sight import Sight, narrowing
from efile.kinds.subfiles import Subfile
from efile.model import Akte
from efile.ports import Row, Transaction

_HEAD = (
    "d.id, d.akte_id, d.aktenzeichen, d.akte_title, d.vorgang_id, d.vorgang, d.title, d.doc_type,"
    " d.direction, d.received_at_us, d.filed_at_us, d.actor, d.source_id, d.subfile"
)
_ENDLESS = 1 << 62
_AT_ONCE = 1000
"""Documents asked for in one query: engines bound the number of values."""


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """A document without its parts."""

    id: str
    akte_id: str
    aktenzeichen: str
    akte_title: str
    """Title of the file when the document was filed."""
    vorgang_id: str
    vorgang: str
    title: str
    doc_type: str
    direction: str
    received_at_us: int
    filed_at_us: int
    actor: str
    source_id: str

    @property
    def cursor(self) -> str:
        """Where a list goes on behind this document."""
        return f"{self.filed_at_us}.{self.id}"


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter with its newest documents."""

    id: str
    title: str
    documents: int
    """How many there are in all."""
    latest_us: int
    heads: tuple[DocumentHead, ...]
    said: str = ""
    """Part of the file its documents named at filing."""
    subfile: Subfile | None = None
    """Part of the file it belongs to; none: to the file itself."""


@dataclass(frozen=True, slots=True)
class TypeSeen:
    """The first document of a type in a file, and how many there are."""

    first: DocumentHead
    documents: int


def matters(
    tx: Transaction, akte: Akte, portion: int, sight: Sight | None, until_us: int | None = None
) -> list[Matter]:
    """Return the matters of a file, the latest first, each with its newest documents."""
    seen = narrowing(tx, akte.tenant, sight)
    until = _ENDLESS if until_us is None else until_us
    rows = tx.all(
        f"SELECT * FROM (SELECT {_HEAD}, row_number() OVER ("  # noqa: S608  fixed columns and conditions
        "PARTITION BY d.vorgang_id ORDER BY d.filed_at_us DESC, d.id DESC) AS place,"
        " count(*) OVER (PARTITION BY d.vorgang_id) AS documents"
        " FROM efile_documents d JOIN efile_akten a ON a.tenant = d.tenant AND a.id = d.akte_id"
        " WHERE d.tenant = :tenant AND d.akte_id = :akte AND d.filed_at_us <= :until"
        f"{seen.akte}{seen.document}) AS d WHERE place <= :portion"
        " ORDER BY filed_at_us DESC, id DESC",
        tenant=akte.tenant, akte=akte.id, until=until, portion=max(portion, 1), **seen.values,
    )  # fmt: skip
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["vorgang_id"], []).append(row)
    return [
        Matter(
            name, group[0]["vorgang"], group[0]["documents"], group[0]["filed_at_us"],
            tuple(_head(row) for row in group[:portion]), group[0]["subfile"],
        )
        for name, group in groups.items()
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Which documents of a file to list."""

    vorgang: str = ""
    """Of one matter; empty: of all."""
    subfile: str = ""
    """Of one part of the file; empty: of all."""
    after: str = ""
    """Behind this cursor."""
    since_us: int = -1
    """Filed after this time."""
    until_us: int | None = None
    oldest_first: bool = False
    limit: int = 50


def documents(
    tx: Transaction, akte: Akte, wanted: Portion, sight: Sight | None, matters: Sequence[str] = ()
) -> list[DocumentHead]:
    """Return documents of a file in the order of their filing, behind a cursor.

    ``matters`` are titles that belong to the wanted part of the file without saying so.
    """
    seen = narrowing(tx, akte.tenant, sight)
    at_us, document = _cursor(wanted)
    later, order = (">", "ASC") if wanted.oldest_first else ("<", "DESC")
    rows = tx.all(
        f"SELECT {_HEAD} FROM efile_documents d"  # noqa: S608  fixed columns and conditions
        " JOIN efile_akten a ON a.tenant = d.tenant AND a.id = d.akte_id"
        " WHERE d.tenant = :tenant AND d.akte_id = :akte AND d.filed_at_us > :since"
        " AND d.filed_at_us <= :until AND (:vorgang = '' OR d.vorgang_id = :vorgang)"
        " AND (:subfile = '' OR d.subfile = :subfile OR d.subfile = '' AND d.vorgang IN :matters)"
        f" AND (d.filed_at_us {later} :at OR (d.filed_at_us = :at AND d.id {later} :id))"
        f"{seen.akte}{seen.document} ORDER BY d.filed_at_us {order}, d.id {order} LIMIT :limit",
        tenant=akte.tenant, akte=akte.id, since=wanted.since_us, vorgang=wanted.vorgang, at=at_us,
        until=_ENDLESS if wanted.until_us is None else wanted.until_us, id=document,
        limit=wanted.limit, subfile=wanted.subfile, matters=tuple(matters) or ("",), **seen.values,
    )  # fmt: skip
    return [_head(row) for row in rows]


def _cursor(wanted: Portion) -> tuple[int, str]:
    at_us, _, document = wanted.after.partition(".")
    if at_us.isascii() and at_us.isdecimal() and len(at_us) <= len(str(_ENDLESS)):
        return min(int(at_us), _ENDLESS), document
    return (-1, "") if wanted.oldest_first else (_ENDLESS, "")


def count_since(tx: Transaction, akte: Akte, since_us: int, sight: Sight | None) -> int:
    """Return how many documents were filed after a time."""
    seen = narrowing(tx, akte.tenant, sight)
    row = tx.one(
        "SELECT count(*) AS documents FROM efile_documents d"  # noqa: S608  fixed conditions
        " JOIN efile_akten a ON a.tenant = d.tenant AND a.id = d.akte_id"
        " WHERE d.tenant = :tenant AND d.akte_id = :akte AND d.filed_at_us > :since"
        f"{seen.akte}{seen.document}",
        tenant=akte.tenant, akte=akte.id, since=since_us, **seen.values,
    )  # fmt: skip
    return int(row["documents"]) if row else 0


def types(tx: Transaction, akte: Akte, sight: Sight | None) -> list[TypeSeen]:
    """Return each type of document there is in a file, in the order of their first."""
    seen = narrowing(tx, akte.tenant, sight)
    rows = tx.all(
        f"SELECT * FROM (SELECT {_HEAD}, row_number() OVER ("  # noqa: S608  fixed columns and conditions
        "PARTITION BY d.doc_type ORDER BY d.filed_at_us, d.id) AS place,"
        " count(*) OVER (PARTITION BY d.doc_type) AS documents"
        " FROM efile_documents d JOIN efile_akten a ON a.tenant = d.tenant AND a.id = d.akte_id"
        f" WHERE d.tenant = :tenant AND d.akte_id = :akte{seen.akte}{seen.document}) AS d"
        " WHERE place = 1 ORDER BY filed_at_us, id",
        tenant=akte.tenant, akte=akte.id, **seen.values,
    )  # fmt: skip
    return [TypeSeen(_head(row), row["documents"]) for row in rows]


def as_of(tx: Transaction, akte: Akte, until_us: int, sight: Sight | None) -> Akte | None:
    """Return the file as it stood at a time, named by its latest document then."""
    rows = documents(tx, akte, Portion(until_us=until_us, limit=1), sight)
    if not rows:
        return None
    latest = rows[0]
    known = sum(one.documents for one in matters(tx, akte, 1, sight, until_us))
    return replace(akte, title=latest.akte_title, changed_at_us=latest.filed_at_us, documents=known)


def assigned(
    tx: Transaction, tenant: str, names: Collection[str], after: str, limit: int
) -> list[str]:
    """Return files these persons and units work on, by Aktenzeichen, behind ``after``."""
    rows = tx.all(
        "SELECT DISTINCT a.aktenzeichen FROM efile_competence c JOIN efile_akten a"
        " ON a.tenant = c.tenant AND a.id = c.akte_id WHERE c.tenant = :tenant"
        " AND c.who IN :names AND a.aktenzeichen > :after ORDER BY a.aktenzeichen LIMIT :limit",
        tenant=tenant, names=tuple(names), after=after, limit=limit,
    )  # fmt: skip
    return [row["aktenzeichen"] for row in rows]


def filed_since(
    tx: Transaction, tenant: str, akten: Collection[str], since_us: int, limit: int,
    sight: Sight | None,
) -> list[DocumentHead]:  # fmt: skip
    """Return documents filed in these files after a time, the oldest first."""
    seen = narrowing(tx, tenant, sight)
    rows = tx.all(
        f"SELECT {_HEAD} FROM efile_documents d"  # noqa: S608  fixed columns and conditions
        " JOIN efile_akten a ON a.tenant = d.tenant AND a.id = d.akte_id"
        " WHERE d.tenant = :tenant AND d.akte_id IN :akten AND d.filed_at_us > :since"
        f"{seen.akte}{seen.document} ORDER BY d.filed_at_us, d.id LIMIT :limit",
        tenant=tenant, akten=tuple(akten), since=since_us, limit=limit, **seen.values,
    )  # fmt: skip
    return [_head(row) for row in rows]


def places(
    tx: Transaction, tenant: str, documents: Sequence[str], sight: Sight | None
) -> dict[str, str]:
    """Return the file of each of these documents that is seen."""
    seen = narrowing(tx, tenant, sight)
    found: dict[str, str] = {}
    for start in range(0, len(documents), _AT_ONCE):
        rows = tx.all(
            "SELECT d.id, d.akte_id FROM efile_documents d"  # noqa: S608  fixed conditions
            " JOIN efile_akten a ON a.tenant = d.tenant AND a.id = d.akte_id"
            f" WHERE d.tenant = :tenant AND d.id IN :ids{seen.akte}{seen.document}",
            tenant=tenant, ids=tuple(documents[start : start + _AT_ONCE]), **seen.values,
        )  # fmt: skip
        found |= {row["id"]: row["akte_id"] for row in rows}
    return found


def _head(row: Row) -> DocumentHead:
    return DocumentHead(**{name: row[name] for name in DocumentHead.__slots__})


def extent(tx: Transaction, tenant: str) -> tuple[int, int]:
    """Return how many files and documents the index has of an office."""
    row = tx.one(
        "SELECT count(*) AS akten, coalesce(sum(documents), 0) AS documents FROM efile_akten"
        " WHERE tenant = :tenant",
        tenant=tenant,
    )
    return (int(row["akten"]), int(row["documents"])) if row else (0, 0)
