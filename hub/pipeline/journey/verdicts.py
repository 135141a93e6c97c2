"""What happens to a message that cannot go on: refused, held, or recognised as repeated."""

from __future__ import annotations

from collections.abc import Mapping

from hub.core.clock import iso_utc
from hub.core.errors import (
    HubError,
    NotChecked,
    Rejected,
    RuleViolation,
    SchemaViolation,
    Undecodable,
    UnknownKind,
)
from hub.core.findings import Finding, Verdict
from hub.core.ids import derived_uuid
from hub.core.message import Message
from hub.core.record import Record
from hub.pipeline.house import House, received_on
from hub.pipeline.isolation.cell import Understood
from hub.pipeline.journey.answers import receipt
from hub.pipeline.journey.plan import Milestone, Plan
from hub.store import messages
from hub.store.clearing import ClearingCase
from hub.store.database import Row, Transaction
from hub.store.inbox import attachments
from hub.store.lanes import Promise


def check(understood: Understood) -> None:
    """Let only passed documents through.

    Raises:
        Undecodable: the bytes are not sound XML.
        UnknownKind: no format recognised the bytes.
        SchemaViolation: the check ran and failed.
        NotChecked: the check could not run.
    """
    if understood.leg is None and understood.findings:
        raise Undecodable(
            understood.findings[0].rule,
            "Die Datei ist kein zulässiges XML.",
            findings=understood.findings,
        )
    if understood.leg is None:
        raise UnknownKind(
            "kind_unknown",
            "Die Datei entspricht keiner der vereinbarten Nachrichtenarten.",
            remedy="Wurzelelement, Namensraum oder Kopfzeile mit der Schnittstelle vergleichen.",
        )
    if understood.verdict is Verdict.NOT_CHECKABLE:
        raise NotChecked("not_checkable", "Die Nachricht konnte nicht geprüft werden.")
    if understood.verdict is Verdict.FAILED:
        raise SchemaViolation(
            understood.findings[0].rule if len(understood.findings) == 1 else "schema_violation",
            "Die Nachricht entspricht nicht dem vereinbarten Schema.",
            remedy="Die Befunde nennen Stelle und Regel; bitte berichtigt neu senden.",
            findings=understood.findings,
        )


def same_case(message: Message, record: Record) -> None:
    """Refuse content that names another case than the place it stands in.

    Raises:
        RuleViolation: the two differ.
    """
    if message.case_key and record.case_id and message.case_key != record.case_id:
        raise RuleViolation(
            "case_contradictory",
            "Die Nachricht nennt mehr als eine Fallnummer.",
            remedy="Jede Nachricht darf nur zu einem Fall gehören.",
        )


async def first_time(message: Message, house: House) -> None:
    """Refuse bytes a channel has seen before, where the office wants repetitions refused.

    Raises:
        RuleViolation: the same bytes came before.
    """
    tenant = house.settings.tenant(message.tenant)
    policy = next((c.duplicates for c in tenant.channels if c.name == message.channel), "accept")
    if policy != "refuse" or message.part_of:
        return
    before = await house.database.read(lambda tx: messages.first_of(tx, message))
    if before not in (None, message.id):
        raise RuleViolation(
            "duplicate_refused",
            "Dieselbe Datei wurde schon einmal gesendet.",
            remedy="Jede Nachricht nur einmal senden.",
        )


async def repeated(message: Message, house: House) -> Plan | None:
    """Return the plan for a sender's number that was used before, if it was.

    Raises:
        RuleViolation: the number was used for other content.
    """
    if message.business_id is None:
        return None
    key = business_key(message)

    def look(tx: Transaction) -> Row | None:
        return messages.seen(
            tx, tenant=message.tenant, channel=message.channel, key_kind="business", key=key
        )

    before = await house.database.read(look)
    if before is None or before["message_id"] == message.id:
        return None
    if before["sha256"] != message.sha256 or await _came_with_others(message, before, house):
        raise RuleViolation(
            "business_id_conflict",
            "Diese Nachrichtennummer wurde schon mit anderem Inhalt verwendet.",
            remedy="Jede Nachricht braucht eine eigene Nummer; bitte neu nummeriert senden.",
        )
    return Plan(message, "duplicate", code="duplicate_business_id")


async def _came_with_others(message: Message, before: Row, house: House) -> bool:
    """Tell whether two messages of the same bytes came with different attachments."""

    def look(tx: Transaction) -> set[tuple[str, ...]]:
        ids = (message.id, before["message_id"])
        return {attachments.digests(tx, message.tenant, one) for one in ids}

    return len(await house.database.read(look)) > 1


def business_key(message: Message) -> str:
    """Return the key a sender's number is remembered by."""
    return f"{message.partner}|{message.kind}|{message.business_id}"


async def refuse(message: Message, error: Rejected, house: House) -> Plan:
    """Refuse a message: reason beside the bytes, and an answer where one was agreed."""
    answer = await receipt(message, "refused", findings_of(error), house)
    promises = (_quarantine(message, error, house), *answer.promises)
    milestone = Milestone("refused_because", facts={"findings": len(error.findings)})
    return Plan(
        message,
        "refused",
        code=error.code,
        milestones=(Milestone("checked", facts={"verdict": "failed"}), milestone),
        promises=promises,
        kept=answer.kept,
        clearings=answer.clearings,
    )


def findings_of(error: Rejected) -> tuple[Finding, ...]:
    """Return the findings of an error; the error itself when it carries none."""
    if error.findings:
        return error.findings
    return (Finding(error.code, f"{error.message} {error.remedy}".strip()),)


def hold(message: Message, error: HubError) -> Plan:
    """Keep a message for a human: a check that did not run never counts as passed."""
    case = ClearingCase(
        id=derived_uuid(message.id, "hold"),
        code=error.code,
        message=error.message,
        remedy=error.remedy or "Ursache beheben und den Klärfall freigeben.",
        promise_id=message.id,
    )
    return Plan(
        message,
        "clearing",
        code=error.code,
        milestones=(Milestone("checked", facts={"verdict": Verdict.NOT_CHECKABLE.value}),),
        clearings=(case,),
        holds_lane=True,
    )


def unforeseen(exc: Exception) -> NotChecked:
    """Return the error for a fault nobody foresaw: its type, never its words."""
    return NotChecked(
        "unforeseen",
        f"Die Verarbeitung ist unerwartet abgebrochen ({type(exc).__name__}).",
        remedy="Protokoll prüfen, Hersteller benachrichtigen, danach den Klärfall freigeben.",
    )


def _quarantine(message: Message, error: Rejected, house: House) -> Promise:
    now_us = house.clock.now_us()
    reason: Mapping[str, object] = {
        "code": error.code,
        "nachricht": error.message,
        "abhilfe": error.remedy,
        "message_id": message.id,
        "datei": message.original_name,
        "empfangen": iso_utc(message.received_us),
        "sha256": message.sha256,
        "befunde": [finding.to_dict() for finding in findings_of(error)],
    }
    return Promise(
        id=derived_uuid(message.id, "refuse"),
        tenant=message.tenant,
        message_id=message.id,
        kind="refuse",
        queue="refuse",
        lane_key=f"~{message.id}",
        spec={"day": received_on(message), "channel": message.channel, "reason": reason},
        payload_sha256=message.record or message.sha256,
        deadline_us=house.deadline_us(now_us),
    )
