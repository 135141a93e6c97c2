"""Targets: a circuit breaker and a limit per partner, shared by all nodes.

A row of tenant ``''`` stands for the partner itself, a row of an office for that office's
access to it: a certificate the partner refuses must stop that office and nobody else. Rows
are looked at before a lane is claimed, so what is open consumes neither leases nor attempts.

States are changed only here, by conditional updates: of many nodes that see the same failure
one opens, of many that see the time come one probes. All times are microseconds handed in.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.store.database import Row, Transaction

PARTNER = ""
"""In place of an office: the partner itself."""

STORAGE = "efile storage"
"""In place of a partner: the e-file's storage. No partner can be called so."""

_SUCCESS_EVERY_US = 60_000_000
"""The last success is kept to the minute: a write for every delivery would cost more."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What may be claimed for a partner now."""

    lanes: int
    probe: bool = False
    """Whether the one lane is a probe, for which the oldest head is taken."""
    tenant: str | None = None
    """The office whose access is probed."""


NOTHING = Admission(0)


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure as the breaker sees it."""

    code: str
    at_us: int
    again_us: int
    """When the target may be tried again, should this failure open it."""
    limit: int
    """Failures in a row that open it; 1 for what cannot pass by itself."""


def is_shut(tx: Transaction, partner: str, now_us: int) -> bool:
    """Tell whether a partner waits for its next probe; a look that costs no commit."""
    row = find(tx, partner)
    return bool(row and row["state"] != "closed" and now_us < row["next_probe_us"])


def admit(
    tx: Transaction, partner: str, queue: str, *, in_flight_max: int, now_us: int, lease_us: int
) -> Admission:
    """Decide what may be claimed for a partner; followed by the claim in the same unit.

    The row stays locked to the end of the unit, so that nodes count one after the other.
    """
    row = tx.one(_LOCK, partner=partner, tenant=PARTNER, in_flight_max=in_flight_max)
    if row is None:
        msg = "an upsert returns its row"
        raise AssertionError(msg)
    if row["state"] == "closed":
        busy = tx.one(_IN_FLIGHT, queue=queue, now=now_us)
        return Admission(max(0, in_flight_max - (busy["n"] if busy else 0)))
    if _begin_probe(tx, partner, PARTNER, now_us, lease_us):
        return Admission(1, probe=True)
    return NOTHING


_LOCK = """
INSERT INTO target (partner, tenant, state, in_flight_max)
VALUES (:partner, :tenant, 'closed', :in_flight_max)
ON CONFLICT (partner, tenant) DO UPDATE SET in_flight_max = excluded.in_flight_max
RETURNING *
"""

_IN_FLIGHT = """
SELECT count(*) AS n FROM lane WHERE queue = :queue AND state = 'leased' AND due_us > :now
"""


def office_to_probe(tx: Transaction, partner: str, now_us: int, lease_us: int) -> str | None:
    """Begin to probe an office's access whose time has come, and return the office."""
    rows = tx.all(
        "SELECT tenant FROM target WHERE partner = :partner AND tenant <> '' "
        "AND state <> 'closed' AND next_probe_us <= :now ORDER BY next_probe_us LIMIT 1",
        partner=partner, now=now_us,
    )  # fmt: skip
    if rows and _begin_probe(tx, partner, rows[0]["tenant"], now_us, lease_us):
        tenant: str = rows[0]["tenant"]
        return tenant
    return None


def _begin_probe(tx: Transaction, partner: str, tenant: str, now_us: int, lease_us: int) -> bool:
    return bool(
        tx.run(
            "UPDATE target SET state = 'half_open', next_probe_us = :until "
            "WHERE partner = :partner AND tenant = :tenant AND state <> 'closed' "
            "AND next_probe_us <= :now",
            partner=partner, tenant=tenant, now=now_us, until=now_us + lease_us,
        )
    )  # fmt: skip


def put_off(tx: Transaction, partner: str, tenant: str, until_us: int) -> None:
    """Look again later: nothing was there to probe with."""
    tx.run(
        "UPDATE target SET state = 'open', next_probe_us = :until "
        "WHERE partner = :partner AND tenant = :tenant AND state = 'half_open'",
        partner=partner, tenant=tenant, until=until_us,
    )  # fmt: skip


def succeeded(tx: Transaction, partner: str, tenant: str, now_us: int) -> list[str]:
    """Note an answer and close what was open; return ``''`` and the office as they closed."""
    rows = tx.all(
        "SELECT tenant, state FROM target WHERE partner = :partner AND tenant IN ('', :tenant) "
        "AND (state <> 'closed' OR failures > 0 OR last_success_us IS NULL "
        "OR last_success_us < :lately) ORDER BY tenant",
        partner=partner, tenant=tenant, lately=now_us - _SUCCESS_EVERY_US,
    )  # fmt: skip
    closed = [
        row["tenant"] for row in rows if row["state"] != "closed" and _close(tx, partner, row)
    ]
    for row in rows:
        tx.run(
            "UPDATE target SET failures = 0, last_success_us = :now "
            "WHERE partner = :partner AND tenant = :tenant",
            partner=partner, tenant=row["tenant"], now=now_us,
        )  # fmt: skip
    return closed


def _close(tx: Transaction, partner: str, row: Row) -> bool:
    return bool(
        tx.run(
            "UPDATE target SET state = 'closed', probes = 0, code = NULL, opened_us = NULL, "
            "next_probe_us = NULL WHERE partner = :partner AND tenant = :tenant "
            "AND state <> 'closed'",
            partner=partner, tenant=row["tenant"],
        )
    )  # fmt: skip


def failed(tx: Transaction, partner: str, tenant: str, failure: Failure) -> bool:
    """Note a failure of the partner (``tenant`` ``''``) or of an office's access to it.

    Returns ``True`` for the one failure that opens the target.
    """
    name = {"partner": partner, "tenant": tenant}
    tx.run(_COUNT, **name, in_flight_max=0)
    reopened = tx.run(
        "UPDATE target SET state = 'open', probes = probes + 1, next_probe_us = :again, "
        "code = :code WHERE partner = :partner AND tenant = :tenant AND state = 'half_open'",
        **name, again=failure.again_us, code=failure.code,
    )  # fmt: skip
    if reopened:
        return False
    return bool(
        tx.run(
            "UPDATE target SET state = 'open', opened_us = :now, next_probe_us = :again, "
            "code = :code WHERE partner = :partner AND tenant = :tenant AND state = 'closed' "
            "AND failures >= :limit",
            **name, now=failure.at_us, again=failure.again_us, code=failure.code,
            limit=failure.limit,
        )
    )  # fmt: skip


_COUNT = """
INSERT INTO target (partner, tenant, state, failures, in_flight_max)
VALUES (:partner, :tenant, 'closed', 1, :in_flight_max)
ON CONFLICT (partner, tenant) DO UPDATE SET failures = target.failures + 1
"""


def find(tx: Transaction, partner: str, tenant: str = PARTNER) -> Row | None:
    """Return one target."""
    return tx.one(
        "SELECT * FROM target WHERE partner = :partner AND tenant = :tenant",
        partner=partner, tenant=tenant,
    )  # fmt: skip


def listed(tx: Transaction, tenant: str | None = None) -> list[Row]:
    """Return every partner's target with what waits for it, for pages, commands and figures.

    Columns: those of the table but ``probes``; ``in_flight``, ``waiting`` and ``oldest_us``,
    the time of the oldest head not yet delivered. Blocked lanes are not among them. An office
    sees the partners and its own accesses, with its own deliveries counted.
    """
    return tx.all(_LISTED, tenant=tenant, storage=STORAGE)


_LISTED = """
SELECT target.partner, target.tenant, target.state, target.failures, target.in_flight_max,
  target.code, target.opened_us, target.next_probe_us, target.last_success_us,
  (SELECT count(*) FROM lane WHERE lane.queue = 'deliver:' || target.partner
    AND lane.state = 'leased') AS in_flight,
  (SELECT COALESCE(sum(next_seq - head_seq), 0) FROM lane
    WHERE lane.queue = 'deliver:' || target.partner AND lane.state IN ('ready', 'leased')
    AND (target.tenant = '' OR lane.tenant = target.tenant)
    AND (:tenant IS NULL OR lane.tenant = :tenant)) AS waiting,
  (SELECT min(head.made_us) FROM lane JOIN promise head ON head.tenant = lane.tenant
    AND head.queue = lane.queue AND head.lane_key = lane.lane_key
    AND head.lane_seq = lane.head_seq
    WHERE lane.queue = 'deliver:' || target.partner AND lane.state IN ('ready', 'leased')
    AND (target.tenant = '' OR lane.tenant = target.tenant)
    AND (:tenant IS NULL OR lane.tenant = :tenant)) AS oldest_us
FROM target
WHERE target.partner <> :storage AND (:tenant IS NULL OR target.tenant IN ('', :tenant))
ORDER BY target.partner, target.tenant
"""
