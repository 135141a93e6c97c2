"""Receipts (*Quittungen*): every sender who agreed on it learns what became of a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.core.clock import iso_utc, local_date
from hub.core.errors import HubError, Unavailable
from hub.core.findings import Finding, Level
from hub.core.ids import derived_uuid
from hub.core.message import Message
from hub.core.record import Record
from hub.partners.outcome import Role, Send
from hub.pipeline.decision.mind import Mind
from hub.pipeline.decision.writing import written
from hub.store.clearing import ClearingCase
from hub.store.lanes import Promise
from hub.store.payloads import Kept

SHOWN_FINDINGS = 100
"""A receipt lists this many findings; the reason file in the quarantine lists all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The promise to bring a receipt, where one was agreed."""

    promises: tuple[Promise, ...] = ()
    kept: tuple[Kept, ...] = ()
    clearings: tuple[ClearingCase, ...] = ()


def receipt(message: Message, result: str, findings: Sequence[Finding], mind: Mind) -> Answer:
    """Return the receipt for a message of the case core; nothing for other senders."""
    partner = _wants_to_hear(message, result, mind)
    if partner is None:
        return Answer()
    send = Send(Role.CASE_CORE, _record(message, result, findings), "receipt")
    try:
        promise, kept = written(message, send, partner, mind)
    except Unavailable:
        raise
    except HubError as exc:
        # A receipt that cannot be written must not keep the message from being refused.
        return Answer(clearings=(_unwritten(message, exc),))
    return Answer((promise,), (kept,))


def _wants_to_hear(message: Message, result: str, mind: Mind) -> str | None:
    """Return the partner to answer; for unreadable bytes the channel's own partner."""
    routes = mind.rules.routes.incoming(message.channel, local_date(message.received_us))
    answering = [route.partner for route in routes if route.tells(result)]
    if message.partner in answering:
        return message.partner
    return message.channel if message.channel in answering else None


def _unwritten(message: Message, error: HubError) -> ClearingCase:
    return ClearingCase(
        id=derived_uuid(message.id, "receipt"),
        code="receipt_unwritten",
        message=f"Die Quittung ließ sich nicht erstellen: {error.message}",
        remedy="Absender auf anderem Weg verständigen; Schema und Abbildung der Quittung prüfen.",
    )


def _record(message: Message, result: str, findings: Sequence[Finding]) -> Record:
    data: dict[str, object] = {
        "message_id": message.id,
        "received_at": iso_utc(message.received_us),
        "result": result,
        "original_name": _printable(message.original_name),
        "findings": [_finding(finding) for finding in findings[:SHOWN_FINDINGS]],
    }
    if message.business_id:
        data["business_id"] = message.business_id
    if message.case_key:
        data["case_id"] = message.case_key
    return Record("Quittung", data)


def _finding(finding: Finding) -> dict[str, object]:
    shown = {k: v for k, v in finding.to_dict().items() if v is not None}
    shown.pop("level", None)
    if finding.level is not Level.ERROR:
        shown["message"] = f"Hinweis: {finding.message}"
    return shown


def _printable(name: str) -> str:
    """Return a file name fit for any receipt: no control or direction characters."""
    return "".join(c if c.isprintable() else "?" for c in name)[:150]
