"""One promise in the place of another, by the will of a person; the order of the lane is kept."""

from __future__ import annotations

import json

from hub.store import lanes
from hub.store.database import Transaction
from hub.store.lanes import Promise


def stand_in(tx: Transaction, old: Promise, new: Promise, now_us: int) -> bool:
    """Let a new promise take the place of the one that blocks its lane.

    What waits behind goes on waiting behind. The old promise leaves the lane.
    """
    freed = tx.run(
        "UPDATE lane SET state = 'ready', epoch = epoch + 1, blocked_by = NULL, due_us = :now "
        "WHERE tenant = :tenant AND state = 'blocked' AND blocked_by = :id",
        now=now_us, tenant=old.tenant, id=old.id,
    )  # fmt: skip
    if not freed:
        return False
    step_aside(tx, old, now_us)
    tx.run(
        _STAND_IN, tenant=new.tenant, id=new.id, message_id=new.message_id, kind=new.kind,
        queue=old.queue, lane_key=old.lane_key, seq=old.lane_seq,
        spec=json.dumps(new.spec, ensure_ascii=False), payload=new.payload_sha256, now=now_us,
        deadline=new.deadline_us, replaces=old.id,
    )  # fmt: skip
    return True


_STAND_IN = """
INSERT INTO promise (tenant, id, message_id, kind, queue, lane_key, lane_seq, state, spec,
  payload_sha256, made_us, deadline_us, replaces)
VALUES (:tenant, :id, :message_id, :kind, :queue, :lane_key, :seq, 'waiting', :spec,
  :payload, :now, :deadline, :replaces)
"""


def step_aside(tx: Transaction, old: Promise, now_us: int) -> None:
    """Take a promise out of its lane and leave it behind."""
    tx.run(
        "UPDATE promise SET state = 'skipped', done_us = :now, lane_key = :aside "
        "WHERE tenant = :tenant AND id = :id",
        now=now_us, aside=f"{old.lane_key}~{old.id}", tenant=old.tenant, id=old.id,
    )  # fmt: skip


def take_over(tx: Transaction, old: Promise, new: Promise, now_us: int) -> bool:
    """Let the promise that has just joined a lane at its end take the place of its blocked head.

    Both must have been written in this unit of work's view of the lane: the place at the end is
    given back.
    """
    freed = tx.run(
        "UPDATE lane SET state = 'ready', epoch = epoch + 1, blocked_by = NULL, due_us = :now, "
        "next_seq = next_seq - 1 WHERE tenant = :tenant AND queue = :queue "
        "AND lane_key = :key AND state = 'blocked' AND blocked_by = :id AND next_seq = :end + 1",
        now=now_us, tenant=old.tenant, queue=old.queue, key=old.lane_key, id=old.id,
        end=new.lane_seq,
    )  # fmt: skip
    if not freed:
        return False
    step_aside(tx, old, now_us)
    tx.run(
        "UPDATE promise SET lane_seq = :seq WHERE tenant = :tenant AND id = :id",
        seq=old.lane_seq, tenant=new.tenant, id=new.id,
    )  # fmt: skip
    return True


def follow_up(tx: Transaction, old: Promise, new: Promise, now_us: int) -> None:
    """Give the repetition of a promise that is over a place at the end of its lane."""
    lanes.add(tx, new, now_us)
    tx.run(
        "UPDATE promise SET replaces = :old WHERE tenant = :tenant AND id = :id",
        old=old.id, tenant=new.tenant, id=new.id,
    )  # fmt: skip


def confirm_skipped(tx: Transaction, tenant: str, promise_id: str) -> None:
    """Call a promise that was passed over confirmed: a human knows that it arrived."""
    tx.run(
        "UPDATE promise SET state = 'confirmed' "
        "WHERE tenant = :tenant AND id = :id AND state = 'skipped'",
        tenant=tenant, id=promise_id,
    )  # fmt: skip
