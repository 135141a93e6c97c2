"""Turns an outcome into promises: deliveries, cash orders, letters and filings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.core.findings import Finding
from hub.core.ids import derived_uuid
from hub.core.message import Message
from hub.core.record import canonical_json
from hub.partners.outcome import Clearing, Filing, Letter, Outcome, Send
from hub.pipeline.house import House
from hub.pipeline.journey import verdicts
from hub.pipeline.journey.answers import receipt
from hub.pipeline.journey.plan import Milestone, Plan
from hub.pipeline.journey.writing import partner_for, written
from hub.routing.route import InRoute
from hub.store.clearing import ClearingCase
from hub.store.inbox import attachments
from hub.store.lanes import Promise
from hub.store.payloads import Kept
from hub.uvg.model import Case

JSON = "application/json"


@dataclass
class _Made:
    promises: list[Promise] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    def add(self, promise: Promise, kept: Kept | None = None) -> None:
        self.promises.append(promise)
        if kept:
            self.kept.append(kept)


async def plan_outcome(
    message: Message,
    route: InRoute | None,
    remarks: Sequence[Finding],
    outcome: Outcome,
    case: Case | None,
    house: House,
) -> Plan:
    """Return the plan for an outcome.

    Args:
        message: with its kind.
        route: the way it came; ``None`` when it was split from a batch.
        remarks: what the check found without refusing; the sender is told.
        outcome: the decision.
        case: as it was before.
        house: the rooms.

    Raises:
        Misconfigured: a partner, route or template is missing.
    """
    case = outcome.case or case
    made = _Made()
    for send in outcome.sends:
        made.add(*await _send(message, send, case, house))
    for letter in outcome.letters:
        made.add(*await _letter(message, letter, case, house))
    for filing in outcome.filings:
        made.add(*await _filing(message, filing, case, house))
    for promise in await attached(message, outcome, case, house):
        made.add(promise)
    clearings = tuple(_clearing(message, c, n) for n, c in enumerate(outcome.clearings))
    if route and route.answers:
        answer = await receipt(message, "accepted", remarks, house)
        made.promises += answer.promises
        made.kept += answer.kept
        clearings += answer.clearings
    return Plan(
        message,
        "clearing" if clearings else "routed",
        schema=route.format if route else "",
        code=clearings[0].code if clearings else None,
        case=outcome.case,
        business_key=verdicts.business_key(message) if message.business_id else None,
        milestones=_milestones(message, route, remarks, outcome),
        promises=tuple(made.promises),
        kept=tuple(made.kept),
        clearings=clearings,
    )


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


async def _send(
    message: Message, send: Send, case: Case | None, house: House
) -> tuple[Promise, Kept]:
    tenant = house.settings.tenant(message.tenant)
    origin = case.origin if case else message.partner
    return await written(message, send, partner_for(send.role, tenant, origin), house)


async def _letter(
    message: Message, letter: Letter, case: Case | None, house: House
) -> tuple[Promise, Kept]:
    house.templates.template(letter.template)
    kept = await house.payloads.keep(canonical_json(letter.fields))
    spec = {
        "template": letter.template,
        "title": letter.title,
        "vorgang": letter.vorgang,
        "akte": akte_title(case),
        "case_key": message.case_key,
    }
    return _promise(message, "letter", letter.ref, spec, kept.sha256, house), kept


async def _filing(
    message: Message, filing: Filing, case: Case | None, house: House
) -> tuple[Promise, Kept | None]:
    kept = None
    if filing.record is not None:
        kept = await house.payloads.keep(filing.record.to_json())
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
    return _promise(message, "file", filing.ref, spec, digest, house), kept


async def attached(
    message: Message, outcome: Outcome, case: Case | None, house: House
) -> list[Promise]:
    """Return the promises to file what came with a message, each as a document of its own."""
    channels = house.settings.tenant(message.tenant).channels
    comes_in_units = any(c.name == message.channel and c.ready == "sidecar" for c in channels)
    if not comes_in_units or message.part_of or not message.case_key:
        return []
    found = await house.database.read(lambda tx: attachments.of(tx, message.tenant, message.id))
    matters = [one.vorgang for one in outcome.filings] + [one.vorgang for one in outcome.letters]
    return [
        _promise(
            message,
            "file",
            f"attachment-{number}",
            {
                "title": one.name,
                "name": one.name,
                "doc_type": "Dokument",
                "vorgang": matters[0] if matters else "Posteingang",
                "akte": akte_title(case),
                "case_key": message.case_key,
                "mime": one.media_type,
                "direction": "in",
                "role": "original",
            },
            one.sha256,
            house,
        )
        for number, one in enumerate(found, 1)
    ]


def _promise(
    message: Message, kind: str, ref: str, spec: dict[str, str | None], digest: str, house: House
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
        deadline_us=house.deadline_us(house.clock.now_us()),
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
