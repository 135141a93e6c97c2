"""Splitting: each record of a batch becomes a message of its own, in the lane of its case.

What a partner quotes (order number, cash reference) leads to the case and to the message
that caused the answer. A confirmation that brings a new cash reference teaches it at once,
so that money arriving in the next file finds its case although nobody has decided on the
confirmation yet.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from hub.core.errors import RuleViolation
from hub.core.ids import derived_uuid
from hub.core.message import Message
from hub.core.record import Record
from hub.pipeline.house import House
from hub.pipeline.isolation.cell import Understood
from hub.pipeline.journey import verdicts
from hub.pipeline.journey.answers import receipt
from hub.pipeline.journey.plan import Milestone, Part, Plan
from hub.routing.route import InRoute
from hub.store import batches, cases
from hub.store.cases import Reference
from hub.store.clearing import ClearingCase
from hub.store.database import Transaction
from hub.store.payloads import Kept


async def split(message: Message, route: InRoute, understood: Understood, house: House) -> Plan:
    """Return the plan that turns a batch into its messages.

    Raises:
        RuleViolation: the batch number was used for other content.
    """
    facts = understood.facts or {}
    number = facts.get("business_id")
    message = replace(
        message,
        partner=route.partner,
        kind=route.kind,
        business_id=str(number) if number else None,
    )
    if repeated := await verdicts.repeated(message, house):
        return repeated
    sequence = facts.get("sequence")
    known = await house.database.read(
        lambda tx: batches.last_sequence(tx, message.tenant, route.partner, "in")
    )
    parts, kept = await house.database.read(lambda tx: _parts(tx, message, understood))
    answer = await receipt(message, "accepted", (), house)
    gap = _gap(message, sequence, known)
    return Plan(
        message,
        "clearing" if gap else "routed",
        code=gap[0].code if gap else None,
        schema=route.format,
        business_key=verdicts.business_key(message) if message.business_id else None,
        milestones=(
            Milestone("checked", facts={"verdict": "passed", "schema": route.format}),
            Milestone("split", facts={"count": len(parts)}),
        ),
        parts=parts,
        promises=answer.promises,
        kept=(*kept, *answer.kept),
        clearings=(*gap, *answer.clearings),
        sequence=(route.partner, sequence) if isinstance(sequence, int) else None,
    )


def _parts(
    tx: Transaction, batch: Message, understood: Understood
) -> tuple[tuple[Part, ...], tuple[Kept, ...]]:
    parts, kept = [], []
    taught: dict[str, Reference] = {}
    for number, record in enumerate(understood.records, start=1):
        raw = record.to_json()
        digest = hashlib.sha256(raw).hexdigest()
        meaning = _meaning(tx, batch.tenant, record, taught)
        reference = str(record.data.get("cash_reference") or "")
        lesson = None
        if meaning and reference and record.data.get("order_id"):
            taught[reference] = meaning
            lesson = ("cash_reference", reference, meaning)
        kept.append(Kept(digest, len(raw), raw))
        parts.append(Part(_message(batch, record, number, digest, len(raw), meaning), lesson))
    return tuple(parts), tuple(kept)


def _meaning(
    tx: Transaction, tenant: str, record: Record, taught: dict[str, Reference]
) -> Reference | None:
    """Return the case and cause a partner's record quotes, if we know them."""
    order = record.data.get("order_id")
    if order:
        return cases.find_by_reference(tx, tenant, "order", str(order))
    reference = record.data.get("cash_reference")
    if reference:
        known = taught.get(str(reference))
        return known or cases.find_by_reference(tx, tenant, "cash_reference", str(reference))
    return None


def _message(
    batch: Message, record: Record, number: int, digest: str, size: int, meaning: Reference | None
) -> Message:
    case_key = meaning.case_key if meaning else record.case_id
    if record.case_id and case_key != record.case_id:
        raise RuleViolation("case_contradictory", "Satz und Verweis nennen verschiedene Fälle.")
    return Message(
        id=derived_uuid(batch.id, str(number)),
        tenant=batch.tenant,
        partner=batch.partner,
        channel=batch.channel,
        kind=record.kind,
        case_key=case_key,
        sha256=digest,
        size_bytes=size,
        received_us=batch.received_us,
        original_name=f"{batch.original_name} (Satz {number})",
        correlation_id=batch.correlation_id,
        causation_id=meaning.cause if meaning else None,
        part_of=batch.id,
        record=digest,
    )


def _gap(message: Message, sequence: object, known: int) -> tuple[ClearingCase, ...]:
    """Return a clearing case when a partner's file number is missing."""
    if not isinstance(sequence, int) or sequence <= known + 1:
        return ()
    missing = f"{known + 1}" if sequence == known + 2 else f"{known + 1} bis {sequence - 1}"
    case = ClearingCase(
        id=derived_uuid(message.id, "gap"),
        code="sequence_gap",
        message=f"Vor Datei Nr. {sequence} fehlt Nr. {missing}.",
        remedy="Die fehlende Datei bei der Kasse anfordern; diese Datei wurde verarbeitet.",
    )
    return (case,)
