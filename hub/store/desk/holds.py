"""Holds: what must not run for a while, by the will of a person.

A hold covers lanes. What is covered keeps its place and is not claimed; when the hold ends, by
its date or by hand, it is due again at once. Nothing is written to what it covers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from hub.store.database import Row, Transaction

_BEGAN = "CASE WHEN hold.made_us > head.made_us THEN hold.made_us ELSE head.made_us END"
_ENDED = """CASE WHEN coalesce(hold.ended_us, hold.until_us) < :now
  THEN coalesce(hold.ended_us, hold.until_us) ELSE :now END"""
PAUSED_US = f"""CAST(coalesce((SELECT sum(({_ENDED}) - ({_BEGAN})) FROM hold
  WHERE ({_ENDED}) > ({_BEGAN}) AND (hold.tenant = '' OR hold.tenant = head.tenant)
  AND (hold.kind = 'tenant' OR (hold.kind = 'case' AND hold.value = head.lane_key)
    OR (hold.kind = 'route' AND hold.value = head.queue) OR (hold.kind = 'partner'
      AND head.queue IN ('deliver:' || hold.value, 'order:' || hold.value)))), 0) AS BIGINT)"""  # noqa: S608  constants of ours
"""How long the promise ``head`` was held back so far: its deadline is later by as much.

Holds that overlap count each for itself; that only gives more time.
"""

EVERYBODY = ""
"""As tenant of a hold: every office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What is held, why, by whom, until when."""

    id: str
    tenant: str
    kind: str
    """``case``, ``route`` (a queue), ``partner`` or ``tenant``."""
    value: str
    reason: str
    actor: str
    until_us: int


def put(tx: Transaction, hold: Hold, now_us: int) -> bool:
    """Set a hold; ``False`` when it was set before."""
    return bool(
        tx.run(
            "INSERT INTO hold (id, tenant, kind, value, reason, actor, made_us, until_us) "
            "VALUES (:id, :tenant, :kind, :value, :reason, :actor, :now, :until_us) "
            "ON CONFLICT (id) DO NOTHING",
            **asdict(hold), now=now_us,
        )
    )  # fmt: skip


def end(tx: Transaction, hold_id: str, actor: str, now_us: int) -> bool:
    """End a hold before its date; a second click changes nothing."""
    return bool(
        tx.run(
            "UPDATE hold SET ended_us = :now, ended_by = :actor "
            "WHERE id = :id AND ended_us IS NULL AND until_us > :now",
            now=now_us, actor=actor, id=hold_id,
        )
    )  # fmt: skip


def paused_us(tx: Transaction, tenant: str, promise_id: str, now_us: int) -> int:
    """Return how long a promise was held back so far."""
    row = tx.one(
        f"SELECT {PAUSED_US} AS paused FROM promise head "  # noqa: S608  constants of ours
        "WHERE head.tenant = :tenant AND head.id = :id",
        tenant=tenant, id=promise_id, now=now_us,
    )  # fmt: skip
    return int(row["paused"]) if row else 0


def find(tx: Transaction, scope: str | None, hold_id: str) -> Row | None:
    """Return a hold an office has set, or any for the central operator."""
    return tx.one(
        "SELECT * FROM hold WHERE id = :id AND (:scope IS NULL OR tenant = :scope)",
        id=hold_id, scope=scope,
    )  # fmt: skip


def in_force(tx: Transaction, scope: str | None, now_us: int) -> list[Row]:
    """Return the holds that touch an office now, the soonest to end first."""
    return tx.all(
        "SELECT hold.*, (SELECT count(*) FROM lane WHERE lane.state IN ('ready', 'leased') "
        "AND (hold.tenant = '' OR hold.tenant = lane.tenant) AND (hold.kind = 'tenant' "
        "OR (hold.kind = 'case' AND hold.value = lane.lane_key) "
        "OR (hold.kind = 'route' AND hold.value = lane.queue) "
        "OR (hold.kind = 'partner' AND lane.queue IN "
        "('deliver:' || hold.value, 'order:' || hold.value)))) AS lanes FROM hold "
        "WHERE ended_us IS NULL AND until_us > :now "
        "AND (:scope IS NULL OR tenant = :scope OR tenant = '') ORDER BY until_us, id",
        now=now_us, scope=scope,
    )  # fmt: skip


def on_message(tx: Transaction, tenant: str, message_id: str, now_us: int) -> list[Row]:
    """Return the holds that keep anything of a message from running."""
    return tx.all(
        "SELECT DISTINCT hold.id, hold.kind, hold.value, hold.reason, hold.actor, hold.until_us "
        "FROM hold JOIN promise ON promise.tenant = :tenant AND promise.message_id = :id "
        "AND promise.state IN ('waiting', 'leased') "
        "WHERE hold.ended_us IS NULL AND hold.until_us > :now "
        "AND (hold.tenant = '' OR hold.tenant = promise.tenant) AND (hold.kind = 'tenant' "
        "OR (hold.kind = 'case' AND hold.value = promise.lane_key) "
        "OR (hold.kind = 'route' AND hold.value = promise.queue) "
        "OR (hold.kind = 'partner' AND promise.queue IN "
        "('deliver:' || hold.value, 'order:' || hold.value))) ORDER BY hold.until_us",
        tenant=tenant, id=message_id, now=now_us,
    )  # fmt: skip
