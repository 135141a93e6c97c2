"""Claims of lanes that lead to a partner, whose offices may be shut out for now."""

from __future__ import annotations

from dataclasses import dataclass

from hub.store import lanes
from hub.store.database import Transaction
from hub.store.desk.holds import PAUSED_US
from hub.store.lanes import NOT_HELD, Promise


@dataclass(frozen=True, slots=True)
class Lease:
    """Who claims, when, and until when."""

    me: str
    now_us: int
    until_us: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lanes of a partner are claimed."""

    partner: str
    limit: int
    oldest: bool = False
    """Whether the head that was promised first goes first: it probes for all others."""
    tenant: str | None = None
    """One office, even if its access is shut; none: every office whose access is open."""


def claim(tx: Transaction, queue: str, wanted: Wanted, lease: Lease) -> list[Promise]:
    """Lease due lanes and return their heads; the attempt counts from here."""
    leased = tx.all(
        _OLDEST if wanted.oldest else _NEXT,
        queue=queue, limit=wanted.limit, partner=wanted.partner, tenant=wanted.tenant,
        me=lease.me, now=lease.now_us, until=lease.until_us,
    )  # fmt: skip
    return lanes.begin(tx, queue, leased)


def claim_overdue(
    tx: Transaction, queue: str, limit: int, lease: Lease
) -> list[tuple[Promise, str]]:
    """Lease heads whose deadline is over, though nobody tried them; no attempt is counted.

    Returns each with the state to stop it in: ``unknown`` when its bytes may have left.
    """
    leased = tx.all(
        _OVERDUE, queue=queue, limit=limit, me=lease.me, now=lease.now_us, until=lease.until_us
    )
    overdue = []
    for lane in leased:
        row = tx.one(
            "SELECT * FROM promise WHERE tenant = :tenant AND queue = :queue "
            "AND lane_key = :lane_key AND lane_seq = :head_seq",
            tenant=lane["tenant"], queue=queue, lane_key=lane["lane_key"],
            head_seq=lane["head_seq"],
        )  # fmt: skip
        if row is not None:
            state = "unknown" if row["state"] == "sent" else "dead"
            overdue.append((lanes.to_promise(row, epoch=lane["epoch"]), state))
    return overdue


def end_all(tx: Transaction, now_us: int) -> None:
    """End what any node holds of lanes; only where none of them can be at work."""
    tx.run("UPDATE lane SET due_us = :now WHERE state = 'leased' AND due_us > :now", now=now_us)


def _leasing(condition: str, order: str) -> str:
    return f"""
WITH due AS (
  SELECT lane.tenant, lane.queue, lane.lane_key FROM lane
  JOIN promise head ON head.tenant = lane.tenant AND head.queue = lane.queue
    AND head.lane_key = lane.lane_key AND head.lane_seq = lane.head_seq
  WHERE lane.queue = :queue AND lane.state IN ('ready', 'leased') AND lane.due_us <= :now
    AND {condition} AND {NOT_HELD}
  ORDER BY {order} LIMIT :limit /*pg FOR UPDATE OF lane SKIP LOCKED */
)
UPDATE lane SET state = 'leased', epoch = epoch + 1, leased_by = :me, due_us = :until
FROM due WHERE lane.tenant = due.tenant AND lane.queue = due.queue
  AND lane.lane_key = due.lane_key
RETURNING lane.tenant, lane.lane_key, lane.head_seq, lane.next_seq, lane.epoch
"""  # noqa: S608  constants of ours


_ADMITTED = """
(:tenant IS NULL OR lane.tenant = :tenant)
AND (:tenant IS NOT NULL OR NOT EXISTS (SELECT 1 FROM target WHERE target.partner = :partner
  AND target.tenant = lane.tenant AND target.state <> 'closed'))
"""
_NEXT = _leasing(_ADMITTED, "lane.due_us")
_OLDEST = _leasing(_ADMITTED, "head.made_us, head.id")
_OVERDUE = _leasing(f"head.deadline_us + {PAUSED_US} < :now", "lane.due_us")
