"""Figures and certificates for those who run the house."""

from __future__ import annotations

from collections import Counter

from hub.store.database import Row, Transaction
from hub.store.desk import tally
from hub.store.targets.breaker import listed
from hub.store.views.scope import Scope


def counts(tx: Transaction) -> dict[str, list[Row]]:
    """Return the figures of the metrics page, over all tenants."""
    return {
        "messages": _messages(tx),
        "promises": tx.all("SELECT kind, state, count(*) AS n FROM promise GROUP BY 1, 2"),
        "clearing": tx.all(
            "SELECT tenant, count(*) AS n FROM clearing WHERE state = 'open' GROUP BY 1"
        ),
        "blocked": tx.all(
            "SELECT queue, count(*) AS n FROM lane WHERE state = 'blocked' GROUP BY 1"
        ),
        "oldest": tx.all(
            "SELECT tenant, min(made_us) AS at_us FROM promise"
            " WHERE state IN ('waiting', 'leased', 'sent', 'batched') GROUP BY 1"
        ),
        "targets": listed(tx),
    }


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
