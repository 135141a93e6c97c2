"""What is due, and what people must be told of: verifications, drills, lost capabilities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.core.settings import Upkeep
from hub.core.windows import next_open_us
from hub.store.database import Row, Transaction
from hub.store.desk.alarms import Sign
from hub.store.upkeep import probes, runs
from hub.store.upkeep.runs import Kind

DAY_US = 86_400_000_000
AGAIN_US = 6 * 3_600_000_000
"""When what failed is tried again."""
FIRST = "first_planned"
"""What never was is due a day later: on the day of an update nobody wants everything read."""
PATIENCE = 1.5
"""Beyond so many times the interval something is overdue."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an office stands with one kind of run."""

    kind: Kind
    last: Row | None
    """The last run that ended, however."""
    whole: Row | None
    """The last that came to its end."""
    open: Row | None
    """The one that is wanted or running."""
    due_us: int | None
    """When the next is due; ``None``: never by itself."""


def standing(tx: Transaction, tenant: str, kind: Kind, rules: Upkeep, now_us: int) -> Standing:
    """Return how an office stands."""
    last, whole = runs.last(tx, tenant, kind), runs.last(tx, tenant, kind, whole=True)
    days = rules.verify_days if kind == "verify" else rules.drill_days
    due_us = None
    if days:
        begun_us = probes.events(tx).get(FIRST, now_us)
        due_us = whole["ended_us"] + days * DAY_US if whole else begun_us + DAY_US
        if last and last["state"] == "failed":
            due_us = max(due_us, last["ended_us"] + AGAIN_US)
    return Standing(kind, last, whole, runs.open_run(tx, tenant, kind), due_us)


def want_due(tx: Transaction, tenants: Sequence[str], rules: Upkeep, now_us: int) -> int:
    """Ask for what is due, one after the other; return how many runs are new."""
    if next_open_us(rules.window, None, now_us) != now_us:
        return 0
    if FIRST not in probes.events(tx):
        probes.note_event(tx, FIRST, now_us)
    new = 0
    for tenant in tenants:
        for kind in runs.KINDS:
            found = standing(tx, tenant, kind, rules, now_us)
            if found.due_us is not None and found.due_us <= now_us and found.open is None:
                new += runs.want(tx, tenant, kind, runs.DUE, now_us)
    return new


def signs(tx: Transaction, tenants: Sequence[str], rules: Upkeep, now_us: int) -> Iterator[Sign]:
    """Yield what is wrong with storage or was not looked at for too long."""
    for tenant in tenants:
        for kind in runs.KINDS:
            yield from _of_runs(standing(tx, tenant, kind, rules, now_us), rules, tenant, now_us)
        probe = probes.find(tx, tenant)
        for one in probe.faults() if probe else ():
            yield Sign("capability", one.name, 1, 1, tenant)


def _of_runs(found: Standing, rules: Upkeep, tenant: str, now_us: int) -> Iterator[Sign]:
    if found.whole and found.whole["state"] == "faulty":
        yield Sign(f"{found.kind}_faults", "", found.whole["faults"], 1, tenant)
    if found.last and found.last["state"] == "failed":
        yield Sign(f"{found.kind}_failed", found.last["code"], 1, 1, tenant)
    days = rules.verify_days if found.kind == "verify" else rules.drill_days
    if days and found.whole:
        age = (now_us - found.whole["ended_us"]) / DAY_US
        yield Sign(f"{found.kind}_overdue", "", age, age / (days * PATIENCE), tenant)
