"""What is put aside for a sender to look at: bytes, and the reason beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.core.clock import iso_utc
from hub.core.findings import Finding
from hub.core.ids import derived_uuid
from hub.core.message import Message
from hub.pipeline.decision.mind import Mind
from hub.store.lanes import Promise


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
