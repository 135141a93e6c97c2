"""The journal as JSON lines: one section per tenant, verifiable without this program.

A section begins with a line that names tenant, range and noted head, goes on with the public
keys, the seals of archives and the entries, each checkpoint behind its last entry, and ends
with a line that counts them.
``hub/verifier/verify_journal.py`` judges it and shares no code with us.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.certificates.signing import public_keys
from hub.evidence import seals
from hub.evidence.checkpoints import Checkpoint, after, key_line, line
from hub.store import journal
from hub.store.database import Row, Transaction
from hub.store.journal import START, Head

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment to the one at which the next period begins."""

    name: str
    """For people and file names, for example ``2026-11``."""
    from_us: int
    until_us: int


@dataclass(frozen=True, slots=True)
class Run:
    """Entries that follow each other."""

    tenant: str
    first: int
    last: int
    period: str | None = None
    """For people; none: up to the chain's end."""


def tenants(tx: Transaction) -> list[str]:
    """Return every tenant that has a journal, also one whose head was taken away."""
    known = {head.tenant for head in journal.heads(tx)}
    return sorted(known | set(journal.headless(tx)))


def section(tx: Transaction, tenant: str, period: Period | None = None) -> Iterator[str]:
    """Yield the lines of a tenant's journal, what is live of it or of a period.

    Around a period lie bare hashes up to the checkpoints it touches, so that its first and
    last entries are covered by a signature too without a word of what stands beside them.
    The whole begins behind the last archive and brings the seals of all archives along.
    """
    head = next((h for h in journal.heads(tx) if h.tenant == tenant), Head(tenant, 0, START))
    sealed = seals.of(tx, tenant)
    first, last = _range(tx, head, period)
    run = Run(tenant, first, last, period.name if period else None)
    is_open = period is None or last == head.seq
    yield from _lines(tx, run, head if is_open else None, sealed if period is None else [])


def closed_run(tx: Transaction, run: Run) -> Iterator[str]:
    """Yield the lines of a run of entries that begins and ends with checkpoints."""
    yield from _lines(tx, run, None, [])


def _lines(
    tx: Transaction, run: Run, head: Head | None, sealed: Sequence[seals.Seal]
) -> Iterator[str]:
    checkpoints = [c for c in after(tx, run.tenant, 0) if c.seq >= run.first]
    begin = min([run.first, *(c.first_seq for c in checkpoints[:1])])
    yield _line(
        "journal", format=FORMAT, tenant=run.tenant, first=run.first, begin=begin,
        previous=_hash_before(tx, run.tenant, begin), period=run.period,
        head={"seq": head.seq, "hash": head.hash} if head else None,
    )  # fmt: skip
    yield from map(key_line, public_keys(tx))
    yield from map(seals.line, sealed)
    count = 0
    for row in journal.entries(tx, run.tenant, begin - 1):
        if not head and row["seq"] > run.last and _is_covered(checkpoints, run.last):
            break
        is_inside = run.first <= row["seq"] and (head is not None or row["seq"] <= run.last)
        yield _line("entry", **row) if is_inside else _bare(row)
        count += is_inside
        while checkpoints and checkpoints[0].seq <= row["seq"]:
            yield line(checkpoints.pop(0))
    if head:
        yield from map(line, checkpoints)
    yield _line("end", tenant=run.tenant, entries=count)


def _is_covered(ahead: list[Checkpoint], last: int) -> bool:
    """Tell whether no checkpoint that is still to come speaks of the last entry."""
    return not ahead or ahead[0].first_seq > last


def _bare(row: Row) -> str:
    return _line("hash", seq=row["seq"], hash=row["hash"])


def _range(tx: Transaction, head: Head, period: Period | None) -> tuple[int, int]:
    """Return first and last number of a period; periods that follow each other leave no gap."""
    base = journal.base(tx, head.tenant).seq
    if period is None:
        return base + 1, head.seq
    begin = first_from(tx, head.tenant, base, period.from_us) or head.seq + 1
    end = first_from(tx, head.tenant, base, period.until_us)
    return begin, end - 1 if end else head.seq


def first_from(tx: Transaction, tenant: str, base: int, at_us: int) -> int | None:
    """Return the number of the first entry behind another that is no older than a moment."""
    row = tx.one(
        "SELECT seq FROM journal WHERE tenant = :tenant AND seq > :base AND at_us >= :at "
        "ORDER BY seq LIMIT 1",
        tenant=tenant, base=base, at=at_us,
    )  # fmt: skip
    return row["seq"] if row else None


def _hash_before(tx: Transaction, tenant: str, first: int) -> str:
    base = journal.base(tx, tenant)
    if first == base.seq + 1:
        return base.hash
    row = tx.one(
        "SELECT hash FROM journal WHERE tenant = :tenant AND seq = :seq",
        tenant=tenant, seq=first - 1,
    )  # fmt: skip
    return row["hash"] if row else START


def _line(kind: str, **values: object) -> str:
    return json.dumps({"type": kind, **values}, ensure_ascii=False)
