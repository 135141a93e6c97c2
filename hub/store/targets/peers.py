"""The certificates partners' servers have shown, one row per certificate, kept to the hour."""

from __future__ import annotations

from dataclasses import dataclass

from hub.store.database import Transaction

_SEEN_EVERY_US = 3_600_000_000
"""A write for every delivery would cost more than it tells."""


@dataclass(frozen=True, slots=True)
class Peer:
    """What a partner's server showed."""

    partner: str
    fingerprint: str
    """SHA-256 of its certificate in hexadecimal."""
    not_after_us: int


def note(tx: Transaction, peer: Peer, now_us: int) -> None:
    """Remember that a server showed a certificate; mostly that is known already."""
    known = tx.one(
        "SELECT seen_us FROM peer_certificate "
        "WHERE partner = :partner AND fingerprint = :fingerprint",
        partner=peer.partner, fingerprint=peer.fingerprint,
    )  # fmt: skip
    if known and now_us - known["seen_us"] < _SEEN_EVERY_US:
        return
    tx.run(
        "INSERT INTO peer_certificate (partner, fingerprint, not_after_us, first_seen_us, seen_us) "
        "VALUES (:partner, :fingerprint, :not_after, :now, :now) "
        "ON CONFLICT (partner, fingerprint) DO UPDATE SET seen_us = excluded.seen_us",
        partner=peer.partner, fingerprint=peer.fingerprint, not_after=peer.not_after_us, now=now_us,
    )  # fmt: skip
