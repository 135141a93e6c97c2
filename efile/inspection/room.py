"""Inspections of files: prepared by one person, proven, approved by another, filed.

What people decided lies in the index and survives a restart; work that was stopped is taken up
again. The copy is a document of the file only once it was approved, under a key of its own, so
that it is filed once however often somebody clicks or a process ends in between.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

import msgspec

from efile.errors import Conflict, InvalidRequest, StorageMisconfigured
from efile.filing import Archive
from efile.inspection import book
from efile.inspection.looking import Looking
from efile.inspection.plan import (
    KEEP,
    OPEN,
    READER,
    REDACT,
    Asker,
    Inspection,
    Mark,
    Plan,
    Report,
    mark,
)
from efile.inspection.plan import Withheld as Withholding
from efile.inspection.release import Files, Release, is_seen, missing
from efile.inspection.running import Running, Shelf
from efile.inspection.spelling import Box
from efile.inspection.subjects import GROUNDS, KINDS, ROLES, Particular, proposed, term
from efile.inspection.workshop import Workshop
from efile.model import AkteView
from efile.ports import Clock, Transaction
from efile.renditions.recognition import PROGRAM

_LONGEST = 300
_KEPT_US = 180 * 24 * 3_600_000_000
"""So long an inspection nobody touches is kept."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An inspection as somebody asks for it to be prepared."""

    akte: str
    asker: Asker
    purpose: str
    documents: frozenset[str]
    known: tuple[Particular, ...]
    """What the host knows of the people of the case."""
    blocked: bool = False
    """Somebody of the case is protected from being found."""
    entrusted: frozenset[str] = frozenset()
    """Documents that were entrusted to somebody: withheld until a person shows them after all."""


class InspectionRoom:
    """Inspections, as one person sees them."""

    def __init__(self, source: Files, archive: Archive, clock: Clock) -> None:
        self._running = Running(archive, clock)
        self.worked_s: Mapping[str, float] = self._running.pool.worked_s
        """Seconds limited children worked since the start, by job."""
        self._archive = archive
        self._clock = clock
        self._look(source)

    def seen_by(self, source: Files) -> InspectionRoom:
        """Return the same room for somebody who sees less of the e-file."""
        seen = copy(self)
        seen._look(source)  # noqa: SLF001  a copy of itself
        return seen

    def _look(self, source: Files) -> None:
        self._source = source
        self._workshop = Workshop(source, self._running.pool)
        self.release = Release(source, self._running)
        """The second person."""
        self.looking = Looking(source, self._workshop, self.release, self._archive.database)
        """Pages as pictures."""

    async def begin(self, tenant: str, wanted: Wanted, actor: str) -> str:
        """Begin an inspection, look for what to redact in the background, return its id.

        Raises:
            NotFound: there is no such file.
            InvalidRequest: nothing is chosen, or a text says nothing.
            StorageMisconfigured: programs are missing.
        """
        _check_tools()
        view = await self._source.akte(tenant, wanted.akte)
        chosen = [one for one in view.documents if one.id in wanted.documents]
        if not chosen or wanted.asker.role not in ROLES:
            raise InvalidRequest(
                "nothing_to_inspect",
                "Es ist kein Dokument gewählt oder nicht gesagt, wer Einsicht nimmt.",
                remedy="Mindestens ein Dokument der Akte auswählen und sagen, für wen.",
            )
        for text in (wanted.asker.name, wanted.asker.capacity, wanted.purpose):
            _checked(text)
        chosen.sort(key=lambda one: (one.received_at_us, one.filed_at_us, one.id))
        plan = Plan(
            asker=wanted.asker, purpose=wanted.purpose.strip(), known=wanted.known,
            terms=tuple(proposed(wanted.asker.role, wanted.known, blocked=wanted.blocked)),
            documents=tuple(one.id for one in chosen), authors=(actor,),
            withheld={
                one.id: Withholding(ground="B", reason="Sperrvermerk auf dem Dokument", by=actor)
                for one in chosen if one.id in wanted.entrusted
            },
        )  # fmt: skip
        now_us = self._clock.now_us()
        one = Inspection(
            tenant, str(uuid.uuid4()), view.akte.id, "searching", now_us, now_us, now_us,
            len(chosen), 0, "", plan,
        )  # fmt: skip
        await self._archive.database.write(lambda tx: book.enter(tx, one))
        self._running.start(self._workshop, one, view)
        return one.id

    async def of_file(self, tenant: str, akte: str) -> list[Inspection]:
        """Return the inspections of a file, the newest first; those with unseen documents not."""
        view = await self._source.akte(tenant, akte)
        found = await self._archive.database.read(lambda tx: book.of_file(tx, tenant, view.akte.id))
        now_us = self._clock.now_us()
        return [one.seen_at(now_us) for one in found if is_seen(one, view)]

    async def get(self, tenant: str, akte: str, name: str) -> tuple[Inspection, AkteView]:
        """Return an inspection and its file.

        Raises:
            NotFound: there is none, or something of it may not be seen.
        """
        view = await self._source.akte(tenant, akte)
        one = await self._archive.database.read(
            lambda tx: book.find(tx, tenant, view.akte.id, name)
        )
        if not is_seen(one, view):
            raise missing()
        return one.seen_at(self._clock.now_us()), view

    async def marks(self, one: Inspection, document: str | None = None) -> list[Mark]:
        """Return what is marked in all documents or in one."""
        return await self._archive.database.read(lambda tx: book.marks(tx, one, document))

    async def resume(self, one: Inspection) -> None:
        """Take up work that was stopped.

        Raises:
            Conflict: it goes on already.
        """
        if one.fault != "inspection_stopped" or one.id in self._running.tasks:
            raise _moved_on()
        await self._start(await self._running.change(one, (one.state,), lambda known: known))

    async def decide(
        self, one: Inspection, names: Sequence[str], *, redact: bool, actor: str
    ) -> None:
        """Redact these places, or leave them as they are.

        Raises:
            Conflict: the inspection is not open any more.
        """
        state = REDACT if redact else KEEP
        await self._edit(one, actor, lambda tx: book.decide(tx, one, names, state, actor))

    async def mark_place(
        self, one: Inspection, document: str, page: int, box: Box, *, ground: str, actor: str
    ) -> None:
        """Redact a place chosen by hand.

        Raises:
            InvalidRequest: there is no such page, place or ground.
        """
        inside = all(0 <= edge <= 1 for edge in box) and box[2] > 0 and box[3] > 0
        known = document in one.plan.documents and 1 <= page <= one.plan.pages.get(document, 0)
        if not inside or not known or ground not in GROUNDS:
            raise InvalidRequest(
                "inspection_place_invalid",
                "Diese Stelle gibt es nicht.",
                remedy="Seite und Rechteck prüfen.",
            )
        new = replace(
            mark(document, page, "", [box], ground), state=REDACT, source="hand", actor=actor
        )
        await self._edit(one, actor, lambda tx: book.add(tx, one, [new]))

    async def look_for(
        self, one: Inspection, text: str, kind: str, *, ground: str, actor: str
    ) -> None:
        """Look for something more in all documents.

        Raises:
            InvalidRequest: the text says nothing.
        """
        new = term("other", kind, _checked(text), ground)
        said = any(wording.form for wording in new.wordings())
        if ground not in GROUNDS or kind not in KINDS or not said:
            raise _says_nothing()

        def work(known: Inspection) -> Inspection:
            plan = known.plan.by(actor)
            terms = tuple({each.id: each for each in (*plan.terms, new)}.values())
            # Every document is looked through again; what was decided stays.
            pages = {name: 0 for name, each in plan.withheld.items() if each.ground == "T"}
            plan = msgspec.structs.replace(plan, terms=terms, pages=pages)
            return replace(known, plan=plan, state="searching", fault="", done=0)

        await self._start(await self._running.change(one, (OPEN,), work))

    async def withhold(
        self, one: Inspection, document: str, ground: str, reason: str, actor: str
    ) -> None:
        """Leave a document out altogether; without a ground, show it after all.

        Raises:
            InvalidRequest: no such document or ground, the reason says nothing, or the document
                cannot be shown.
        """
        unshown = ground == "T" or (ground and ground not in GROUNDS)
        if document not in one.plan.documents or not one.plan.pages.get(document) or unshown:
            raise _says_nothing()
        new = Withholding(ground=ground, reason=_checked(reason), by=actor) if ground else None

        def work(known: Inspection) -> Inspection:
            withheld = dict(known.plan.withheld)
            withheld.pop(document, None)
            if new is not None:
                withheld[document] = new
            plan = msgspec.structs.replace(known.plan.by(actor), withheld=withheld)
            return replace(known, plan=plan)

        await self._running.change(one, (OPEN,), work)

    async def make(self, one: Inspection, actor: str) -> None:
        """Make the copy and prove it, in the background.

        Raises:
            InvalidRequest: something is not decided.
        """
        left = await self._archive.database.read(lambda tx: book.undecided(tx, one))
        if left:
            raise InvalidRequest(
                "inspection_undecided",
                "Über manche Vorschläge ist noch nicht entschieden.",
                remedy="Jeden Vorschlag annehmen oder ablehnen.",
                place=str(left),
            )

        def work(known: Inspection) -> Inspection:
            plan = msgspec.structs.replace(known.plan.by(actor), sent_back="")
            return replace(
                known, plan=plan, state="making", fault="", done=0, total=1, report=Report(),
                sha256="",
            )  # fmt: skip

        await self._start(await self._running.change(one, (OPEN,), work))

    async def discard(self, one: Inspection) -> None:
        """Take an inspection away that nobody wants any more.

        Raises:
            Conflict: it is worked on, or filed already.
        """
        if one.state not in {OPEN, "waiting"} and one.fault != "inspection_stopped":
            raise _moved_on()
        await self._forget(one)

    async def sweep(self) -> int:
        """Take away what nobody touched for long; return how many inspections that were."""
        border = self._clock.now_us() - _KEPT_US
        old = await self._archive.database.read(lambda tx: book.old(tx, border))
        for one in old:
            await self._forget(one)
        return len(old)

    async def settled(self, name: str) -> None:
        """Return once nobody works on an inspection here."""
        await self._running.settled(name)

    async def close(self) -> None:
        """Stop what is under way; it is taken up again when somebody asks."""
        await self._running.close()

    async def _start(self, one: Inspection) -> None:
        view = await self._source.akte(one.tenant, one.akte_id)
        self._running.start(self._workshop, one, view)

    async def _edit(
        self, one: Inspection, actor: str, work: Callable[[Transaction], object]
    ) -> None:
        """Change marks; who does so had a hand in it."""
        now_us = self._clock.now_us()

        def whole(tx: Transaction) -> None:
            book.change(
                tx, one, (OPEN,), lambda known: replace(known, plan=known.plan.by(actor)), now_us
            )
            work(tx)

        await self._archive.database.write(whole)

    async def _forget(self, one: Inspection) -> None:
        await Shelf(self._archive.objects, one).clear()
        await self._archive.database.write(lambda tx: book.forget(tx, one))


def _check_tools() -> None:
    """See that a copy could be proven: without that nothing is begun."""
    if not all(map(shutil.which, (PROGRAM, READER))):
        raise StorageMisconfigured(
            "inspection_tools_missing",
            "Schwärzen geht hier nicht: Es fehlen Programme, die beweisen, dass nichts stehen"
            " bleibt.",
            remedy="Die Pakete „poppler-utils“, „tesseract-ocr“ und „tesseract-ocr-deu“"
            " installieren.",
        )


def _checked(text: str) -> str:
    plain = " ".join(text.split())
    if not plain or len(plain) > _LONGEST or not plain.isprintable():
        raise _says_nothing()
    return plain


def _says_nothing() -> InvalidRequest:
    return InvalidRequest(
        "inspection_text_invalid",
        "Eine Angabe fehlt, ist zu lang oder unbekannt.",
        remedy="Alle Felder ausfüllen, mit höchstens 300 Zeichen.",
    )


def _moved_on() -> Conflict:
    return Conflict(
        "inspection_moved_on",
        "Die Akteneinsicht ist inzwischen weiter; so lässt sie sich nicht mehr ändern.",
        remedy="Die Seite neu laden.",
    )
