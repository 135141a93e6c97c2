"""The access log: who looked at what, when, for which purpose; append-only and chained.

Each entry carries the digest of its predecessor, so that a changed, removed or reordered
entry is found by :func:`verify`. Triggers refuse UPDATE and DELETE. An entry is durable
before a byte of the answer leaves; when it cannot be written, nothing is shown.

Residual risk: whoever owns the database file can rewrite the whole chain. Keep its head
(:func:`head`) outside, daily.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from hub.store.database import Row, Transaction
from hub.store.journal import START, chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One access, granted or refused."""

    at_us: int
    tenant: str | None
    actor: str
    """Login; ``-`` when nobody was signed in."""
    role: str
    action: str
    """Stable word of the route's policy."""
    object_kind: str
    object_id: str
    """Identifier, or the words searched for."""
    akte: str | None = None
    document: str | None = None
    purpose: str = ""
    result: str = "granted"
    """``granted`` or why not."""


@dataclass(frozen=True, slots=True)
class ChainState:
    """What a verification found."""

    entries: int
    intact: bool
    broken_at: int | None = None
    """Number of the first entry that does not fit."""


def append(tx: Transaction, access: Access) -> int:
    """Write one entry and return its number; nodes take turns."""
    tx.run("/*pg LOCK TABLE access_log IN SHARE ROW EXCLUSIVE MODE */")
    seq, previous = head(tx)
    # What somebody searched for may hold a zero sign, which not every engine keeps as it is.
    said = asdict(access) | {"object_id": access.object_id.replace("\0", "␀")}
    values = {"seq": seq + 1, **said}
    tx.run(
        "INSERT INTO access_log (seq, at_us, tenant, actor, role, action, object_kind,"
        " object_id, akte, document, purpose, result, previous, hash)"
        " VALUES (:seq, :at_us, :tenant, :actor, :role, :action, :object_kind,"
        " :object_id, :akte, :document, :purpose, :result, :previous, :hash)",
        previous=previous,
        hash=chain(previous, values),
        **values,
    )
    return seq + 1


def head(tx: Transaction) -> tuple[int, str]:
    """Return number and digest of the newest entry, to be kept outside."""
    row = tx.one("SELECT seq, hash FROM access_log ORDER BY seq DESC LIMIT 1")
    return (row["seq"], row["hash"]) if row else (0, START)


def verify(tx: Transaction) -> ChainState:
    """Walk the whole chain."""
    previous, seq = START, 0
    while rows := _after(tx, seq):
        for row in rows:
            if not _fits(row, seq + 1, previous):
                return ChainState(seq, intact=False, broken_at=seq + 1)
            previous, seq = row["hash"], row["seq"]
    return ChainState(seq, intact=True)


def page(
    tx: Transaction, tenant: str | None, *, before: int | None = None, limit: int = 50
) -> list[Row]:
    """Return entries of a tenant, newest first; of the operator's own people for ``None``."""
    return tx.all(
        "SELECT * FROM access_log WHERE tenant IS NOT DISTINCT FROM :tenant"
        " AND (:before IS NULL OR seq < :before) ORDER BY seq DESC LIMIT :limit",
        tenant=tenant,
        before=before,
        limit=limit,
    )


def readers(
    tx: Transaction, tenant: str, akte: str, *, before: int | None = None, limit: int = 50
) -> list[Row]:
    """Return who has accessed one file, newest first."""
    return tx.all(
        "SELECT * FROM access_log WHERE tenant = :tenant AND akte = :akte"
        " AND (:before IS NULL OR seq < :before) ORDER BY seq DESC LIMIT :limit",
        tenant=tenant,
        akte=akte,
        before=before,
        limit=limit,
    )


def _after(tx: Transaction, seq: int) -> list[Row]:
    return tx.all("SELECT * FROM access_log WHERE seq > :seq ORDER BY seq LIMIT 1000", seq=seq)


def _fits(row: Row, seq: int, previous: str) -> bool:
    return bool(
        row["seq"] == seq and row["previous"] == previous and row["hash"] == chain(previous, row)
    )
