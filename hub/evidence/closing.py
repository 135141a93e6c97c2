"""Which part of a tenant's journal a closed year lets go of, and what stands in its way.

An archive begins behind the one before and ends with a checkpoint, so that no signature
covers entries on both sides. It never holds an entry of something that is still open.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.evidence.checkpoints import Checkpoint, last_up_to
from hub.evidence.export import Period, Run, first_from
from hub.store import journal
from hub.store.database import Transaction

EXAMPLES = 10
"""So many of a kind are named; all are counted."""


@dataclass(frozen=True, slots=True)
class Span:
    """Entries that may leave together."""

    run: Run
    checkpoint: Checkpoint
    """The last one of the run, at its last entry."""

    @property
    def name(self) -> str:
        """Name of the archive: office, year, first and last number."""
        run = self.run
        return f"{run.tenant}_{run.period}_{run.first}-{run.last}"

    @property
    def entries(self) -> int:
        """How many entries there are."""
        return self.run.last - self.run.first + 1


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Things of one kind whose entries must stay."""

    kind: str
    """``message``: unfinished; ``clearing``: undecided; ``case``: on hold."""
    count: int
    first_seq: int
    """The first entry of them."""
    examples: tuple[str, ...]
    """Message ids or case numbers, those with the oldest entries first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What of a tenant's journal can be archived, and what stands in the way of the rest."""

    whole: Span | None
    """Everything up to the end of the year; none: there is nothing."""
    free: Span | None
    """What lies before the first obstacle."""
    obstacles: tuple[Obstacle, ...]
    left: int
    """Entries sealed earlier that are still to be removed."""


def plan(tx: Transaction, tenant: str, year: Period) -> Plan:
    """Look at what could be archived."""
    base, first = journal.base(tx, tenant).seq, first_left(tx, tenant)
    left = base - first + 1 if first is not None else 0
    end = first_from(tx, tenant, base, year.until_us)
    last = end - 1 if end is not None else next(
        (head.seq for head in journal.heads(tx) if head.tenant == tenant), 0
    )  # fmt: skip
    whole = _span(tx, Run(tenant, base + 1, last, year.name))
    if whole is None:
        return Plan(None, None, (), left)
    found = _obstacles(tx, whole.run)
    before = min([last + 1, *(one.first_seq for one in found)])
    return Plan(whole, _span(tx, Run(tenant, base + 1, before - 1, year.name)), found, left)


def first_left(tx: Transaction, tenant: str) -> int | None:
    """Return the first sealed entry that is still in the database."""
    row = tx.one("SELECT min(seq) AS seq FROM journal WHERE tenant = :tenant", tenant=tenant)
    first: int | None = row["seq"] if row else None
    return first if first is not None and first <= journal.base(tx, tenant).seq else None


def _span(tx: Transaction, wanted: Run) -> Span | None:
    """Return the run up to its last checkpoint; nothing is signed of an empty one."""
    checkpoint = last_up_to(tx, wanted.tenant, wanted.last)
    if checkpoint is None or checkpoint.seq < wanted.first:
        return None
    return Span(Run(wanted.tenant, wanted.first, checkpoint.seq, wanted.period), checkpoint)


def _obstacles(tx: Transaction, run: Run) -> tuple[Obstacle, ...]:
    found = []
    for kind, sql in _IN_THE_WAY.items():
        rows = tx.all(
            f"SELECT subject, min(journal.seq) AS seq FROM ({sql}) AS stays "  # noqa: S608  our own constants
            "JOIN journal ON journal.tenant = :tenant AND journal.message_id = stays.message_id "
            "AND journal.seq BETWEEN :first AND :last GROUP BY subject ORDER BY seq, subject",
            tenant=run.tenant, first=run.first, last=run.last,
        )  # fmt: skip
        if rows:
            examples = tuple(row["subject"] for row in rows[:EXAMPLES])
            found.append(Obstacle(kind, len(rows), rows[0]["seq"], examples))
    return tuple(found)


_IN_THE_WAY = {
    "message": "SELECT id AS message_id, id AS subject FROM message WHERE tenant = :tenant "
    "AND state IN ('received', 'routed', 'clearing') "
    "UNION SELECT id, id FROM message WHERE tenant = :tenant "
    "AND state IN ('closed', 'refused', 'duplicate') AND open_promises > 0",
    "clearing": "SELECT message_id, message_id AS subject FROM clearing "
    "WHERE tenant = :tenant AND state = 'open'",
    "case": "SELECT message.id AS message_id, message.case_key AS subject FROM message "
    "JOIN retention_hold ON retention_hold.tenant = message.tenant "
    "AND retention_hold.case_key = message.case_key AND retention_hold.ended_us IS NULL "
    "WHERE message.tenant = :tenant",
}
"""What is not finished, by kind: its messages and the name it is known by."""
