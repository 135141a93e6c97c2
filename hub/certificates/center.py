"""The one place where certificates of all offices are requested, imported, switched, used."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from hub.certificates import inventory
from hub.certificates.chains import key_facts, public_digest, read_chain
from hub.certificates.contexts import ClientContexts, owner_of
from hub.certificates.door import DoorContexts
from hub.certificates.inventory import (
    OWN_DOOR,
    TLS_CLIENT,
    TLS_SERVER,
    Certificate,
    Slot,
    demand_name,
)
from hub.certificates.keystore import KeyStore, Owner, SealedKey
from hub.certificates.requests import Request, certificate_request
from hub.certificates.rotation import State, Step, after
from hub.certificates.trust import Anchor, TrustFolder, replace_file
from hub.certificates.validation import (
    CLIENT,
    SERVER,
    UNDECIDED_IN_TIME,
    Judgement,
    Verdict,
    faults_of,
    judge,
    judge_own,
    to_us,
)
from hub.core.clock import Clock
from hub.core.errors import NotChecked, Rejected
from hub.core.ids import uuid7
from hub.store import certificates as rows
from hub.store.database import Database, Row, Transaction

_PURPOSES = {TLS_CLIENT: CLIENT, TLS_SERVER: SERVER}

CHECK_S = 5.0
"""Path building is attackable; the verifier needs milliseconds for honest chains."""


class CertificateCenter:
    """Requests, certificates, trust anchors and TLS contexts of every office."""

    def __init__(self, database: Database, kek: bytes, clock: Clock, folder: Path) -> None:
        self._database = database
        self._keys = KeyStore(kek)
        self._clock = clock
        self._folder = folder
        self._trust = TrustFolder(folder / "trust")
        self._contexts = ClientContexts(database, self._keys, self._trust, clock)

    async def request(
        self,
        tenant: str,
        partner: str,
        subject: Mapping[str, str],
        key: str = "ec-p256",
        actor: str = "system",
    ) -> tuple[str, Path]:
        """Make a key and a request; return the certificate's id and the file for the CA.

        Raises:
            Rejected: unknown key kind, incomplete subject or impossible names.
        """
        slot = Slot(demand_name(tenant), demand_name(partner))
        asked = await asyncio.to_thread(certificate_request, subject, key)
        return await self._requested(slot, asked, key, actor)

    async def request_server(
        self,
        names: Sequence[str],
        subject: Mapping[str, str],
        key: str = "ec-p256",
        actor: str = "system",
    ) -> tuple[str, Path]:
        """Do the same for the certificate of our own door, under these host names.

        Raises:
            Rejected: unknown key kind, incomplete subject or impossible names.
        """
        asked = await asyncio.to_thread(certificate_request, subject, key, names)
        return await self._requested(OWN_DOOR, asked, key, actor)

    async def _requested(
        self, slot: Slot, asked: Request, profile: str, actor: str
    ) -> tuple[str, Path]:
        now_us = self._clock.now_us()
        row = _request_row(slot, asked, uuid7(now_us), now_us)
        sealed = self._keys.seal(asked.key, owner_of(row))

        def work(tx: Transaction) -> None:
            rows.add_key(tx, _key_row(row, profile, sealed))
            rows.add_request(tx, row, actor)

        await self._database.write(work)
        path = self._folder / "requests" / f"{slot.tenant}-{slot.partner}-{row['id']}.csr.pem"
        await asyncio.to_thread(replace_file, path, asked.pem)
        return row["id"], path

    async def import_certificate(self, pem: bytes, actor: str = "system") -> Certificate:
        """Take in a certificate that came back from a CA; its key tells whose it is.

        Raises:
            Rejected: unreadable, of an unknown key, or unfit for use.
            Conflict: this request was answered before.
        """
        chain = await asyncio.to_thread(read_chain, pem)
        now_us = self._clock.now_us()
        digest = public_digest(chain.leaf.public_key())

        def work(tx: Transaction) -> Certificate:
            row = rows.by_public_key(tx, digest)
            if row is None:
                raise _key_unknown()
            # A successor may be taken in before it is valid; activating it waits.
            start_us = max(now_us, to_us(chain.leaf.not_valid_before_utc))
            if faults := faults_of(chain, start_us, _PURPOSES[row["purpose"]]):
                raise _unfit(faults)
            state = after(State(row["state"]), Step.IMPORT)
            current = rows.active(tx, **asdict(inventory.from_row(row).slot))
            replaced = {"replaces": current["id"] if current else None}
            rows.set_issued(tx, inventory.issued_row(row["id"], chain) | replaced)
            rows.move(tx, row, state, actor, now_us)
            return inventory.from_row(_existing(tx, row["id"]))

        certificate = await self._database.write(work)
        path = self._folder / "issued" / f"{certificate.id}.pem"
        await asyncio.to_thread(replace_file, path, chain.pem)
        return certificate

    async def activate(
        self, certificate_id: str, actor: str, *, even_undecidable: bool = False
    ) -> Certificate:
        """Make a certificate the one of its slot; the one before it retires slowly.

        A retiring certificate is rolled back to in the same way.

        Raises:
            Rejected: the check refuses the certificate.
            NotChecked: the check could not decide, and nobody confirmed it.
            Conflict: the certificate is not in a state to be activated.
        """
        row = await self._database.read(lambda tx: _existing(tx, certificate_id))
        after(State(row["state"]), Step.ACTIVATE)
        judgement = await self._judged(row)
        _demand_usable(judgement, even_undecidable=even_undecidable)
        now_us = self._clock.now_us()

        def work(tx: Transaction) -> Certificate:
            current = _existing(tx, certificate_id)
            following = after(State(current["state"]), Step.ACTIVATE)
            former = rows.active(tx, **asdict(inventory.from_row(current).slot))
            if former is not None:
                rows.move(tx, former, after(State.ACTIVE, Step.REPLACE), actor, now_us)
            rows.move(tx, current, following, actor, now_us)
            rows.set_activated(tx, certificate_id, now_us)
            return inventory.from_row(_existing(tx, certificate_id))

        return await self._database.write(work)

    async def _judged(self, row: Row) -> Judgement:
        pem = row["chain_pem"].encode()
        if row["purpose"] != TLS_SERVER:
            return await self.check(pem, row["partner"])
        return judge_own(await asyncio.to_thread(read_chain, pem), self._clock.now_us())

    async def retire(self, certificate_id: str, actor: str = "system") -> Certificate:
        """Take a certificate out of use for good.

        Raises:
            Conflict: it is active; activate its successor first, or revoke it.
        """
        return await self._move(certificate_id, Step.RETIRE, actor)

    async def revoke(self, certificate_id: str, actor: str) -> Certificate:
        """Stop a certificate at once; its slot opens no connections until another is active."""
        return await self._move(certificate_id, Step.REVOKE, actor)

    async def _move(self, certificate_id: str, step: Step, actor: str) -> Certificate:
        now_us = self._clock.now_us()

        def work(tx: Transaction) -> Certificate:
            row = _existing(tx, certificate_id)
            rows.move(tx, row, after(State(row["state"]), step), actor, now_us)
            return inventory.from_row(_existing(tx, certificate_id))

        return await self._database.write(work)

    async def all(self, tenant: str | None = None) -> list[Certificate]:
        """Return the inventory of one office or of all."""
        found = await self._database.read(lambda tx: rows.every(tx, tenant))
        return [inventory.from_row(row) for row in found]

    async def show(self, certificate_id: str) -> Certificate:
        """Return one certificate.

        Raises:
            Rejected: there is none with this id.
        """
        return inventory.from_row(
            await self._database.read(lambda tx: _existing(tx, certificate_id))
        )

    async def history(self, certificate_id: str) -> list[Row]:
        """Return who moved a certificate when (``at_us, actor, from_state, to_state``)."""
        return await self._database.read(lambda tx: rows.steps(tx, certificate_id))

    async def expiring(self, days: int) -> list[Certificate]:
        """Return certificates in use that end within so many days, soonest first."""
        before_us = self._clock.now_us() + days * inventory.DAY_US
        found = await self._database.read(lambda tx: rows.expiring(tx, before_us))
        return [inventory.from_row(row) for row in found]

    async def trust(self, partner: str, pem: bytes) -> tuple[Anchor, ...]:
        """Replace the trust anchors of a partner.

        Raises:
            Rejected: unreadable, or a certificate that is no CA.
        """
        return await asyncio.to_thread(self._trust.put, partner, pem)

    async def anchors(self) -> tuple[Anchor, ...]:
        """Return the trust anchors of every partner; they expire, too."""
        return await asyncio.to_thread(self._trust.all)

    async def check(self, pem: bytes, partner: str) -> Judgement:
        """Judge a certificate against the anchors of a partner, in bounded time.

        Raises:
            Rejected: the file holds no readable certificate.
        """
        chain = await asyncio.to_thread(read_chain, pem)
        anchors = await asyncio.to_thread(self._trust.certificates, partner)
        now_us = self._clock.now_us()
        return await judgement_in_time(lambda: judge(chain, anchors, now_us), CHECK_S)

    async def client_context(self, tenant: str, partner: str) -> ssl.SSLContext:
        """Return the TLS context of the active certificate; the same until something changes.

        Raises:
            Misconfigured: no active certificate, it has ended, or no anchors.
        """
        return await self._contexts.of(Slot(tenant, partner))

    def door_contexts(self, files: tuple[Path, Path] | None) -> DoorContexts:
        """Return the contexts of our own door; from PEM files (chain, key) where given."""
        return DoorContexts(self._database, self._keys, self._trust, self._clock, files)

    async def change_kek(self, successor: bytes) -> int:
        """Put every key under a new KEK and return how many were not; then open it with that.

        Raises:
            Misconfigured: the new KEK has a wrong length, or a key does not open.
        """
        keys = KeyStore(successor)

        def work(tx: Transaction) -> int:
            changed = 0
            for row in rows.keys(tx):
                sealed = SealedKey(row["wrapped_dek"], row["sealed"])
                owner = Owner(row["tenant"], row["id"], row["purpose"])
                if keys.wraps(sealed, owner):
                    # An earlier change got this far.
                    continue
                rows.set_wrapped(tx, row["id"], self._keys.rewrap(sealed, owner, keys).wrapped_dek)
                changed += 1
            return changed

        return await self._database.write(work)


async def judgement_in_time(check: Callable[[], Judgement], limit_s: float) -> Judgement:
    """Run a check; what takes longer is left to a human."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(check), limit_s)
    except TimeoutError:
        return UNDECIDED_IN_TIME


def _request_row(slot: Slot, asked: Request, certificate_id: str, now_us: int) -> Row:
    algorithm, bits = key_facts(asked.key.public_key())
    return {
        "id": certificate_id,
        **asdict(slot),
        "state": State.REQUESTED.value,
        "key_id": uuid7(now_us),
        "key_algorithm": algorithm,
        "key_bits": bits,
        "public_sha256": public_digest(asked.key.public_key()),
        "request_pem": asked.pem.decode("ascii"),
        "subject": asked.csr.subject.rfc4514_string(),
        "created_us": now_us,
    }


def _key_row(row: Row, profile: str, sealed: SealedKey) -> Row:
    return {
        "id": row["key_id"],
        "tenant": row["tenant"],
        "purpose": row["purpose"],
        "algorithm": profile,
        "made_us": row["created_us"],
        **asdict(sealed),
    }


def _existing(tx: Transaction, certificate_id: str) -> Row:
    row = rows.by_id(tx, certificate_id)
    if row is None:
        raise Rejected(
            "certificate_unknown",
            "Ein Zertifikat mit dieser Kennung gibt es nicht.",
            place=certificate_id,
            remedy="Kennungen zeigt „aktenhub certs list“.",
        )
    return row


def _demand_usable(judgement: Judgement, *, even_undecidable: bool) -> None:
    if judgement.verdict is Verdict.REFUSE:
        raise _unfit(judgement.reasons)
    if judgement.verdict is Verdict.UNDECIDABLE and not even_undecidable:
        raise NotChecked(
            "certificate_undecidable",
            "Das Zertifikat konnte nicht geprüft werden: " + " ".join(judgement.reasons),
            remedy="Vertrauensanker einspielen oder nach eigener Prüfung ausdrücklich bestätigen.",
        )


def _unfit(reasons: tuple[str, ...]) -> Rejected:
    return Rejected(
        "certificate_unfit",
        "Das Zertifikat ist nicht verwendbar: " + " ".join(reasons),
        remedy="Ein passendes Zertifikat bei der ausstellenden Stelle beantragen.",
    )


def _key_unknown() -> Rejected:
    return Rejected(
        "certificate_key_unknown",
        "Zu diesem Zertifikat gibt es hier keinen privaten Schlüssel.",
        remedy="Nur Zertifikate einspielen, die mit „aktenhub certs request“ beantragt wurden.",
    )
