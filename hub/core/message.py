"""The envelope of a message; immutable once accepted."""

from __future__ import annotations

from msgspec import Struct

from hub.core.clock import local_date


class Message(Struct, frozen=True):
    """What the hub knows about received bytes without having understood them."""

    id: str
    """UUIDv7, given at acceptance."""
    tenant: str
    """Office (*Jugendamt*) the message belongs to."""
    partner: str
    """Who sent it, as configured for the channel."""
    channel: str
    """Door it came through, for example ``fachverfahren``."""
    kind: str | None
    """Message kind; unknown until it was read."""
    case_key: str | None
    """Case number (*Fallnummer*), where a cheap key could be taken from the bytes."""
    sha256: str
    """Digest of the original bytes in hexadecimal; also their place in the payload store."""
    size_bytes: int
    received_us: int
    """Microseconds since the epoch, UTC."""
    original_name: str
    """Name the sender gave the file. Metadata only: never a path, never a key."""
    correlation_id: str
    """Id of the first message of the conversation."""
    causation_id: str | None = None
    """Id of the message this one answers."""
    part_of: str | None = None
    """Id of the batch this message was split from."""
    business_id: str | None = None
    """The sender's own message number."""
    record: str | None = None
    """Digest of the neutral record, for messages split from a batch."""
    attachments: int | None = 0
    """How many files came with it; ``None``: accepted before this was counted."""

    @property
    def key(self) -> tuple[str, str]:
        """What names it among all offices' messages."""
        return self.tenant, self.id

    @property
    def received_on(self) -> str:
        """The office's calendar day of acceptance as ``YYYY-MM-DD``."""
        return local_date(self.received_us).isoformat()
