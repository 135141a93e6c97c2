"""Splitting: each record of a batch becomes a message of its own, in the lane of its case.

What a partner quotes (order number, cash reference) leads to the case and to the message
that caused the answer. A confirmation that brings a new cash reference teaches it at once,
so that money arriving in the next file finds its case although nobody has decided on the
confirmation yet.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from hub.core.errors import RuleViolation
from hub.core.ids import derived_uuid
from hub.core.message import Message
from hub.core.record import Record
from hub.pipeline.decision import verdicts
from hub.pipeline.decision.answers import receipt
from hub.pipeline.decision.knowledge import Knowledge
from hub.pipeline.decision.mind import Mind, brought_attachments
from hub.pipeline.decision.plan import Milestone, Part, Plan
from hub.pipeline.decision.promises import unassigned
from hub.pipeline.decision.quarantine import RefusedRows, record_report
from hub.pipeline.decision.reading import Understood
from hub.routing.route import InRoute
from hub.store.cases import Reference, Referred
from hub.store.clearing import ClearingCase
from hub.store.inbox.attachments import Attachment
from hub.store.lanes import Promise
from hub.store.payloads import Kept


def split(message: Message, route: InRoute, understood: Understood, mind: Mind) -> Plan:
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
    if repeated := verdicts.repeated(message, mind):
        return repeated
    sequence = facts.get("sequence")
    known = mind.knows.last_sequence(message.tenant, route.partner)
    parts, kept, refused = _parts(message, understood, mind.knows)
    report = record_report(message, refused, len(parts), mind)
    result = "partly_accepted" if refused.rows else "accepted"
    answer = receipt(message, result, refused.findings, mind)
    gap = _gap(message, sequence, known)
    parts, left = _given_out(message, parts, mind, whole=not refused.rows)
    return Plan(
        message,
        "clearing" if gap else "routed",
        code=gap[0].code if gap else None,
        schema=route.format,
        business_key=verdicts.business_key(message) if message.business_id else None,
        milestones=(
            Milestone("checked", facts={"verdict": "passed", "schema": route.format}),
            Milestone("split", facts={"count": len(parts), "refused": len(refused.rows)}),
        ),
        parts=(*parts, *_refused_parts(message, refused)),
        promises=(*report.promises, *answer.promises, *left),
        kept=(*kept, *report.kept, *answer.kept),
        clearings=(*gap, *answer.clearings),
        sequence=(route.partner, sequence) if isinstance(sequence, int) else None,
    )


def _parts(
    batch: Message, understood: Understood, knows: Knowledge
) -> tuple[tuple[Part, ...], tuple[Kept, ...], RefusedRows]:
    parts, kept = [], []
    taught: dict[str, Reference] = {}
    refused = RefusedRows(dict(understood.faulty_rows), list(understood.findings))
    rows = understood.rows or range(1, len(understood.records) + 1)
    for number, (row, record) in enumerate(zip(rows, understood.records, strict=True), start=1):
        raw = record.to_json()
        digest = hashlib.sha256(raw).hexdigest()
        meaning = _meaning(batch.tenant, record, taught, knows)
        if _is_contradictory(record, meaning):
            if not understood.rows:
                raise RuleViolation(*CONTRADICTORY)
            refused.add(row, *CONTRADICTORY)
            continue
        reference = str(record.data.get("cash_reference") or "")
        lesson = None
        if meaning and reference and record.data.get("order_id"):
            taught[reference] = meaning
            lesson = Referred("cash_reference", reference, meaning)
        kept.append(Kept(digest, len(raw), raw))
        part = Message(
            id=derived_uuid(batch.id, str(number)),
            tenant=batch.tenant,
            partner=batch.partner,
            channel=batch.channel,
            kind=record.kind,
            case_key=meaning.case_key if meaning else record.case_id,
            sha256=digest,
            size_bytes=len(raw),
            received_us=batch.received_us,
            original_name=f"{batch.original_name} (Satz {row})",
            correlation_id=batch.correlation_id,
            causation_id=meaning.cause if meaning else None,
            part_of=batch.id,
            record=digest,
        )
        parts.append(Part(part, lesson))
    return tuple(parts), tuple(kept), refused


def _given_out(
    batch: Message, parts: Sequence[Part], mind: Mind, *, whole: bool
) -> tuple[tuple[Part, ...], tuple[Promise, ...]]:
    """Give what came with a batch to the first record of the case it belongs to.

    That is the only case of a ``whole`` batch, or the one whose number stands in the name.
    What names none of them, or more than one, is left to a person.
    """
    came = mind.knows.attachments(batch.tenant, batch.id) if brought_attachments(batch) else ()
    if not came:
        return tuple(parts), ()
    first = {part.message.case_key: at for at, part in reversed(list(enumerate(parts)))}
    keys = {key for key in first if key}
    alone = whole and len(first) == 1
    given: dict[int, list[Attachment]] = {}
    left = []
    for number, one in enumerate(came, 1):
        homes = keys if alone else _named(one.name, keys)
        if len(homes) == 1:
            given.setdefault(first[next(iter(homes))], []).append(one)
        else:
            left.append(unassigned(batch, number, one, mind))
    filled = [
        _with(part, tuple(given[at])) if at in given else part for at, part in enumerate(parts)
    ]
    return tuple(filled), tuple(left)


def _with(part: Part, came: tuple[Attachment, ...]) -> Part:
    message = replace(part.message, attachments=len(came))
    return replace(part, message=message, attachments=came)


def _named(name: str, keys: AbstractSet[str]) -> set[str]:
    """Return the case numbers that stand in a file name, each apart from other signs."""
    found: set[str] = set()
    for word in _WORD.findall(name.upper()):
        pieces = word.split("-")
        for begin in range(len(pieces)):
            ends = range(begin + 1, len(pieces) + 1)
            found |= keys & {"-".join(pieces[begin:end]) for end in ends}
    return found


_WORD = re.compile(r"[A-Z0-9-]+")
"""What a case number may stand in: it contains letters, digits and hyphens."""

CONTRADICTORY = ("case_contradictory", "Satz und Verweis nennen verschiedene Fälle.")


def _is_contradictory(record: Record, meaning: Reference | None) -> bool:
    return bool(meaning and record.case_id and meaning.case_key != record.case_id)


def _refused_parts(batch: Message, refused: RefusedRows) -> tuple[Part, ...]:
    """Return one refused message per faulty row, so that the balance counts every row."""
    return tuple(
        Part(
            replace(
                batch,
                id=derived_uuid(batch.id, "row", str(row)),
                case_key=None,
                sha256="",
                size_bytes=0,
                original_name=f"{batch.original_name} (Satz {row})",
                business_id=None,
                part_of=batch.id,
            ),
            code=code,
        )
        for row, code in sorted(refused.rows.items())
    )


def _meaning(
    tenant: str, record: Record, taught: dict[str, Reference], knows: Knowledge
) -> Reference | None:
    """Return the case and cause a partner's record quotes, if we know them."""
    order = record.data.get("order_id")
    if order:
        return knows.reference(tenant, "order", str(order))
    reference = record.data.get("cash_reference")
    if reference:
        known = taught.get(str(reference))
        return known or knows.reference(tenant, "cash_reference", str(reference))
    return None


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
