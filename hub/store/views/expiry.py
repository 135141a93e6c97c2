"""What ends some day and must be renewed before: access of senders, CAs, partners' servers."""

from __future__ import annotations

from dataclasses import dataclass

from hub.store.database import Transaction
from hub.store.views.scope import Scope

_DAY_US = 86_400_000_000
FORGOTTEN_US = 30 * _DAY_US
"""What ended longer ago is nobody's concern any more."""

SHOWN_DIGITS = 16
"""Of a fingerprint; the journal names the certificate of each delivery by as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """Something that ends."""

    kind: str
    """``token`` or ``certificate`` of a sender; ``anchor``: the certificate of a CA; ``peer``:
    that of a partner's server."""
    name: str
    """The sender, the subject of the CA, or the first characters of the server's fingerprint."""
    place: str
    """Channel of the sender, partner whose certificates the CA vouches for, or the target."""
    tenant: str = ""
    """Whose it is; empty: the whole house's."""
    not_after_us: int
    succeeded: bool = False
    """Whether something that ends later stands beside it: nobody must hurry."""


def credentials(tx: Transaction, scope: Scope, now_us: int) -> list[Expiry]:
    """Return what senders over HTTPS come in with, the soonest to end first."""
    rows = tx.all(
        "SELECT one.tenant, one.channel, one.sender, one.kind, one.expires_us,"
        " (SELECT count(*) FROM credential AS other WHERE other.tenant = one.tenant"
        "  AND other.channel = one.channel AND other.sender = one.sender"
        "  AND other.revoked_us IS NULL AND other.expires_us > one.expires_us) AS later"
        " FROM credential AS one WHERE one.revoked_us IS NULL AND one.expires_us > :forgotten"
        " AND (:tenant IS NULL OR one.tenant = :tenant)"
        " ORDER BY one.expires_us, one.tenant, one.sender LIMIT 2000",
        tenant=scope, forgotten=now_us - FORGOTTEN_US,
    )  # fmt: skip
    return [
        Expiry(
            kind=row["kind"], name=row["sender"], place=row["channel"], tenant=row["tenant"],
            not_after_us=row["expires_us"], succeeded=row["later"] > 0,
        )
        for row in rows
    ]  # fmt: skip


def peers(tx: Transaction, now_us: int) -> list[Expiry]:
    """Return what partners' servers showed at handshakes, the soonest to end first.

    A certificate is succeeded when it was not shown any more after one that ends later came:
    a partner with several servers may show both for a while.
    """
    rows = tx.all(
        "SELECT one.partner, one.fingerprint, one.not_after_us,"
        " (SELECT count(*) FROM peer_certificate AS other WHERE other.partner = one.partner"
        "  AND other.not_after_us > one.not_after_us AND other.first_seen_us > one.seen_us)"
        " AS later FROM peer_certificate AS one WHERE one.not_after_us > :forgotten"
        " ORDER BY one.not_after_us, one.partner, one.fingerprint LIMIT 2000",
        forgotten=now_us - FORGOTTEN_US,
    )  # fmt: skip
    return [
        Expiry(
            kind="peer", name=row["fingerprint"][:SHOWN_DIGITS], place=row["partner"],
            not_after_us=row["not_after_us"], succeeded=row["later"] > 0,
        )
        for row in rows
    ]  # fmt: skip
