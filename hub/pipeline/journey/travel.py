"""The journey: messages are decided lane by lane and committed together.

Deciding happens in isolated children (:mod:`hub.pipeline.decision`), a whole lane's messages
at once where several wait; one unit of work then signs everything that was decided. Where
that unit is not taken, each lane is signed by itself, so that no message stops another.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from hub.core import failpoint
from hub.core.clock import local_date
from hub.core.errors import Conflict, HubError, Unavailable, Undecodable
from hub.core.log import log_context
from hub.core.message import Message
from hub.pipeline.decision import verdicts
from hub.pipeline.decision.directions import Directions
from hub.pipeline.decision.knowledge import Query, case_query, payload_query, seen_query
from hub.pipeline.decision.plan import Plan
from hub.pipeline.house import House
from hub.pipeline.isolation.runs import Decided, Run, Wanted
from hub.pipeline.journey.commit import Signed, commit
from hub.pipeline.portions import portions
from hub.pipeline.setbacks import try_again
from hub.routing.route import cheap_key
from hub.store import lanes, messages
from hub.store.database import Transaction
from hub.store.lanes import Promise
from hub.store.payloads import INLINE_BYTES

failpoint.declare("travel_before_read", "travel_after_decide")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Line:
    """What waits in one lane, in order, with its messages and what is known beforehand."""

    promises: tuple[Promise, ...]
    messages: tuple[Message, ...]
    facts: Mapping[Query, object] = field(default_factory=dict)

    def weight(self) -> int:
        """Return how many bytes are read for it; large ones are read by the child alone."""
        return sum(min(message.size_bytes, INLINE_BYTES) for message in self.messages)

    def head(self) -> _Line:
        """Return the first of them alone."""
        return _Line(self.promises[:1], self.messages[:1], self.facts)

    def run(self, now_us: int, *, poison: bool = False) -> Run:
        """Return the run to be decided."""
        wanted = tuple(
            Wanted(message, Directions.of(promise.spec), poison)
            for promise, message in zip(self.promises, self.messages, strict=True)
        )
        return Run(wanted, () if poison else tuple(self.facts.items()), now_us)

    def signed(self, decided: Sequence[Decided]) -> Signed:
        """Return the part that can be signed; what cannot be decided now comes behind it."""
        plans = tuple(one.plan for one in decided if one.plan)
        keeps = bool(plans) and len(plans) < len(decided)
        return Signed(self.promises[: len(plans)], plans, keeps=keeps)


async def travel(promises: Sequence[Promise], house: House) -> None:
    """Take claimed messages all the way down to their commit, lane by lane."""
    failpoint.reach("travel_before_read")
    for lines in portions(await _lines(promises, house), _Line.weight):
        await _travel(lines, house)


async def _travel(known: Sequence[_Line], house: House) -> None:
    lines = await _foreseen(known, house)
    decided = await asyncio.gather(*(_decide(line, house) for line in lines))
    failpoint.reach("travel_after_decide")
    signed = [line.signed(answers) for line, answers in zip(lines, decided, strict=True)]
    await _sign_all([one for one in signed if one.plans], house)
    for line, answers in zip(lines, decided, strict=True):
        if answers and answers[-1].plan is None:
            await try_again(line.promises[len(answers) - 1], _setback(answers[-1]), house)


async def _lines(promises: Sequence[Promise], house: House) -> list[_Line]:
    """Return the claimed promises lane by lane, with their messages."""
    found: dict[tuple[str, str], Message] = {}

    def look(tx: Transaction) -> None:
        for tenant in {promise.tenant for promise in promises}:
            ids = [promise.message_id for promise in promises if promise.tenant == tenant]
            rows = messages.find_all(tx, tenant, ids)
            found.update({(tenant, i): messages.to_message(row) for i, row in rows.items()})

    await house.database.read(look)
    lines = []
    for line in lanes.by_lane(promises).values():
        known = [one for one in line if (one.tenant, one.message_id) in found]
        if len(known) < len(line):
            error = Conflict("message_missing", "Die Nachricht ist nicht im Journal.")
            await try_again(line[0], error, house)
            continue
        lines.append(_Line(tuple(line), tuple(found[p.tenant, p.message_id] for p in line)))
    return lines


async def _foreseen(lines: Sequence[_Line], house: House) -> list[_Line]:
    """Look up at once what deciding will ask for first: bytes, cases, senders' numbers."""
    first = [_first_questions(line) for line in lines]
    known = await house.recall(list(chain.from_iterable(first)))
    numbers = [_numbers(line, known, house) for line in lines]
    known |= await house.recall(list(chain.from_iterable(numbers)))
    return [
        replace(line, facts={query: known[query] for query in (*asked, *more)})
        for line, asked, more in zip(lines, first, numbers, strict=True)
    ]


def _first_questions(line: _Line) -> list[Query]:
    asked = [payload_query(m.tenant, m.record or m.sha256) for m in line.messages]
    keys = {message.case_key for message in line.messages if message.case_key}
    return asked + [case_query(line.messages[0].tenant, key) for key in keys]


def _numbers(line: _Line, known: Mapping[Query, object], house: House) -> list[Query]:
    """Return the questions who used the messages' numbers first, where these are cheap to see."""
    found = []
    for message in line.messages:
        data = known.get(payload_query(message.tenant, message.sha256))
        if message.record or not isinstance(data, bytes):
            continue
        day = local_date(message.received_us)
        for route in house.routes.incoming(message.channel, day, data):
            if number := cheap_key(data, route.business_key):
                key = verdicts.number_key(route.partner, route.kind, number)
                found.append(seen_query(message, "business", key))
    return found


async def _decide(line: _Line, house: House) -> list[Decided]:
    """Return what was decided, from the head of a line on; a fault holds the head."""
    try:
        return await _decided(line, house)
    except HubError as exc:
        return [Decided(verdicts.hold(line.messages[0], exc))]
    except Exception as exc:  # one message must never stop the others
        log.exception("travel_failed")
        return [Decided(verdicts.hold(line.messages[0], verdicts.unforeseen(exc)))]


async def _decided(line: _Line, house: House) -> list[Decided]:
    """Let a child decide; what kills children is reduced to its head, then refused unread."""
    try:
        return await house.isolation.decide(line.run(house.clock.now_us()))
    except Undecodable:
        if len(line.promises) > 1:
            return await _decided(line.head(), house)
        return await house.isolation.decide(line.run(house.clock.now_us(), poison=True))


async def _sign_all(signed: Sequence[Signed], house: House) -> None:
    """Sign everything in one unit of work; if it is not taken, each lane by itself."""
    if not signed:
        return
    try:
        await commit(signed, house)
    except Exception as exc:  # noqa: BLE001  told apart where each lane is signed
        log.info("signed_singly", extra={"code": _code(exc), "count": len(signed)})
        for one in signed:
            await _sign(one, house)
    for one in signed:
        for plan in one.plans:
            _tell(plan)


async def _sign(signed: Signed, house: House) -> None:
    """Sign one lane; what the database does not take is left to a later try or a human."""
    try:
        await _commit_or_hold(signed, house)
    except (Conflict, Unavailable) as exc:
        await try_again(signed.promises[0], exc, house)


async def _commit_or_hold(signed: Signed, house: House) -> None:
    head, message = signed.promises[0], signed.plans[0].message
    try:
        await commit([signed], house)
    except (Conflict, Unavailable):
        raise
    except Exception as exc:  # one message must never stop the others
        log.exception("commit_failed", extra={"message_id": message.id})
        if len(signed.plans) > 1:
            # Perhaps the fault of one behind it: the head is signed alone.
            await _commit_or_hold(Signed(signed.promises[:1], signed.plans[:1]), house)
            return
        held = verdicts.hold(message, verdicts.unforeseen(exc))
        await commit([Signed((head,), (held,))], house)


def _tell(plan: Plan) -> None:
    message = plan.message
    with log_context(message_id=message.id, tenant=message.tenant):
        said = {"kind": message.kind, "state": plan.state, "channel": message.channel}
        log.info("travelled", extra={**said, "correlation_id": message.correlation_id})


def _setback(decided: Decided) -> Unavailable:
    if decided.setback is None:
        msg = "an answer is a plan or a setback"
        raise AssertionError(msg)
    return decided.setback.to_error()


def _code(exc: Exception) -> str:
    return exc.code if isinstance(exc, HubError) else type(exc).__name__
