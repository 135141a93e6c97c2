"""The desk at which files are offered and handed over to the archive.

Every step is journalled for each file it concerns, with the digest of the message; what was
said stands in the files themselves.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from efile import Author, Bounds, Delivery, HandoverRoom, Noted, Parties, Voice, archive_messages
from hub.core.clock import Clock, local_date
from hub.core.ids import uuid7
from hub.core.settings import Tenant
from hub.evidence.handover.checking import SchemaCheck
from hub.evidence.handover.reading import ArchiveMessage, read_message
from hub.store.database import Database, Transaction
from hub.store.journal import Entry, Journal

PRODUCT = "aktenhub"
_MEGABYTE = 1_000_000
_STEPS = {
    "A": "archive_wants", "V": "archive_declines", "B": "archive_looks", "taken": "archive_took",
          "refused": "archive_refused", "received": "archive_received"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Packed:
    """A message in its ZIP."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of the archive that was taken."""

    message: ArchiveMessage
    noted: Noted
    checked: bool
    """Whether the official schema was there to check it by."""
    answer: Packed | None
    """Our word that we have it, where the archive wants it."""


class ArchiveDesk:
    """Offers, deliveries and what the archive says, with a journal."""

    def __init__(self, database: Database, clock: Clock, book: Journal, check: SchemaCheck) -> None:
        self._database = database
        self._clock = clock
        self._book = book
        self._check = check

    @property
    def checks(self) -> bool:
        """Whether messages are checked against the official schemas."""
        return self._check.is_there

    @property
    def today(self) -> date:
        """The day it is here."""
        return local_date(self._clock.now_us())

    async def offer(
        self,
        room: HandoverRoom,
        office: Tenant,
        actor: str,
        akten: Iterable[str] = (),
        key: str = "",
    ) -> list[str]:
        """Offer what is to be offered, or the named files; return the offers."""
        by = self._author(actor, key)
        bounds = Bounds(office.archive.package_files, office.archive.package_mb * _MEGABYTE)
        made = await room.offer(office.id, by, self.today, tuple(akten), bounds)
        for process in made:
            files = await room.files(office.id, process, self.today)
            names = [one.akte.aktenzeichen for one in files]
            await self._journal(office.id, "archive_offered", actor, process, names)
        return made

    async def offer_message(self, room: HandoverRoom, office: Tenant, process: str) -> Packed:
        """Return an offer (0501) in its ZIP, checked.

        Raises:
            FilingError: there is no such offer, or it is not seen as a whole.
            Misconfigured: it does not keep to the official schema.
        """
        message = await room.offer_message(
            office.id, process, parties(office), self.today, titles=office.archive.titles
        )
        await self._check.check_ours(message)
        return _packed(archive_messages.OFFER, process, message)

    async def hear(self, room: HandoverRoom, office: Tenant, data: bytes, actor: str) -> Heard:
        """Take a message of the archive: all of it or nothing.

        Raises:
            Rejected: it is no such message, or not in order.
            FilingError: it does not fit what was offered.
        """
        message = read_message(data)
        checked = await self._check.check_theirs(message)
        voice = Voice(self._author(actor), self.today, message.process, message.digest)
        noted = await self._noted(room, office.id, message, voice)
        for word, akten in noted.new.items():
            await self._journal(
                office.id, _STEPS[word], actor, message.process, akten, message.digest
            )
        answer = None
        if message.kind == archive_messages.APPRAISAL and message.wants_receipt:
            answer = await self.receipt(room, office, message.process)
        return Heard(message, noted, checked, answer)

    async def receipt(self, room: HandoverRoom, office: Tenant, process: str) -> Packed:
        """Return our word that we have the archive's appraisal (0505), checked.

        Raises:
            FilingError: there is no such offer.
            Misconfigured: it does not keep to the official schema.
        """
        await room.files(office.id, process, self.today)
        now_us = self._clock.now_us()
        said = room.hearing.receipt_message(process, parties(office), now_us)
        await self._check.check_ours(said)
        return _packed(archive_messages.APPRAISAL_RECEIVED, process, said)

    async def _noted(
        self, room: HandoverRoom, tenant: str, message: ArchiveMessage, voice: Voice
    ) -> Noted:
        if message.kind == archive_messages.APPRAISAL:
            return await room.hearing.take_appraisal(tenant, message.appraised, voice)
        if message.kind == archive_messages.TAKEN:
            return await room.hearing.take_confirmation(tenant, message.taken, voice)
        return await room.hearing.take_receipt(tenant, message.kind, voice)

    async def deliver(
        self, room: HandoverRoom, office: Tenant, process: str, folder: Path, actor: str
    ) -> Delivery:
        """Write the package of what the archive wants (0503), checked, into a folder.

        Raises:
            FilingError: the archive has not answered for all, or something stored is not as filed.
            Misconfigured: the message does not keep to the official schema.
        """
        voice = Voice(self._author(actor), self.today, process)
        approve = self._check.check_package
        made = await room.deliver(office.id, folder, parties(office), voice, approve)
        await self._journal(
            office.id, "archive_delivered", actor, process, made.akten, made.written.sha256
        )
        return made

    def _author(self, actor: str, key: str = "") -> Author:
        now_us = self._clock.now_us()
        return Author(actor, now_us, key or uuid7(now_us))

    async def _journal(
        self,
        tenant: str,
        action: str,
        actor: str,
        process: str,
        akten: Iterable[str],
        digest: str | None = None,
    ) -> None:
        """Journal a step for each file it concerns."""
        entries = [
            Entry(tenant, action, case_key=name, actor=actor, digest=digest,
                  facts={"process": process})
            for name in akten
        ]  # fmt: skip
        now_us = self._clock.now_us()

        def work(tx: Transaction) -> None:
            for entry in entries:
                self._book.append(tx, now_us, entry)

        await self._database.write(work)


def parties(office: Tenant) -> Parties:
    """Return who writes to whom."""
    return Parties(office.name, office.archive.name, PRODUCT)


def _packed(kind: archive_messages.Kind, process: str, message: bytes) -> Packed:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(kind.file_name(process, ".xml"), message)
    return Packed(kind.file_name(process, ".zip"), stream.getvalue())
