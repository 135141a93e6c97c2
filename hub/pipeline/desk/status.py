"""Asking a partner's status query about a delivery of unknown outcome, by the will of a person.

The question is written down by whoever asks, on a page or a console, and put by a node that
has a line to the partner. *It arrived* ends the delivery, with the answer it had then. *It
never arrived* lets the same delivery go out again under the same key. Anything else changes
nothing: the case stays open, with its other ways out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.core.errors import HubError
from hub.pipeline import intake
from hub.pipeline.desk.deciding import Desk
from hub.pipeline.fulfilment.asking import arrival_of, line_to
from hub.pipeline.fulfilment.ending import what_left
from hub.pipeline.house import House
from hub.pipeline.intake import Arrival
from hub.store import clearing, lanes
from hub.store.database import Row, Transaction
from hub.store.desk import status
from hub.store.lanes import Promise

AT_ONCE = 16
"""Questions put at the same time."""
_SLACK_S = 60.0
"""A node that fell silent loses its questions so long after the partner's own time-out."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a partner knows about a delivery."""

    answer: str
    """``arrived``, ``missing``, or ``none``: it could not say."""
    code: str = ""
    arrival: Arrival | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    """What the journal shall say of it."""


async def put_questions(house: House, desk: Desk) -> int:
    """Put every question that waits, and return how many were answered."""
    now_us = house.clock.now_us()
    if not await house.database.read(lambda tx: status.is_due(tx, now_us)):
        return 0
    until_us = now_us + int((_longest_s(house) + _SLACK_S) * 1_000_000)
    taken = await house.database.write(lambda tx: status.take(tx, AT_ONCE, now_us, until_us))
    ended = await asyncio.gather(*(_put(row, house, desk) for row in taken), return_exceptions=True)
    for fault in ended:
        if fault is not None:
            # What was not written down is asked again when its time is over.
            raise fault
    return len(taken)


def _longest_s(house: House) -> float:
    return max((target.timeout_s for target in house.settings.https), default=0.0)


async def _put(query: Row, house: House, desk: Desk) -> None:
    row = await house.database.read(
        lambda tx: clearing.promise_of(tx, query["tenant"], query["promise_id"])
    )
    found = await _ask(lanes.to_promise(row), house) if row else _Found("none")
    ready = await intake.prepare(found.arrival, house) if found.arrival else None

    def work(tx: Transaction) -> None:
        now_us = house.clock.now_us()
        case = clearing.find(tx, query["tenant"], query["clearing_id"])
        if case is None or not desk.waits_for_answer(tx, case):
            # Somebody decided while the partner was thinking.
            status.answered(tx, query, "moot", "", now_us)
            return
        if not status.answered(tx, query, found.answer, found.code, now_us):
            return
        if ready is not None:
            intake.enter_all(tx, (ready,), house, now_us)
        desk.answered(tx, case, query["actor"], found.answer, found.facts)

    await house.database.write(work)


async def _ask(promise: Promise, house: House) -> _Found:
    try:
        _, line = line_to(promise, house)
        answer = await line.inquire(promise.tenant, promise.id)
        if answer is None:
            return _Found("missing")
        arrival = await arrival_of(promise, answer, house)
    except HubError as exc:
        return _Found("none", exc.code, facts={"code": exc.code})
    facts = {**what_left(promise), "certificate": answer.certificate[:16]}
    return _Found("arrived", "", arrival, facts)
