"""The TLS context of our own door: our server certificate, and the CAs of those we let in.

A context is never changed: when certificate or anchors change there is a new one, and the
door opens new connections with it. What cannot be read leaves the old one in place.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hub.certificates.chains import fingerprint, read_chain
from hub.certificates.inventory import OWN_DOOR
from hub.certificates.keystore import KeyStore, Owner, SealedKey
from hub.certificates.tls import server_context
from hub.certificates.trust import TrustFolder
from hub.certificates.validation import SERVER, faults_of
from hub.core.clock import Clock
from hub.core.errors import Misconfigured, Rejected
from hub.store import certificates as rows
from hub.store.database import Database, Row, Transaction
from hub.store.senders.credentials import trusted_partners


@dataclass(frozen=True, slots=True)
class DoorContext:
    """A context with the digests of what it was made of."""

    context: ssl.SSLContext
    identity: str
    """Of our certificate."""
    trust: str
    """Of the anchors."""


class DoorContexts:
    """Makes the context of the door anew when certificate or anchors have changed."""

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        trust: TrustFolder,
        clock: Clock,
        files: tuple[Path, Path] | None,
    ) -> None:
        self._database = database
        self._keys = keys
        self._trust = trust
        self._clock = clock
        self._files = files
        self._ready: DoorContext | None = None

    async def current(self) -> DoorContext:
        """Return the context for new connections; the same until something changes.

        Raises:
            Misconfigured: no usable server certificate, or unreadable anchors.
        """
        key, chain_pem = await self._identity()
        anchors = await self._anchors()
        digests = (_digest([chain_pem]), _digest([fingerprint(a).encode() for a in anchors]))
        ready = self._ready
        if ready is None or (ready.identity, ready.trust) != digests:
            context = await asyncio.to_thread(_made, key, chain_pem, anchors)
            ready = self._ready = DoorContext(context, *digests)
        return ready

    async def _anchors(self) -> tuple[x509.Certificate, ...]:
        now_us = self._clock.now_us()
        partners = await self._database.read(lambda tx: trusted_partners(tx, now_us))
        found = [await asyncio.to_thread(self._trust.certificates, name) for name in partners]
        # One CA may serve several partners.
        unique = {fingerprint(one): one for anchors in found for one in anchors}
        return tuple(unique[digest] for digest in sorted(unique))

    async def _identity(self) -> tuple[PrivateKeyTypes, bytes]:
        if self._files:
            key, chain_pem = await asyncio.to_thread(_from_files, *self._files)
        else:
            key, chain_pem = await self._from_store()
        try:
            faults = faults_of(read_chain(chain_pem), self._clock.now_us(), SERVER)
        except Rejected as exc:
            raise _unusable(exc.message) from exc
        if faults:
            raise _unusable(" ".join(faults))
        return key, chain_pem

    async def _from_store(self) -> tuple[PrivateKeyTypes, bytes]:
        def look(tx: Transaction) -> tuple[Row | None, Row | None]:
            row = rows.active(tx, **asdict(OWN_DOOR))
            return row, rows.key(tx, row["key_id"]) if row else None

        row, kept = await self._database.read(look)
        if row is None or kept is None:
            raise _unusable("Im Zertifikatsspeicher ist kein Serverzertifikat aktiv.")
        owner = Owner(row["tenant"], row["key_id"], row["purpose"])
        sealed = SealedKey(kept["wrapped_dek"], kept["sealed"])
        return self._keys.open(sealed, owner), row["chain_pem"].encode("ascii")


def _from_files(chain: Path, key: Path) -> tuple[PrivateKeyTypes, bytes]:
    try:
        exposed = key.stat().st_mode & 0o077
        opened = load_pem_private_key(key.read_bytes(), None)
        pem = chain.read_bytes()
    except (OSError, ValueError, TypeError) as exc:
        raise _unusable("Zertifikat oder Schlüssel sind nicht lesbar.") from exc
    if exposed:
        raise _unusable("Die Datei des privaten Schlüssels ist für andere lesbar.")
    return opened, pem


def _made(
    key: PrivateKeyTypes, chain_pem: bytes, anchors: Sequence[x509.Certificate]
) -> ssl.SSLContext:
    try:
        return server_context(key, chain_pem, anchors)
    except ssl.SSLError as exc:
        raise _unusable("Schlüssel und Zertifikat gehören nicht zusammen.") from exc


def _digest(parts: Sequence[bytes]) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _unusable(why: str) -> Misconfigured:
    return Misconfigured(
        "door_certificate_unusable",
        f"Die Annahme über HTTPS hat kein verwendbares Serverzertifikat: {why}",
        place="[intake]",
        remedy="In hub.toml certificate und key angeben oder ein Serverzertifikat beantragen, "
        "einspielen und aktivieren (aktenhub certs request-server).",
    )
