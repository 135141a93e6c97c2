"""Asking a partner who answers at once: the request, its answer, and the doubt between them."""

from __future__ import annotations

from hub.core import failpoint
from hub.core.errors import Conflict, Misconfigured, OutcomeUnknown
from hub.core.ids import uuid7
from hub.pipeline import intake
from hub.pipeline.fulfilment.ending import end_within, what_left
from hub.pipeline.house import House, PartnerAnswer
from hub.store import lanes, messages
from hub.store.database import Transaction
from hub.store.lanes import Promise
from hub.store.messages import Step

failpoint.declare("ask_before", "ask_after")


async def ask(promise: Promise, data: bytes, house: House) -> None:
    """Send a request; its answer is a new message, entered together with the confirmation."""
    partner = promise.queue.partition(":")[2]
    line = house.lines.get(partner)
    if line is None:
        raise Misconfigured(
            "line_missing",
            f"Für die Gegenstelle „{partner}“ ist keine Adresse eingerichtet.",
            remedy="[[https]] in hub.toml ergänzen.",
        )
    if not await house.database.write(lambda tx: lanes.mark_sent(tx, promise)):
        raise unknown_outcome()
    failpoint.reach("ask_before")
    answer = await line.ask(promise.tenant, data, promise.id)
    failpoint.reach("ask_after")
    try:
        await _take_answer(promise, answer, house)
    except Conflict:
        raise
    except Exception as exc:
        # The partner has acted: from here on nothing counts as "not happened".
        raise _answer_lost() from exc


def _answer_lost() -> OutcomeUnknown:
    return OutcomeUnknown(
        "answer_lost",
        "Die Gegenstelle hat geantwortet, die Antwort ließ sich aber nicht festhalten.",
        remedy="Datenbank und Plattenplatz prüfen, bei der Gegenstelle den Stand klären; dann "
        "freigeben (erneut senden) oder zurückweisen.",
    )


async def _take_answer(promise: Promise, answer: PartnerAnswer, house: House) -> None:
    cause = await house.database.read(
        lambda tx: messages.find(tx, promise.tenant, promise.message_id)
    )
    now_us = house.clock.now_us()
    arrival = intake.Arrival(
        id=uuid7(now_us),
        tenant=promise.tenant,
        channel=str(promise.spec["channel"]),
        name=f"Antwort auf {promise.spec['record_kind']}",
        size=len(answer.body),
        data=answer.body,
        causation_id=promise.message_id,
        correlation_id=cause["correlation_id"] if cause else None,
        case_key=str(promise.spec["case_key"]) if promise.spec.get("case_key") else None,
    )
    ready = await intake.prepare(arrival, house)
    facts = {**what_left(promise), "certificate": answer.certificate[:16]}

    def work(tx: Transaction) -> None:
        intake.enter(tx, ready, house, now_us)
        end_within(tx, promise, house, "delivered", now_us, Step(promise.id, facts=facts))

    await house.database.write(work)


def may_repeat(promise: Promise, house: House) -> bool:
    """Tell whether the partner knows a request by its id, so that asking again is harmless."""
    partner = promise.queue.partition(":")[2]
    return any(t.name == partner and t.idempotent == "yes" for t in house.settings.https)


def unknown_outcome() -> OutcomeUnknown:
    """Return the error for a request that went out and was not answered."""
    return OutcomeUnknown(
        "outcome_unknown",
        "Die Anfrage wurde abgesandt, eine Antwort kam nicht an.",
        remedy="Bei der Gegenstelle klären, ob sie angekommen ist; dann freigeben (erneut "
        "senden) oder zurückweisen.",
    )
