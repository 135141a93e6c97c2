"""The circuit breaker of a target: what successes and failures do to it, and who is told.

Opening and closing are journalled once, with the message that showed it, and logged once;
while a target is open nothing is said and nothing is tried but one probe per pause.
"""

from __future__ import annotations

import logging
import random

from hub.core.errors import HubError, Unavailable
from hub.core.settings import HttpsTarget
from hub.pipeline.house import House
from hub.pipeline.outcomes import DeliveryClass, is_of_office
from hub.store.database import Transaction
from hub.store.journal import Entry
from hub.store.lanes import Promise
from hub.store.targets import breaker as targets

log = logging.getLogger(__name__)

_CHANCE = random.SystemRandom()


def note_answer(tx: Transaction, promise: Promise, target: HttpsTarget, house: House) -> None:
    """The partner answered, be it yes or no: what was open closes."""
    _note_success(tx, promise, target, promise.tenant, house)


def note_failure(
    tx: Transaction,
    promise: Promise,
    target: HttpsTarget,
    error: HubError,
    ended: DeliveryClass,
    house: House,
) -> None:
    """The partner did not answer, or cannot be used until somebody acts."""
    lasting = ended is DeliveryClass.TARGET
    tenant = promise.tenant if lasting and is_of_office(error) else targets.PARTNER
    if tenant:
        # Whatever it thinks of this office, the partner itself is there.
        _note_success(tx, promise, target, targets.PARTNER, house)
    now_us = house.clock.now_us()
    failure = targets.Failure(
        error.code,
        now_us,
        now_us + _pause_us(tx, target, tenant, error, house),
        1 if lasting else target.open_after,
    )
    if targets.failed(tx, target.name, tenant, failure):
        facts = {"to": target.name, "scope": _scope(tenant), "code": error.code}
        _tell(tx, promise, "target_opened", facts, house)


def _note_success(
    tx: Transaction, promise: Promise, target: HttpsTarget, tenant: str, house: House
) -> None:
    for scope in targets.succeeded(tx, target.name, tenant, house.clock.now_us()):
        _tell(tx, promise, "target_closed", {"to": target.name, "scope": _scope(scope)}, house)


def _pause_us(
    tx: Transaction, target: HttpsTarget, tenant: str, error: HubError, house: House
) -> int:
    """Return the pause before the next probe: it doubles, jitters, and heeds the partner."""
    row = targets.find(tx, target.name, tenant)
    # The probe that just failed, if it was one, is counted together with its consequences.
    probes = row["probes"] + (row["state"] == "half_open") if row else 0
    ceiling_s = min(target.pause_s * 2 ** min(probes, 20), house.settings.delivery.max_retry_s)
    pause_s = _CHANCE.uniform(ceiling_s / 2, ceiling_s)
    if isinstance(error, Unavailable) and error.retry_after_s is not None:
        pause_s = max(pause_s, error.retry_after_s)
    return int(pause_s * 1_000_000)


def _tell(
    tx: Transaction, promise: Promise, action: str, facts: dict[str, str], house: House
) -> None:
    entry = Entry(promise.tenant, action, promise.message_id, promise.id, facts=facts)
    house.journal.append(tx, house.clock.now_us(), entry)
    extra = {"partner": facts["to"], "code": facts.get("code"), "kind": facts["scope"]}
    level = logging.ERROR if action == "target_opened" else logging.INFO
    log.log(level, action, extra=extra)


def _scope(tenant: str) -> str:
    return "office" if tenant else "partner"
