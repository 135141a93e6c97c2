"""Deliveries over HTTPS: the request, its answer or receipt, and the doubt between them.

What became of a request that left is never guessed. The partner's profile decides: one that
recognises repetitions is asked again under the same key, one that can be inquired is
inquired first, and for all others a human finds out.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from hub.core import failpoint
from hub.core.errors import Conflict, HubError, Misconfigured, OutcomeUnknown
from hub.core.ids import uuid7
from hub.core.settings import HttpsTarget
from hub.pipeline import intake
from hub.pipeline.breaker import note_answer
from hub.pipeline.fulfilment.ending import Ended, end_within, what_left
from hub.pipeline.house import House, PartnerAnswer, PartnerLine
from hub.pipeline.setbacks import after_exchange
from hub.store import lanes, messages
from hub.store.database import Transaction
from hub.store.lanes import Promise
from hub.store.messages import Step
from hub.store.targets import peers
from hub.store.targets.peers import Peer

failpoint.declare("ask_before_mark", "ask_before", "ask_after", "ask_after_commit")

log = logging.getLogger(__name__)


async def ask(promise: Promise, data: bytes, house: House) -> None:
    """Deliver once, or write down why not and when next.

    An answer is a new message, entered together with the confirmation; where none is agreed
    on, the partner's receipt is the confirmation.

    Raises:
        Misconfigured: the partner has no address; nothing left.
    """
    target, line = line_to(promise, house)
    sent = _under_own_id(promise, data)
    doubt = False
    failpoint.reach("ask_before_mark")
    try:
        doubt = not await _mark(promise, house)
        earlier = await _resolve(promise, target, line) if doubt else None
        # An inquiry ends the doubt; a repetition leaves it until it is answered.
        doubt = doubt and target.idempotent == "yes"
        answer = earlier or await _send(promise, sent, line)
        await take(promise, answer, _digest(promise, data, sent), target, house)
    except HubError as exc:
        await after_exchange(promise, exc, target, house, doubt=doubt)
    except Exception:
        # Whatever broke here, bytes may have left.
        log.exception("exchange_failed")
        await after_exchange(promise, unknown_outcome(), target, house, doubt=doubt)


async def _mark(promise: Promise, house: House) -> bool:
    """Note durably that bytes are about to leave; tell whether none may have left before.

    Raises:
        Conflict: the lease was lost; nothing may leave.
    """
    first = await house.together.do(_mark_all, promise, house)
    if isinstance(first, Conflict):
        raise first
    return first


async def _mark_all(promises: Sequence[Promise], house: House) -> list[bool | Conflict]:
    return await house.database.write(lambda tx: [_marked(tx, one) for one in promises])


def _marked(tx: Transaction, promise: Promise) -> bool | Conflict:
    try:
        return lanes.mark_sent(tx, promise)
    except Conflict as exc:
        # Whose lease was lost has changed nothing; the others go on.
        return exc


def line_to(promise: Promise, house: House) -> tuple[HttpsTarget, PartnerLine]:
    """Return the profile of a promise's partner and the line to it.

    Raises:
        Misconfigured: there is none.
    """
    partner = promise.queue.partition(":")[2]
    target, line = target_of(promise, house), house.lines.get(partner)
    if target is None or line is None:
        raise Misconfigured(
            "line_missing",
            f"Für die Gegenstelle „{partner}“ ist keine Adresse eingerichtet.",
            remedy="[[https]] in hub.toml ergänzen.",
        )
    return target, line


def target_of(promise: Promise, house: House) -> HttpsTarget | None:
    """Return the profile of a promise's partner, if it has one."""
    partner = promise.queue.partition(":")[2]
    return next((one for one in house.settings.https if one.name == partner), None)


async def _send(promise: Promise, data: bytes, line: PartnerLine) -> PartnerAnswer:
    failpoint.reach("ask_before")
    answer = await line.ask(promise.tenant, data, promise.id)
    failpoint.reach("ask_after")
    return answer


async def _resolve(
    promise: Promise, target: HttpsTarget, line: PartnerLine
) -> PartnerAnswer | None:
    """Find out what became of bytes that may have left before; ``None``: they may leave again.

    Raises:
        OutcomeUnknown: nobody but a human can find out.
        Unavailable: the partner cannot say at the moment.
    """
    if target.idempotent == "yes":
        return None
    if target.idempotent == "query-url":
        return await line.inquire(promise.tenant, promise.id)
    raise unknown_outcome()


def _under_own_id(promise: Promise, data: bytes) -> bytes:
    """Return the bytes with the id of this delivery where they name the one it stands in for.

    Partners compare the id in the message with the idempotency key.
    """
    written_as = str(promise.spec.get("written_as", promise.id))
    if written_as == promise.id:
        return data
    return data.replace(written_as.encode(), promise.id.encode())


def _digest(promise: Promise, kept: bytes, sent: bytes) -> str:
    """Return the digest of what left; that of the kept bytes was checked as they were read."""
    if sent is kept and promise.payload_sha256:
        return promise.payload_sha256
    return hashlib.sha256(sent).hexdigest()


async def take(
    promise: Promise, answer: PartnerAnswer, digest: str, target: HttpsTarget, house: House
) -> None:
    """Keep what the partner answered and end the promise, in one unit of work.

    ``digest`` is that of the bytes that left.

    Raises:
        OutcomeUnknown: the partner has acted, but its answer could not be kept.
        Conflict: the lease was lost.
    """
    facts = {**what_left(promise), "certificate": answer.certificate[:16]}
    ended = Ended(promise, "delivered", Step(promise.id, digest=digest, facts=facts))
    try:
        arrival = await arrival_of(promise, answer, house)
        ready = await intake.prepare(arrival, house) if arrival else None
        peer = Peer(target.name, answer.certificate, answer.not_after_us)
        await house.together.do(_take_all, _Taken(ended, target, ready, peer), house)
    except Exception as exc:
        if isinstance(exc, Conflict) and exc.code == "lease_lost":
            raise
        # The partner has acted: from here on nothing counts as "not happened".
        raise _answer_lost() from exc
    failpoint.reach("ask_after_commit")


@dataclass(frozen=True, slots=True)
class _Taken:
    """A promise that was kept, and the answer to be entered with it."""

    ended: Ended
    target: HttpsTarget
    ready: intake.Ready | None
    peer: Peer


async def _take_all(taken: Sequence[_Taken], house: House) -> list[None]:
    """End promises whose partners answered, all of them or none.

    Raises:
        Conflict: a lease was lost.
    """
    ready = [one.ready for one in taken if one.ready is not None]
    # Of each office and partner one answer tells all.
    told = {(one.target.name, one.ended.promise.tenant): one for one in taken}

    def work(tx: Transaction) -> None:
        now_us = house.clock.now_us()
        if ready:
            intake.enter_all(tx, ready, house, now_us)
        end_within(tx, [one.ended for one in taken], house, now_us)
        for one in told.values():
            note_answer(tx, one.ended.promise, one.target, house)
        for peer in {one.peer for one in taken if one.peer.not_after_us}:
            peers.note(tx, peer, now_us)

    await house.database.write(work)
    return [None] * len(taken)


async def arrival_of(
    promise: Promise, answer: PartnerAnswer, house: House
) -> intake.Arrival | None:
    """Return the answer as a new message; none where the receipt is all."""
    if not promise.spec.get("answers", True):
        return None
    cause = await house.database.read(
        lambda tx: messages.find(tx, promise.tenant, promise.message_id)
    )
    return intake.Arrival(
        id=uuid7(house.clock.now_us()),
        tenant=promise.tenant,
        channel=str(promise.spec["channel"]),
        name=f"Antwort auf {promise.spec['record_kind']}",
        size=len(answer.body),
        data=answer.body,
        causation_id=promise.message_id,
        correlation_id=cause["correlation_id"] if cause else None,
        case_key=str(promise.spec["case_key"]) if promise.spec.get("case_key") else None,
    )


def _answer_lost() -> OutcomeUnknown:
    return OutcomeUnknown(
        "answer_lost",
        "Die Gegenstelle hat geantwortet, die Antwort ließ sich aber nicht festhalten.",
        remedy="Datenbank und Plattenplatz prüfen, bei der Gegenstelle den Stand klären und ihn "
        "im Klärfall festhalten.",
    )


def unknown_outcome() -> OutcomeUnknown:
    """Return the error for a request that went out and was not answered."""
    return OutcomeUnknown(
        "outcome_unknown",
        "Die Anfrage wurde abgesandt, eine Antwort kam nicht an.",
        remedy="Bei der Gegenstelle klären, ob sie angekommen ist, und das Ergebnis im Klärfall "
        "festhalten.",
    )
