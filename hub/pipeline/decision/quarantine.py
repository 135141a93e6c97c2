"""The quarantine (*Quarantäne*): bytes put aside for their sender, and the reason beside them.

The record report (*Satzbericht*) says which rows of a batch were refused, and why. It lies
beside its reason file, as a table anybody can open, so that the sender corrects these rows and
sends only them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from hub.core.clock import iso_utc
from hub.core.findings import MAX_FINDINGS, Finding
from hub.core.ids import derived_uuid
from hub.core.message import Message
from hub.pipeline.decision.answers import Answer
from hub.pipeline.decision.mind import Mind, keep
from hub.store.lanes import Promise

HEADER = "Satz;Zeile;Feld;Regel;Meldung"
ENDING = ".satzbericht.csv"


def put_aside(
    message: Message, ref: str, sha256: str, reason: Mapping[str, object], mind: Mind
) -> Promise:
    """Return the promise to put bytes into the quarantine of the message's channel."""
    return Promise(
        id=derived_uuid(message.id, ref),
        tenant=message.tenant,
        message_id=message.id,
        kind="refuse",
        queue="refuse",
        lane_key=f"~{message.id}",
        spec={"day": message.received_on, "channel": message.channel, "reason": reason},
        payload_sha256=sha256,
        deadline_us=mind.deadline_us(),
    )


def reason_for(message: Message, findings: Sequence[Finding]) -> dict[str, object]:
    """Return what every reason file says, whatever the reason."""
    return {
        "message_id": message.id,
        "datei": message.original_name,
        "empfangen": iso_utc(message.received_us),
        "sha256": message.sha256,
        "befunde": [finding.to_dict() for finding in findings],
    }


@dataclass
class RefusedRows:
    """The rows of one batch that do not go on."""

    rows: dict[int, str]
    """Row and the first rule it breaks."""
    findings: list[Finding]

    def add(self, row: int, code: str, message: str) -> None:
        """Refuse one more row."""
        self.rows.setdefault(row, code)
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(code, message, row=row))


def record_report(message: Message, refused: RefusedRows, accepted: int, mind: Mind) -> Answer:
    """Return the promise to put the report where the sender looks; none when all is well."""
    if not refused.rows:
        return Answer()
    kept = keep(_table(refused).encode("utf-8-sig"))
    reason = reason_for(message, refused.findings) | {
        "code": "records_refused",
        "nachricht": "Einzelne Sätze der Datei sind abgelehnt; die übrigen sind angenommen.",
        "abhilfe": "Nur die genannten Sätze berichtigen und in einer neuen Datei senden.",
        "datei": message.original_name + ENDING,
        "angenommen": accepted,
        "abgelehnt": len(refused.rows),
    }
    promise = put_aside(message, "records", kept.sha256, reason, mind)
    return Answer((promise,), (kept,))


def _table(refused: RefusedRows) -> str:
    """Return every refused row with its findings; beyond their bound only with its rule."""
    told = {finding.row for finding in refused.findings}
    lines = [
        (found.row or 0, found.line or "", found.field or "", found.rule, found.message)
        for found in refused.findings
    ]
    lines += [(row, "", "", code, "") for row, code in refused.rows.items() if row not in told]
    lines.sort(key=itemgetter(0))
    rows = [";".join(_cell(str(cell)) for cell in line) for line in lines]
    return "\r\n".join([HEADER, *rows]) + "\r\n"


def _cell(text: str) -> str:
    """Quote a cell; what a spreadsheet would take for a formula becomes text."""
    if text.startswith(("=", "+", "-", "@", "\t", "\r")):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if set(text) & set(';"\r\n') else text
