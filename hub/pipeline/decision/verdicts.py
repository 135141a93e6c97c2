"""What happens to a message that cannot go on: refused, held, or recognised as repeated."""

from __future__ import annotations

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
from hub.pipeline.decision.answers import receipt
from hub.pipeline.decision.mind import Mind
from hub.pipeline.decision.plan import Milestone, Plan
from hub.pipeline.decision.quarantine import put_aside, reason_for
from hub.pipeline.decision.reading import Understood
from hub.store.clearing import ClearingCase
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


def first_time(message: Message, mind: Mind) -> None:
    """Refuse bytes a channel has seen before, where the office wants repetitions refused.

    Raises:
        RuleViolation: the same bytes came before.
    """
    tenant = mind.tenant(message.tenant)
    policy = next((c.duplicates for c in tenant.channels if c.name == message.channel), "accept")
    if policy != "refuse" or message.part_of:
        return
    before = mind.knows.first_with(message, "bytes", message.sha256)
    if before and before[0] != message.id:
        raise RuleViolation(
            "duplicate_refused",
            "Dieselbe Datei wurde schon einmal gesendet.",
            remedy="Jede Nachricht nur einmal senden.",
        )


def repeated(message: Message, mind: Mind) -> Plan | None:
    """Return the plan for a sender's number that was used before, if it was.

    Raises:
        RuleViolation: the number was used for other content.
    """
    if message.business_id is None:
        return None
    before = mind.knows.first_with(message, "business", business_key(message))
    if before is None or before[0] == message.id:
        return None
    if before[1] != message.sha256 or _came_with_others(message, before[0], mind):
        raise RuleViolation(
            "business_id_conflict",
            "Diese Nachrichtennummer wurde schon mit anderem Inhalt verwendet.",
            remedy="Jede Nachricht braucht eine eigene Nummer; bitte neu nummeriert senden.",
        )
    return Plan(message, "duplicate", code="duplicate_business_id")


def _came_with_others(message: Message, before: str, mind: Mind) -> bool:
    """Tell whether two messages of the same bytes came with different attachments."""
    mine, others = (
        [came.sha256 for came in mind.knows.attachments(message.tenant, one)]
        for one in (message.id, before)
    )
    return mine != others


def business_key(message: Message) -> str:
    """Return the key a sender's number is remembered by."""
    return number_key(message.partner, message.kind or "", message.business_id or "")


def number_key(partner: str, kind: str, number: str) -> str:
    """Return the same from what a cheap look at the bytes found."""
    return f"{partner}|{kind}|{number}"


def refuse(message: Message, error: Rejected, mind: Mind) -> Plan:
    """Refuse a message: reason beside the bytes, and an answer where one was agreed."""
    answer = receipt(message, "refused", findings_of(error), mind)
    promises = (_quarantine(message, error, mind), *answer.promises)
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
        facts={"ort": error.place} if error.place else {},
    )
    return Plan(
        message,
        "clearing",
        code=error.code,
        milestones=(Milestone("checked", facts={"verdict": Verdict.NOT_CHECKABLE.value}),),
        clearings=(case,),
        holds_lane=True,
    )


def unforeseen(exc: Exception, place: str = "") -> NotChecked:
    """Return the error for a fault nobody foresaw: its type, never its words."""
    return NotChecked(
        "unforeseen",
        f"Die Verarbeitung ist unerwartet abgebrochen ({type(exc).__name__}).",
        place=place,
        remedy="Protokoll prüfen, Hersteller benachrichtigen, danach den Klärfall freigeben.",
    )


def _quarantine(message: Message, error: Rejected, mind: Mind) -> Promise:
    reason = reason_for(message, findings_of(error)) | {
        "code": error.code,
        "nachricht": error.message,
        "abhilfe": error.remedy,
    }
    return put_aside(message, "refuse", message.record or message.sha256, reason, mind)
