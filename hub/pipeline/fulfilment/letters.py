"""The letter run: fill the template, convert to PDF/A, check, promise to file.

Letters that wait together are converted together, because starting the word processor costs
more than converting. A letter that cannot be made stops only the lane of its own case.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from hub.core import failpoint
from hub.core.errors import Conflict, HubError, NotChecked, Unavailable
from hub.core.findings import Verdict
from hub.core.ids import derived_uuid
from hub.pipeline.house import House
from hub.pipeline.setbacks import give_up, try_again, unforeseen
from hub.store import lanes, messages
from hub.store.database import Transaction
from hub.store.lanes import Promise
from hub.store.messages import Step
from hub.store.payloads import Kept, Payloads

failpoint.declare("letter_before_convert", "letter_before_commit", "letter_after_commit")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Filled:
    promise: Promise
    word: bytes
    must_contain: tuple[str, ...]


async def write_letters(promises: Sequence[Promise], house: House) -> None:
    """Make every claimed letter; what cannot be made is put back or handed to a human."""
    if len(promises) > 1 and any(promise.attempts > 1 for promise in promises):
        # One letter that crashes the word processor must not drag the others along for ever.
        for promise in promises:
            await write_letters((promise,), house)
        return
    filled = [letter for p in promises if (letter := await _attempt_fill(p, house))]
    if not filled:
        return
    failpoint.reach("letter_before_convert")
    try:
        documents = await house.office.to_pdfa([letter.word for letter in filled])
        finished = list(zip(filled, documents, strict=True))
    except Exception as exc:  # noqa: BLE001  whatever happened to the batch, each letter is told
        for letter in filled:
            await _put_aside(letter.promise, exc, house)
        return
    await asyncio.gather(*(_finish(letter, pdf, house) for letter, pdf in finished))


async def _put_aside(promise: Promise, exc: Exception, house: House) -> None:
    """Put a letter back for later, or hand it to a human where waiting does not help."""
    if isinstance(exc, Unavailable):
        await try_again(promise, exc, house)
    elif isinstance(exc, HubError):
        await give_up(promise, exc, "dead", house)
    elif promise.attempts > 1:
        log.error("letter_failed", exc_info=exc)
        await give_up(promise, unforeseen(exc), "dead", house)
    else:
        # Perhaps the fault of a neighbour: the next attempt is made alone.
        await try_again(promise, unforeseen(exc), house)


async def _attempt_fill(promise: Promise, house: House) -> _Filled | None:
    try:
        return await _fill(promise, house)
    except Exception as exc:  # noqa: BLE001  one letter must never stop the others
        await _put_aside(promise, exc, house)
        return None


async def _fill(promise: Promise, house: House) -> _Filled:
    if promise.payload_sha256 is None:
        raise Conflict("promise_without_payload", "Dem Brief fehlen seine Felder.")
    template = house.templates.template(str(promise.spec["template"]))
    fields = json.loads(await house.payloads.get(promise.tenant, promise.payload_sha256))
    word = await house.isolation.render_letter(template.content, fields, template.name)
    recipient = fields.get("recipient", {}).get("name", "")
    return _Filled(promise, word, (recipient, fields.get("case_id", "")))


async def _finish(letter: _Filled, pdf: bytes, house: House) -> None:
    try:
        await _check(letter, pdf, house)
        await _promise_filing(letter.promise, await house.payloads.keep(pdf), house)
    except Exception as exc:  # noqa: BLE001  one letter must never stop the others
        await _put_aside(letter.promise, exc, house)


async def _check(letter: _Filled, pdf: bytes, house: House) -> None:
    verdict, findings = await house.isolation.check_letter(pdf, letter.must_contain)
    if verdict is not Verdict.PASSED:
        reason = findings[0].message if findings else "Die Prüfung lief nicht."
        raise NotChecked("letter_check_failed", reason, remedy="Vorlage und Schriften prüfen.")


async def _promise_filing(promise: Promise, kept: Kept, house: House) -> None:
    """End the letter and promise its filing in one unit of work."""
    failpoint.reach("letter_before_commit")
    now_us = house.clock.now_us()
    filing = _filing(promise, kept, house.deadline_us(now_us))

    def work(tx: Transaction) -> None:
        Payloads.name(tx, promise.tenant, kept, now_us)
        lanes.finish(tx, promise, "confirmed", now_us)
        lanes.add(tx, filing, now_us)
        row = messages.find(tx, promise.tenant, promise.message_id)
        if row:
            step = Step(promise.id, digest=kept.sha256, facts={"text": promise.spec["title"]})
            message = messages.to_message(row)
            house.messages.note(tx, message, now_us, "letter_rendered", step=step)

    await house.database.write(work)
    failpoint.reach("letter_after_commit")


def _filing(promise: Promise, kept: Kept, deadline_us: int) -> Promise:
    """The filing takes the letter's place among the promises its message waits for."""
    spec = {
        "title": promise.spec["title"],
        "doc_type": "Bescheid",
        "vorgang": promise.spec["vorgang"],
        "akte": promise.spec["akte"],
        "case_key": promise.spec["case_key"],
        "mime": "application/pdf",
        "direction": "out",
        "role": "original",
    }
    return Promise(
        id=derived_uuid(promise.id, "file"),
        tenant=promise.tenant,
        message_id=promise.message_id,
        kind="file",
        queue="file",
        lane_key=promise.lane_key,
        spec=spec,
        payload_sha256=kept.sha256,
        deadline_us=deadline_us,
    )
