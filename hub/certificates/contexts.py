"""TLS contexts of the active certificates, one per certificate and set of anchors."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import asdict

from cryptography import x509

from hub.certificates.inventory import Slot
from hub.certificates.keystore import KeyStore, Owner, SealedKey
from hub.certificates.tls import client_context
from hub.certificates.trust import TrustFolder
from hub.core.clock import Clock
from hub.core.errors import Misconfigured
from hub.store import certificates as rows
from hub.store.database import Database, Row, Transaction

Anchors = tuple[x509.Certificate, ...]

_USED_EVERY_US = 3_600_000_000
"""Last use is kept to the hour: a write for every delivery would cost more than it tells."""


class ClientContexts:
    """Builds contexts on demand and drops those of replaced certificates and anchors."""

    def __init__(
        self, database: Database, keys: KeyStore, trust: TrustFolder, clock: Clock
    ) -> None:
        self._database = database
        self._keys = keys
        self._trust = trust
        self._clock = clock
        self._ready: dict[Slot, tuple[str, Anchors, ssl.SSLContext]] = {}

    async def of(self, slot: Slot) -> ssl.SSLContext:
        """Return the context of the slot's active certificate.

        Raises:
            Misconfigured: no active certificate, it has ended, or no anchors.
        """
        row = await self._usable(slot)
        # Asked for every delivery: as a rule it is one look at a small file's date.
        anchors = self._trust.certificates(slot.partner)
        if not anchors:
            raise _without_anchors(slot)
        await self._note_use(row)
        ready = self._ready.get(slot)
        if ready is None or ready[:2] != (row["id"], anchors):
            key = self._keys.open(await self._sealed(row), owner_of(row))
            chain_pem = row["chain_pem"].encode("ascii")
            context = await asyncio.to_thread(client_context, key, chain_pem, anchors)
            ready = self._ready[slot] = (row["id"], anchors, context)
        return ready[2]

    async def _usable(self, slot: Slot) -> Row:
        row = await self._database.read(lambda tx: rows.active(tx, **asdict(slot)))
        if row is None:
            raise _missing(slot)
        if self._clock.now_us() > row["not_after_us"]:
            raise _expired(slot)
        return row

    async def _sealed(self, row: Row) -> SealedKey:
        kept = await self._database.read(lambda tx: rows.key(tx, row["key_id"]))
        if kept is None:
            raise _missing(Slot(row["tenant"], row["partner"]))
        return SealedKey(kept["wrapped_dek"], kept["sealed"])

    async def _note_use(self, row: Row) -> None:
        now_us = self._clock.now_us()
        if now_us - (row["last_used_us"] or 0) < _USED_EVERY_US:
            return

        def work(tx: Transaction) -> None:
            rows.set_used(tx, row["id"], now_us)

        await self._database.write(work)


def owner_of(row: Row) -> Owner:
    """Return whom the key of a certificate row must belong to."""
    return Owner(row["tenant"], row["key_id"], row["purpose"])


def _missing(slot: Slot) -> Misconfigured:
    return Misconfigured(
        "certificate_missing",
        f"Für „{slot.tenant}“ ist kein Zertifikat zum Partner „{slot.partner}“ aktiv.",
        place=f"{slot.tenant}/{slot.partner}",
        remedy="Zertifikat beantragen, einspielen und aktivieren (aktenhub certs).",
    )


def _expired(slot: Slot) -> Misconfigured:
    return Misconfigured(
        "certificate_expired",
        f"Das Zertifikat von „{slot.tenant}“ zum Partner „{slot.partner}“ ist abgelaufen.",
        place=f"{slot.tenant}/{slot.partner}",
        remedy="Ein neues Zertifikat beantragen, einspielen und aktivieren (aktenhub certs).",
    )


def _without_anchors(slot: Slot) -> Misconfigured:
    return Misconfigured(
        "trust_missing",
        f"Für den Partner „{slot.partner}“ sind keine Vertrauensanker hinterlegt.",
        place=f"certs/trust/{slot.partner}.pem",
        remedy="Zertifikate der Partner-CA mit „aktenhub certs trust“ einspielen.",
    )
