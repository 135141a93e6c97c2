"""Keeping promises: deliver, file, put aside. Letters have their own page.

Each promise is claimed with a lease, done outside any transaction, and ended in one unit of
work that is fenced by the lease's epoch. Doing it twice has the effect of doing it once,
because its id names the file, the document, the request.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from efile import FilingError, FilingRequest, Part, StorageUnavailable
from hub.core import failpoint
from hub.core.errors import (
    Conflict,
    HubError,
    Misconfigured,
    OutcomeUnknown,
    Unavailable,
)
from hub.core.ids import derived_uuid, uuid7
from hub.core.log import log_context
from hub.core.message import Message
from hub.pipeline import intake
from hub.pipeline.house import House, PartnerAnswer
from hub.pipeline.retry import Dead, next_attempt
from hub.store import batches, clearing, lanes, messages
from hub.store.clearing import ClearingCase
from hub.store.database import Transaction
from hub.store.lanes import Promise
from hub.store.messages import Step

failpoint.declare(
    "deliver_before", "deliver_after", "ask_before", "ask_after", "file_before", "file_after",
    "refuse_before", "refuse_after",
)  # fmt: skip

log = logging.getLogger(__name__)

AKTENPLAN = "51.3 Unterhaltsvorschuss"
"""Class of every benefit file in the offices' file plan (*Aktenplan*)."""

_CHANCE = random.SystemRandom()


async def fulfil(promise: Promise, house: House) -> None:
    """Keep one claimed promise, or write down why not and when next."""
    with log_context(promise_id=promise.id, message_id=promise.message_id, tenant=promise.tenant):
        try:
            await _ACTS[promise.kind](promise, house)
        except Unavailable as exc:
            await try_again(promise, exc, house)
        except OutcomeUnknown as exc:
            await _end_unknown(promise, exc, house)
        except HubError as exc:
            await give_up(promise, exc, "dead", house)
        except Exception as exc:  # one promise must never stop the others
            log.exception("promise_failed")
            await give_up(promise, unforeseen(exc), "dead", house)


async def _end_unknown(promise: Promise, error: OutcomeUnknown, house: House) -> None:
    """Ask again where the partner recognises the request; else a human must find out."""
    if may_repeat(promise, house):
        await try_again(promise, error, house)
    else:
        await give_up(promise, error, "unknown", house)


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


async def _deliver(promise: Promise, house: House) -> None:
    """Bring bytes to a partner's folder, or ask a partner who answers at once."""
    if promise.payload_sha256 is None:
        raise Conflict("promise_without_payload", "Der Lieferung fehlen ihre Nutzdaten.")
    data = await house.payloads.get(promise.payload_sha256)
    if promise.spec["door"] == "https":
        await _ask(promise, data, house)
        return
    failpoint.reach("deliver_before")
    folder = house.outboxes.folder(promise.tenant, str(promise.spec["channel"]))
    await folder.put(str(promise.spec["name"]), data, promise.id)
    failpoint.reach("deliver_after")
    await end(promise, house, "delivered", facts=_what(promise))


async def _ask(promise: Promise, data: bytes, house: House) -> None:
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
    cause = await _message(promise.message_id, house)
    now_us = house.clock.now_us()
    arrival = intake.Arrival(
        id=uuid7(now_us),
        tenant=promise.tenant,
        channel=str(promise.spec["channel"]),
        name=f"Antwort auf {promise.spec['record_kind']}",
        size=len(answer.body),
        data=answer.body,
        causation_id=promise.message_id,
        correlation_id=cause.correlation_id if cause else None,
        case_key=str(promise.spec["case_key"]) if promise.spec.get("case_key") else None,
    )
    ready = await intake.prepare(arrival, house)
    facts = {**_what(promise), "certificate": answer.certificate[:16]}

    def work(tx: Transaction) -> None:
        intake.enter(tx, ready, house, now_us)
        _end(tx, promise, house, "delivered", now_us, Step(promise.id, facts=facts))

    await house.database.write(work)


async def _file(promise: Promise, house: House) -> None:
    """Put a document into the e-file of its case."""
    request = await _filing(promise, house)
    failpoint.reach("file_before")
    try:
        filed = await house.efile.file(request)
    except StorageUnavailable as exc:
        raise Unavailable(exc.code, exc.message, remedy=exc.remedy) from exc
    except FilingError as exc:
        raise Conflict(exc.code, exc.message, remedy=exc.remedy) from exc
    failpoint.reach("file_after")
    facts = {"document": filed.id, "type": promise.spec["doc_type"], "title": request.title}
    await end(promise, house, "filed", digest=filed.sha256, facts=facts)


async def _filing(promise: Promise, house: House) -> FilingRequest:
    spec = promise.spec
    if promise.payload_sha256 is None or not spec.get("case_key"):
        raise Conflict("promise_without_payload", "Der Ablage fehlen Dokument oder Fall.")
    message = await _message(promise.message_id, house)
    name = f"{spec['doc_type']}{_ENDINGS[str(spec['mime'])]}"
    data = await house.payloads.get(promise.payload_sha256)
    return FilingRequest(
        tenant=promise.tenant,
        aktenzeichen=str(spec["case_key"]),
        akte_title=str(spec["akte"]),
        aktenplan=AKTENPLAN,
        vorgang=str(spec["vorgang"]),
        title=str(spec["title"]),
        doc_type=str(spec["doc_type"]),
        document_key=promise.id,
        source_id=promise.message_id,
        direction=spec["direction"],
        received_at_us=message.received_us if message else promise.made_us,
        filed_at_us=promise.made_us,
        actor="hub",
        parts=(Part(spec["role"], name, str(spec["mime"]), data),),
    )


_ENDINGS = {"application/json": ".json", "application/xml": ".xml", "application/pdf": ".pdf"}


async def _refuse(promise: Promise, house: House) -> None:
    """Keep refused bytes in the quarantine, with the reason beside them."""
    folder = house.inboxes.get((promise.tenant, str(promise.spec["channel"])))
    failpoint.reach("refuse_before")
    if folder and promise.payload_sha256:
        data = await house.payloads.get(promise.payload_sha256)
        reason: Mapping[str, object] = promise.spec["reason"]
        name = f"{promise.message_id}__{_plain(str(reason['datei']))}"
        try:
            folder.quarantine(str(promise.spec["day"]), name, data, reason)
        except OSError as exc:
            raise Unavailable("quarantine_unavailable", "Die Quarantäne ist voll.") from exc
    failpoint.reach("refuse_after")
    await end(promise, house, "quarantined")


def _plain(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)[:120]


_ACTS: dict[str, Callable[[Promise, House], Awaitable[None]]] = {
    "deliver": _deliver,
    "file": _file,
    "refuse": _refuse,
}


def _what(promise: Promise) -> dict[str, object]:
    spec = promise.spec
    return {"kind": spec.get("record_kind"), "to": promise.queue.partition(":")[2]}


async def end(
    promise: Promise,
    house: House,
    action: str,
    *,
    digest: str | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """End a kept promise: lane, journal and message in one unit of work."""
    now_us = house.clock.now_us()
    step = Step(promise.id, digest=digest or promise.payload_sha256, facts=facts or {})
    await house.database.write(lambda tx: _end(tx, promise, house, action, now_us, step))


def _end(
    tx: Transaction, promise: Promise, house: House, action: str, now_us: int, step: Step
) -> None:
    lanes.finish(tx, promise, "confirmed", now_us)
    if promise.spec.get("batch"):
        _end_batch(tx, str(promise.spec["batch"]), house, now_us, step)
        return
    row = messages.find(tx, promise.message_id)
    if row:
        house.messages.note(tx, messages.to_message(row), now_us, action, step=step)
        house.messages.fulfilled(tx, promise.message_id, now_us)


def _end_batch(tx: Transaction, batch_id: str, house: House, now_us: int, step: Step) -> None:
    """A delivered file delivers every order in it."""
    tx.run("UPDATE batch SET state = 'delivered' WHERE id = :id", id=batch_id)
    for order in batches.batch_promises(tx, batch_id):
        tx.run(
            "UPDATE promise SET state = 'confirmed', done_us = :now WHERE id = :id",
            now=now_us, id=order.id,
        )  # fmt: skip
        row = messages.find(tx, order.message_id)
        if row:
            said = replace(step, promise_id=order.id, facts={**step.facts, **order.spec})
            house.messages.note(tx, messages.to_message(row), now_us, "order_delivered", step=said)
            house.messages.fulfilled(tx, order.message_id, now_us)


async def try_again(promise: Promise, error: HubError, house: House) -> None:
    """Put a promise back for later; past its deadline a human must decide."""
    now_us = house.clock.now_us()
    wish_s = error.retry_after_s if isinstance(error, Unavailable) else None
    decision = next_attempt(
        promise.attempts, now_us, promise.deadline_us, house.settings.delivery,
        retry_after_s=wish_s, chance=_CHANCE,
    )  # fmt: skip
    if isinstance(decision, Dead):
        await give_up(promise, error, "dead", house)
        return
    log.warning("retry_later", extra={"code": error.code, "queue": promise.queue})
    await _unless_lease_lost(
        house, lambda tx: lanes.retry_later(tx, promise, decision.at_us, error.code)
    )


async def give_up(promise: Promise, error: HubError, state: str, house: House) -> None:
    """Stop the lane at a promise and open a clearing case: nothing behind it may overtake."""
    if isinstance(error, Conflict) and error.code == "lease_lost":
        log.warning("lease_lost", extra={"queue": promise.queue})
        return
    now_us = house.clock.now_us()
    log.warning("promise_stopped", extra={"code": error.code, "queue": promise.queue})
    case = ClearingCase(
        id=derived_uuid(promise.id, "clearing"),
        code=error.code,
        message=error.message,
        remedy=error.remedy or "Ursache beheben und den Klärfall freigeben.",
        promise_id=promise.id,
        facts={"ort": error.place} if error.place else {},
    )

    def work(tx: Transaction) -> None:
        lanes.block(tx, promise, state, error.code)
        row = messages.find(tx, promise.message_id)
        if row is None:
            row = _any_of_batch(tx, promise)
        if row is None:
            return
        message = messages.to_message(row)
        clearing.open_case(tx, message, case, now_us)
        if row["state"] in {"received", "routed"}:
            house.messages.move(tx, message, "clearing", now_us, code=error.code)

    await _unless_lease_lost(house, work)


async def _unless_lease_lost(house: House, work: Callable[[Transaction], None]) -> None:
    """Run a unit that ends a lease; when the lease is gone, another worker decides."""
    try:
        await house.database.write(work)
    except Conflict as exc:
        if exc.code != "lease_lost":
            raise
        log.warning("lease_lost")


def _any_of_batch(tx: Transaction, promise: Promise) -> dict[str, object] | None:
    """Return a message whose order lies in the stopped file, to hang the clearing case on."""
    orders = batches.batch_promises(tx, str(promise.spec.get("batch", "")))
    return messages.find(tx, orders[0].message_id) if orders else None


async def _message(message_id: str, house: House) -> Message | None:
    row = await house.database.read(lambda tx: messages.find(tx, message_id))
    return messages.to_message(row) if row else None


def unforeseen(exc: Exception) -> HubError:
    """Return the error for a fault nobody foresaw: its type, never its words."""
    return HubError(
        "unforeseen",
        f"Die Verarbeitung ist unerwartet abgebrochen ({type(exc).__name__}).",
        remedy="Protokoll prüfen, Hersteller benachrichtigen, danach den Klärfall freigeben.",
    )
