"""What the archive says of an offer: noted in the files, all of a message or nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from efile.errors import Conflict
from efile.filing import Archive
from efile.handover import answers, notes
from efile.handover.answers import AnswerContradicts, Appraised, Standpoint, TakenIn
from efile.handover.notes import Voice, file_notes
from efile.index import metadata, offers
from efile.index.access.sight import Sight
from efile.model import Akte
from efile.objects import layout
from efile.retention.room import Outlook
from efile.xdomea import names
from efile.xdomea.heads import Head, Parties
from efile.xdomea.names import Kind
from efile.xdomea.writing import simple_message

Files = Callable[[str, str, date], Awaitable[Sequence[Outlook]]]
"""Returns the files of an office's offer on a day."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of a message of the archive."""

    process: str
    new: Mapping[str, tuple[str, ...]]
    """Aktenzeichen of files by what was noted of them now."""
    waiting: int
    """Files of the offer the archive has still to answer for."""


class HearingRoom:
    """Answers of the archive, one office at a time."""

    def __init__(self, archive: Archive, files: Files, seen: Sight | None = None) -> None:
        self._archive = archive
        self._files = files
        self._seen = seen

    async def take_appraisal(
        self, tenant: str, objects: Sequence[Appraised], voice: Voice
    ) -> Noted:
        """Note what the archive says of what it was offered (0502), all of it or nothing.

        Raises:
            NotFound: there is no such offer.
            AnswerContradicts: something in the answer cannot be.
        """
        files = await self._standpoints(tenant, voice)
        ids = [one.id for one in objects if one.id not in files]
        elsewhere = await self._archive.database.read(
            lambda tx: metadata.akten_by_id(tx, tenant, ids, self._seen)
        )
        new, wrong = answers.check_appraisal(objects, files, elsewhere.keys())
        if wrong:
            raise AnswerContradicts(wrong)
        akten = await self._akten(tenant, list(new))
        await file_notes(
            self._archive, [notes.appraised(akten[name], voice, new[name]) for name in new]
        )
        return await self._noted(tenant, voice, {akten[name]: new[name] for name in new})

    async def take_confirmation(
        self, tenant: str, objects: Sequence[TakenIn], voice: Voice
    ) -> Noted:
        """Note what the archive took in (0506), all of it or nothing.

        Raises:
            NotFound: there is no such offer.
            AnswerContradicts: something in the confirmation cannot be.
        """
        files = await self._standpoints(tenant, voice)
        others = [one.id for one in objects if one.id not in files]
        holders = await self._archive.database.read(lambda tx: offers.holders(tx, tenant, others))
        kinds = self._archive.kinds.by_id.values()
        subfiles = {one.id for kind in kinds for one in kind.subfiles}
        holders |= {layout.subfile_id(akte, one): akte for akte in files for one in subfiles}
        new, wrong = answers.check_taken(objects, files, holders)
        if wrong:
            raise AnswerContradicts(wrong)
        akten = await self._akten(tenant, list(new))
        await file_notes(
            self._archive, [notes.taken(akten[name], voice, new[name]) for name in new]
        )
        done = {akten[name]: "taken" if one.done else "refused" for name, one in new.items()}
        return await self._noted(tenant, voice, done)

    async def take_receipt(self, tenant: str, kind: Kind, voice: Voice) -> Noted:
        """Note that the archive has an offer (0504) or a delivery (0507).

        Raises:
            NotFound: there is no such offer.
            Conflict: nothing was delivered yet.
        """
        files = await self._standpoints(tenant, voice)
        ours = kind == names.OFFER_RECEIVED
        told = [
            name for name, file in files.items()
            if (file.offer.arrived if ours else file.offer.delivery_arrived) is None
            and (ours or file.offer.state in ("delivered", "refused", "taken"))
        ]  # fmt: skip
        if not ours and all(file.offer.contents == 0 for file in files.values()):
            raise Conflict(
                "nothing_delivered",
                "Zu dieser Anbietung wurde noch nichts übergeben.",
                remedy="Beim Archiv nachfragen, welche Übergabe es meint.",
                place=voice.process,
            )
        akten = await self._akten(tenant, told)
        make = notes.offer_received if ours else notes.delivery_received
        await file_notes(self._archive, [make(akten[name], voice) for name in told])
        return await self._noted(tenant, voice, {akten[name]: "received" for name in told})

    def receipt_message(self, process: str, parties: Parties, at_us: int) -> bytes:
        """Return our word that we have the archive's appraisal (0505)."""
        return simple_message(Head(names.APPRAISAL_RECEIVED, process, at_us, parties))

    async def _standpoints(self, tenant: str, voice: Voice) -> dict[str, Standpoint]:
        found = await self._files(tenant, voice.process, voice.on)
        return {
            one.akte.id: Standpoint(one.akte.id, one.akte.aktenzeichen, one.standing.offer)
            for one in found
            if one.standing.offer
        }

    async def _akten(self, tenant: str, ids: Sequence[str]) -> dict[str, Akte]:
        return await self._archive.database.read(
            lambda tx: metadata.akten_by_id(tx, tenant, ids, self._seen)
        )

    async def _noted(self, tenant: str, voice: Voice, words: Mapping[Akte, str]) -> Noted:
        files = await self._standpoints(tenant, voice)
        open_states = ("offered", "appraising")
        waiting = sum(1 for file in files.values() if file.offer.state in open_states)
        new: dict[str, tuple[str, ...]] = {}
        for akte, word in words.items():
            new[word] = (*new.get(word, ()), akte.aktenzeichen)
        return Noted(voice.process, new, waiting)
