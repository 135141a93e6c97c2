"""Turns an outcome into promises: deliveries, cash orders, letters and filings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from hub.core.findings import Finding
from hub.core.ids import derived_uuid
from hub.core.message import Message
from hub.core.record import canonical_json
from hub.partners.outcome import Clearing, Filing, Letter, Outcome, Send
from hub.pipeline.decision import verdicts
from hub.pipeline.decision.answers import receipt
from hub.pipeline.decision.mind import Mind, brought_attachments, keep
from hub.pipeline.decision.plan import Milestone, Plan
from hub.pipeline.decision.writing import partner_for, written
from hub.routing.route import InRoute
from hub.store.clearing import ClearingCase
from hub.store.inbox.attachments import Attachment
from hub.store.lanes import Promise
from hub.store.payloads import Kept
from hub.uvg.model import Case

JSON = "application/json"

INCOMING = "Posteingang"
"""Matter (*Vorgang*) of what came in and belongs to no other yet."""


@dataclass
class _Made:
    promises: list[Promise] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    def add(self, promise: Promise, kept: Kept | None = None) -> None:
        self.promises.append(promise)
        if kept:
            self.kept.append(kept)


def plan_outcome(
    message: Message,
    route: InRoute | None,
    remarks: Sequence[Finding],
    outcome: Outcome,
    case: Case | None,
    mind: Mind,
) -> Plan:
    """Return the plan for an outcome.

    Args:
        message: with its kind.
        route: the way it came; ``None`` when it was split from a batch.
        remarks: what the check found without refusing; the sender is told.
        outcome: the decision.
        case: as it was before.
        mind: rules and knowledge.

    Raises:
        Misconfigured: a partner, route or template is missing.
    """
    before, case = case, outcome.case or case
    made = _Made()
    for send in outcome.sends:
        made.add(*_send(message, send, case, mind))
    for letter in outcome.letters:
        made.add(*_letter(message, letter, case, mind))
    for filing in outcome.filings:
        made.add(*_filing(message, filing, case, mind))
    for promise in attached(message, outcome, case, mind):
        made.add(promise)
    clearings = tuple(_clearing(message, c, n) for n, c in enumerate(outcome.clearings))
    if route and route.tells("accepted"):
        answer = receipt(message, "accepted", remarks, mind)
        made.promises += answer.promises
        made.kept += answer.kept
        clearings += answer.clearings
    return Plan(
        message,
        "clearing" if clearings else "routed",
        schema=route.format if route else "",
        code=clearings[0].code if clearings else None,
        case=outcome.case,
        orders=_new_orders(before, outcome.case),
        business_key=verdicts.business_key(message) if message.business_id else None,
        milestones=_milestones(message, route, remarks, outcome),
        promises=tuple(made.promises),
        kept=tuple(made.kept),
        clearings=clearings,
    )


def _new_orders(before: Case | None, after: Case | None) -> tuple[str, ...]:
    known = {order.order_id for order in before.orders} if before else set()
    orders = after.orders if after else ()
    return tuple(order.order_id for order in orders if order.order_id not in known)


def _milestones(
    message: Message, route: InRoute | None, remarks: Sequence[Finding], outcome: Outcome
) -> tuple[Milestone, ...]:
    steps = []
    kind = message.kind or ""
    if route:
        said = {"remarks": sorted({finding.rule for finding in remarks})} if remarks else {}
        facts = {"verdict": "passed", "schema": route.format, **said}
        steps.append(Milestone("checked", facts=facts))
        steps.append(Milestone("mapped", facts={"mapping": route.mapping, "kind": kind}))
    counts = {"sends": len(outcome.sends), "letters": len(outcome.letters)}
    steps.append(Milestone("decided", facts={"kind": kind, **counts}))
    steps += [Milestone(note.what, facts={"text": note.text}) for note in outcome.notes]
    return tuple(steps)


def _send(message: Message, send: Send, case: Case | None, mind: Mind) -> tuple[Promise, Kept]:
    tenant = mind.tenant(message.tenant)
    origin = case.origin if case else message.partner
    return written(message, send, partner_for(send.role, tenant, origin), mind)


def _letter(
    message: Message, letter: Letter, case: Case | None, mind: Mind
) -> tuple[Promise, Kept]:
    mind.rules.templates.template(letter.template)
    kept = keep(canonical_json(letter.fields))
    spec = {
        "template": letter.template,
        "title": letter.title,
        "vorgang": letter.vorgang,
        "akte": akte_title(case),
        "case_key": message.case_key,
    }
    return _promise(message, "letter", letter.ref, spec, kept.sha256, mind), kept


def _filing(
    message: Message, filing: Filing, case: Case | None, mind: Mind
) -> tuple[Promise, Kept | None]:
    kept = None
    if filing.record is not None:
        kept = keep(filing.record.to_json())
        digest, mime, direction = kept.sha256, JSON, "out"
    elif message.record:
        digest, mime, direction = message.record, JSON, "in"
    else:
        digest, mime, direction = message.sha256, "application/xml", "in"
    spec = {
        "title": filing.title,
        "doc_type": filing.doc_type,
        "vorgang": filing.vorgang,
        "akte": akte_title(case),
        "case_key": message.case_key,
        "mime": mime,
        "direction": direction,
        "role": "message" if direction == "in" else "original",
    }
    return _promise(message, "file", filing.ref, spec, digest, mind), kept


def attached(message: Message, outcome: Outcome, case: Case | None, mind: Mind) -> list[Promise]:
    """Return the promises to file what came with a message, each as a document of its own."""
    if not brought_attachments(message):
        return []
    matters = [one.vorgang for one in outcome.filings] + [one.vorgang for one in outcome.letters]
    came = enumerate(mind.knows.attachments(message.tenant, message.id), 1)
    if case is None or not message.case_key:
        return [unassigned(message, number, one, mind) for number, one in came]
    home = {
        "akte": akte_title(case),
        "case_key": message.case_key,
        "vorgang": matters[0] if matters else INCOMING,
    }
    return [_enclosure(message, number, one, home, mind) for number, one in came]


def unassigned(message: Message, number: int, attachment: Attachment, mind: Mind) -> Promise:
    """Return the promise to file what names no case: a person must say where it belongs.

    It never goes into several files on suspicion, for it may concern one person alone.
    """
    promise = _enclosure(message, number, attachment, {"vorgang": INCOMING}, mind)
    return replace(promise, lane_key=f"~{promise.id}")


def _enclosure(
    message: Message, number: int, attachment: Attachment, home: Mapping[str, str], mind: Mind
) -> Promise:
    spec = {
        "title": attachment.name,
        "name": attachment.name,
        "doc_type": "Dokument",
        "mime": attachment.media_type,
        "direction": "in",
        "role": "original",
        **home,
    }
    return _promise(message, "file", f"attachment-{number}", spec, attachment.sha256, mind)


def _promise(
    message: Message, kind: str, ref: str, spec: Mapping[str, str | None], digest: str, mind: Mind
) -> Promise:
    return Promise(
        id=derived_uuid(message.id, kind, ref),
        tenant=message.tenant,
        message_id=message.id,
        kind=kind,
        queue=kind,
        lane_key=message.case_key or f"~{message.id}",
        spec=spec,
        payload_sha256=digest,
        deadline_us=mind.deadline_us(),
    )


def akte_title(case: Case | None) -> str:
    """Return the title of a case's file: the child's name."""
    if case is None:
        return ""
    return f"{case.child.family_name}, {case.child.given_names}"


def _clearing(message: Message, clearing: Clearing, number: int) -> ClearingCase:
    return ClearingCase(
        id=derived_uuid(message.id, "clearing", str(number)),
        code=clearing.code,
        message=clearing.message,
        remedy=clearing.remedy,
        facts=clearing.facts,
    )
