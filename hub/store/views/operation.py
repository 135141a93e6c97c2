"""Figures and certificates for those who run the house."""

from __future__ import annotations

from collections import Counter

from hub.store.database import Row, Transaction
from hub.store.desk import tally
from hub.store.targets.breaker import listed
from hub.store.views.scope import Scope


def counts(tx: Transaction) -> dict[str, list[Row]]:
    """Return the figures of the metrics page, over all tenants.

    What they cost grows with what is open, not with what was ever promised.
    """
    heads = [
        *tx.all(_HEADS.format("IN ('ready', 'leased')")),
        *tx.all(_HEADS.format("= 'blocked'")),
    ]
    return {
        "messages": _messages(tx),
        "promises": _promises(heads),
        "clearing": tx.all(
            "SELECT tenant, count(*) AS n FROM clearing WHERE state = 'open' GROUP BY 1"
        ),
        "blocked": tx.all(
            "SELECT queue, count(*) AS n FROM lane WHERE state = 'blocked' GROUP BY 1"
        ),
        "oldest": _oldest(heads),
        "targets": listed(tx),
    }


_HEADS = """
SELECT lane.tenant, promise.kind, promise.state, count(*) AS n, min(promise.made_us) AS at_us,
  sum(lane.next_seq - lane.head_seq - 1) AS behind
FROM lane JOIN promise ON promise.tenant = lane.tenant AND promise.queue = lane.queue
  AND promise.lane_key = lane.lane_key AND promise.lane_seq = lane.head_seq
WHERE lane.state {} GROUP BY 1, 2, 3
"""
"""Heads of lanes in some state: each condition is that of an index of its own."""

_STOPPED = frozenset({"unknown", "dead"})


def _promises(heads: list[Row]) -> list[Row]:
    """Return the open promises by kind and state; behind a head everything waits."""
    counted: Counter[tuple[str, str]] = Counter()
    for row in heads:
        counted[row["kind"], row["state"]] += row["n"]
        counted[row["kind"], "waiting"] += int(row["behind"])
    return [
        {"kind": kind, "state": state, "n": n} for (kind, state), n in sorted(counted.items()) if n
    ]


def _oldest(heads: list[Row]) -> list[Row]:
    """Return when the oldest promise of each office was made that no human holds up."""
    oldest: dict[str, int] = {}
    for row in heads:
        if row["state"] not in _STOPPED:
            at_us = row["at_us"]
            oldest[row["tenant"]] = min(oldest.get(row["tenant"], at_us), at_us)
    return [{"tenant": tenant, "at_us": at_us} for tenant, at_us in sorted(oldest.items())]


def _messages(tx: Transaction) -> list[Row]:
    counted: Counter[tuple[str, str]] = Counter()
    for (tenant, _, _, _, state), number in tally.from_rows(tx, None).items():
        counted[tenant, state] += number
    return [
        {"tenant": tenant, "state": state, "n": n} for (tenant, state), n in sorted(counted.items())
    ]


def certificates(tx: Transaction, scope: Scope) -> list[Row]:
    """Return every certificate that is or may come into use, the soonest to expire first."""
    return tx.all(
        "SELECT id, tenant, partner, environment, purpose, state, key_algorithm, key_bits,"
        " subject, issuer, serial, fingerprint, not_before_us, not_after_us, last_used_us"
        " FROM certificate WHERE state <> 'retired' AND (:tenant IS NULL OR tenant = :tenant)"
        " ORDER BY not_after_us IS NULL, not_after_us, id LIMIT 500",
        tenant=scope,
    )
