"""The log of a tenant: the leaves of its documents in the order of their filing, and its heads.

Leaves are only ever appended, in the transaction that enters the document; whoever does so
holds the tenant's turn (:func:`take_turns`), so there are no gaps and no two orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Protocol

from efile.model import Document
from efile.ports import Transaction

_AT_ONCE = 1000
"""Documents of older versions entered by one unit of work."""
_PAGE = 10_000
"""Leaves read at a time."""
_INSERT = "INSERT INTO efile_log (tenant, leaf_index, leaf) VALUES (:tenant, :leaf_index, :leaf)"


@dataclass(frozen=True, slots=True)
class Head:
    """A signed head of a tenant's log."""

    tenant: str
    size: int
    """Leaves it covers."""
    begin_at: int
    """Leaves the head before it covered."""
    peaks: str
    """Roots of the complete subtrees, hex, the largest first."""
    note: str
    """The signed note."""
    made_us: int
    stored: int
    """Whether storage has it: 0 or 1."""


_HEAD = ", ".join(field.name for field in fields(Head))
_INSERT_HEAD = (
    f"INSERT INTO efile_heads ({_HEAD})"  # noqa: S608  column names of our own type
    f" VALUES ({', '.join(':' + field.name for field in fields(Head))})"
)


def _unknown(_: Sequence[str]) -> Mapping[str, int]:
    return {}


def take_turns(tx: Transaction, tenants: Sequence[str]) -> None:
    """Let nodes on one server enter documents of a tenant one after the other.

    Each then sees what the others entered, instead of meeting it in the middle.
    """
    for tenant in sorted(set(tenants)):
        tx.run("/*pg SELECT pg_advisory_xact_lock(4152, hashtext(:tenant)) */", tenant=tenant)


def append(tx: Transaction, documents: Sequence[Document]) -> dict[tuple[str, str], int]:
    """Append the leaves of new documents; return the place of each by tenant and id.

    What is entered together is entered in the order of filing, then of names.
    """
    by_tenant: dict[str, list[Document]] = {}
    for each in sorted(documents, key=lambda one: (one.filed_at_us, one.id)):
        by_tenant.setdefault(each.tenant, []).append(each)
    places: dict[tuple[str, str], int] = {}
    for tenant, entered in by_tenant.items():
        append_leaves(tx, tenant, begin := size(tx, tenant), [each.leaf for each in entered])
        places |= {(tenant, each.id): begin + n for n, each in enumerate(entered)}
    return places


def append_leaves(tx: Transaction, tenant: str, begin: int, leaves: Sequence[str]) -> None:
    """Write leaves from a place on; a place that is taken is an error."""
    tx.many(
        _INSERT,
        [
            {"tenant": tenant, "leaf_index": begin + number, "leaf": leaf}
            for number, leaf in enumerate(leaves)
        ],
    )


def size(tx: Transaction, tenant: str) -> int:
    """Return how many leaves there are."""
    row = tx.one(
        "SELECT max(leaf_index) AS last FROM efile_log WHERE tenant = :tenant", tenant=tenant
    )
    return row["last"] + 1 if row and row["last"] is not None else 0


def leaves(tx: Transaction, tenant: str, begin: int, end: int) -> list[bytes]:
    """Return a run of leaves, shorter where some are missing."""
    rows = tx.all(
        "SELECT leaf FROM efile_log WHERE tenant = :tenant"
        " AND leaf_index >= :begin AND leaf_index < :end ORDER BY leaf_index",
        tenant=tenant,
        begin=begin,
        end=end,
    )
    return [bytes.fromhex(row["leaf"]) for row in rows]


def page(tx: Transaction, tenant: str, begin: int) -> list[tuple[int, str]]:
    """Return leaves with their places from one on, in order, as many as are read at a time."""
    rows = tx.all(
        "SELECT leaf_index, leaf FROM efile_log WHERE tenant = :tenant AND leaf_index >= :begin"
        " ORDER BY leaf_index LIMIT :most",
        tenant=tenant,
        begin=begin,
        most=_PAGE,
    )
    return [(row["leaf_index"], row["leaf"]) for row in rows]


def is_unlogged(tx: Transaction, tenant: str) -> bool:
    """Tell whether documents have no place in the log yet."""
    sql = "SELECT 1 FROM efile_documents WHERE tenant = :tenant AND leaf_index IS NULL LIMIT 1"
    return tx.one(sql, tenant=tenant) is not None


def enter_unlogged(
    tx: Transaction, tenant: str, known: Callable[[Sequence[str]], Mapping[str, int]] = _unknown
) -> int:
    """Give documents without a place theirs; return how many.

    ``known`` returns the places of those of the leaves the log already has. A portion at a time:
    call again until nothing is left.
    """
    take_turns(tx, [tenant])
    rows = tx.all(
        "SELECT id, leaf FROM efile_documents WHERE tenant = :tenant AND leaf_index IS NULL"
        " ORDER BY filed_at_us, id LIMIT :most",
        tenant=tenant,
        most=_AT_ONCE,
    )
    places = dict(known([row["leaf"] for row in rows]))
    fresh = [row for row in rows if row["leaf"] not in places]
    append_leaves(tx, tenant, begin := size(tx, tenant), [row["leaf"] for row in fresh])
    places |= {row["leaf"]: begin + number for number, row in enumerate(fresh)}
    tx.many(
        "UPDATE efile_documents SET leaf_index = :place WHERE tenant = :tenant AND id = :id",
        [{"tenant": tenant, "id": row["id"], "place": places[row["leaf"]]} for row in rows],
    )
    return len(rows)


class Run(Protocol):
    """Leaves that are not all held as text."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def named(self, begin: int, end: int) -> list[str]:
        """Return those between two places in hex."""
        ...


def adopt(tx: Transaction, tenant: str, stored: Run, heads: Sequence[Head]) -> None:
    """Make the log begin as storage says; where it says something else already, anew.

    Documents then have no place: :func:`enter_unlogged` must follow.
    """
    take_turns(tx, [tenant])
    if not fits(tx, tenant, stored):
        tx.run("DELETE FROM efile_log WHERE tenant = :tenant", tenant=tenant)
        tx.run("UPDATE efile_documents SET leaf_index = NULL WHERE tenant = :tenant", tenant=tenant)
    for begin in range(size(tx, tenant), len(stored), _PAGE):
        append_leaves(tx, tenant, begin, stored.named(begin, begin + _PAGE))
    tx.run("DELETE FROM efile_heads WHERE tenant = :tenant", tenant=tenant)
    tx.many(_INSERT_HEAD, [asdict(head) for head in heads])


def fits(tx: Transaction, tenant: str, stored: Run) -> bool:
    """Tell whether log and stored leaves begin alike, and the log has no gap."""
    begin = 0
    while there := page(tx, tenant, begin):
        end = begin + len(there)
        theirs = stored.named(begin, end)
        if [place for place, _ in there] != list(range(begin, end)):
            return False
        if [leaf for _, leaf in there[: len(theirs)]] != theirs:
            return False
        begin = end
    return True


def places(tx: Transaction, tenant: str, documents: Sequence[str]) -> dict[str, int]:
    """Return the places of these documents, as far as they have one."""
    found: dict[str, int] = {}
    for start in range(0, len(documents), _AT_ONCE):
        rows = tx.all(
            "SELECT id, leaf_index FROM efile_documents WHERE tenant = :tenant AND id IN :ids"
            " AND leaf_index IS NOT NULL",
            tenant=tenant,
            ids=tuple(documents[start : start + _AT_ONCE]),
        )
        found |= {row["id"]: row["leaf_index"] for row in rows}
    return found


def documents_at(tx: Transaction, tenant: str, begin: int, end: int) -> list[str]:
    """Return the documents whose leaves stand in a run of places."""
    rows = tx.all(
        "SELECT id FROM efile_documents WHERE tenant = :tenant AND leaf_index >= :begin"
        " AND leaf_index < :end",
        tenant=tenant,
        begin=begin,
        end=end,
    )
    return [row["id"] for row in rows]


def newest_head(tx: Transaction, tenant: str, *, stored: bool = False) -> Head | None:
    """Return the head that covers most; of those in storage alone, if wanted."""
    row = tx.one(
        f"SELECT {_HEAD} FROM efile_heads WHERE tenant = :tenant"  # noqa: S608  column names of our own type
        " AND stored >= :stored ORDER BY size DESC LIMIT 1",
        tenant=tenant,
        stored=int(stored),
    )
    return Head(**row) if row else None


def first_head(tx: Transaction, tenant: str, sizes: Sequence[int]) -> Head | None:
    """Return the stored head that covers least of those with these sizes."""
    row = tx.one(
        f"SELECT {_HEAD} FROM efile_heads WHERE tenant = :tenant"  # noqa: S608  column names of our own type
        " AND stored = 1 AND size IN :sizes ORDER BY size LIMIT 1",
        tenant=tenant,
        sizes=tuple(sizes) or (-1,),
    )
    return Head(**row) if row else None


def heads(tx: Transaction, tenant: str, *, unstored: bool = False) -> list[Head]:
    """Return every head, the first first; only those storage may not have yet, if wanted."""
    rows = tx.all(
        f"SELECT {_HEAD} FROM efile_heads WHERE tenant = :tenant AND stored <= :most"  # noqa: S608  column names of our own type
        " ORDER BY size",
        tenant=tenant,
        most=0 if unstored else 1,
    )
    return [Head(**row) for row in rows]


def is_due(tx: Transaction, tenant: str, since_us: int) -> bool:
    """Tell whether the newest head was made before, and something is not covered or stored."""
    last = newest_head(tx, tenant)
    if last is not None and not last.stored:
        return True
    if last is not None and last.made_us > since_us:
        return False
    return size(tx, tenant) > (last.size if last else 0) or is_unlogged(tx, tenant)


def keep_head(tx: Transaction, head: Head) -> bool:
    """Enter a head; say False if another node made one meanwhile, which then stands."""
    take_turns(tx, [head.tenant])
    last = newest_head(tx, head.tenant)
    if (last.size if last else 0) != head.begin_at:
        return False
    tx.run(_INSERT_HEAD, **asdict(head))
    return True


def head_is_stored(tx: Transaction, head: Head) -> None:
    """Remember that storage has it."""
    tx.run(
        "UPDATE efile_heads SET stored = 1 WHERE tenant = :tenant AND size = :size",
        tenant=head.tenant,
        size=head.size,
    )
