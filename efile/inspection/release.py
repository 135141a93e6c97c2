"""The second person: sees the finished copy with its proof, approves exactly it, or sends it back.

An approved copy becomes a document of the file, with the record of who asked, why, what was
redacted and withheld on what ground, and what the proof looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

import msgspec

from efile import filing
from efile.contents.room import ContentsRoom
from efile.errors import Conflict, InvalidRequest, NotFound
from efile.export.whole import Source
from efile.inspection import book
from efile.inspection.front import day_of
from efile.inspection.plan import KEEP, OPEN, REDACT, Inspection, Mark, digest_of
from efile.inspection.running import LOOKED, MADE, Running, Shelf, result_key
from efile.inspection.subjects import GROUNDS, KINDS
from efile.integrity.digest import canonical_json, sha256_hex
from efile.model import HELD_BYTES, Akte, AkteView, FilingRequest, LargeFile, Part
from efile.objects import pieces
from efile.ports import Transaction

VORGANG = "Akteneinsicht"
STEPS = (LOOKED, MADE, "inspection_after_approval", "inspection_after_filing")
"""Between these durable acts a process may end."""
_LONGEST = 300


class Files(Source, Protocol):
    """The e-file as somebody may see it, also in portions."""

    contents: ContentsRoom


class Release:
    """Approving with four eyes."""

    def __init__(self, source: Files, running: Running) -> None:
        self._source = source
        self._running = running

    async def part(self, one: Inspection, number: int) -> bytes:
        """Return a part of the copy, proven to be the one that was made; the first is 1.

        Raises:
            NotFound: there is none.
            Conflict: it was made anew meanwhile.
        """
        if not one.sha256 or not 1 <= number <= len(one.parts):
            raise missing()
        if one.state == "filed":
            return await self._source.fetch(one.tenant, one.document_id, number - 1)
        data = await self._running.archive.objects.get(one.tenant, result_key(one, number))
        if sha256_hex(data) != one.parts[number - 1].sha256:
            raise _made_anew()
        return data

    async def waiting(self, tenant: str, person: str, limit: int) -> list[tuple[Inspection, Akte]]:
        """Return inspections this person may approve, with their files, the oldest first."""
        known = await self._running.archive.database.read(lambda tx: book.waiting(tx, tenant))
        others = [one for one in known if person not in one.plan.authors]
        contents = self._source.contents
        akten = await contents.known(tenant, {one.akte_id for one in others})
        seen = await contents.places(tenant, {d for one in others for d in one.plan.documents})
        found = [
            (one, akten[one.akte_id]) for one in others
            if one.akte_id in akten and {seen.get(d) for d in one.plan.documents} == {one.akte_id}
        ]  # fmt: skip
        return found[:limit]

    async def approve(self, one: Inspection, sha256: str, actor: str) -> Inspection:
        """Approve exactly this copy as a second person, and file it.

        Raises:
            InvalidRequest: the person had a hand in it.
            Conflict: it is not this copy any more.
        """
        if actor in one.plan.authors:
            raise InvalidRequest(
                "inspection_same_person",
                "Wer an der Akteneinsicht mitgearbeitet hat, kann sie nicht freigeben.",
                remedy="Eine zweite Person um die Freigabe bitten.",
            )
        now_us = self._running.clock.now_us()

        def work(known: Inspection) -> Inspection:
            if known.sha256 != sha256:
                raise _made_anew()
            if known.state == "approved":
                return known
            return replace(known, state="approved", approver=actor, approved_at_us=now_us)

        approved = await self._running.change(one, ("waiting", "approved"), work)
        self._running.archive.passing(STEPS[2])
        return await self.finish(approved)

    async def finish(self, one: Inspection) -> Inspection:
        """File an approved copy; said again, nothing is filed twice.

        Raises:
            Conflict: it is not approved.
        """
        if one.state != "approved" or digest_of(one.parts) != one.sha256:
            raise _made_anew()
        archive = self._running.archive
        akte = (await self._source.akte(one.tenant, one.akte_id)).akte
        marks = await archive.database.read(lambda tx: book.marks(tx, one))
        with ExitStack() as copies:
            numbers = range(1, len(one.parts) + 1)
            parts = [await self._copied(one, number, copies) for number in numbers]
            filed = await filing.file(_request(one, akte, marks, parts), archive)
        archive.passing(STEPS[3])
        now_us = self._running.clock.now_us()

        def work(tx: Transaction) -> Inspection:
            done = book.change(
                tx, one, ("approved",),
                lambda known: replace(known, state="filed", document_id=filed.id), now_us,
            )  # fmt: skip
            book.forget_marks(tx, one)
            return done

        done = await archive.database.write(work)
        await Shelf(archive.objects, one).clear()
        return done

    async def _copied(self, one: Inspection, number: int, copies: ExitStack) -> bytes | LargeFile:
        """Return a part of the approved copy; a large one is not held, but in a file till then."""
        part, objects = one.parts[number - 1], self._running.archive.objects
        if part.size <= HELD_BYTES:
            return await self.part(one, number)
        file = NamedTemporaryFile(prefix="efile-")  # noqa: SIM115  ends with the copies
        copies.enter_context(file)
        found = await pieces.digest_of(objects, one.tenant, result_key(one, number), file)
        file.flush()
        if found != (part.sha256, part.size):
            raise _made_anew()
        return LargeFile(Path(file.name), part.sha256, part.size)

    async def send_back(self, one: Inspection, reason: str, actor: str) -> None:
        """Do not approve: back to whoever prepared it, with the reason.

        Raises:
            InvalidRequest: the reason says nothing.
            Conflict: it does not wait for anybody.
        """
        plain = " ".join(reason.split())
        if not plain or len(plain) > _LONGEST:
            raise InvalidRequest(
                "inspection_text_invalid",
                "Der Grund fehlt oder ist zu lang.",
                remedy="Den Grund mit höchstens 300 Zeichen nennen.",
            )
        said = f"{actor}: {plain}"

        def work(known: Inspection) -> Inspection:
            plan = msgspec.structs.replace(known.plan, sent_back=said)
            return replace(known, plan=plan, state=OPEN, sha256="")

        await self._running.change(one, ("waiting",), work)
        await Shelf(self._running.archive.objects, one).clear()


def _request(
    one: Inspection, akte: Akte, marks: Sequence[Mark], parts: Sequence[bytes | LargeFile]
) -> FilingRequest:
    """Return the request to file a copy; the same inspection gives the same request."""
    name = f"Akteneinsicht vom {day_of(one.approved_at_us)}"
    record = canonical_json({"Akteneinsicht": _record(one, marks)})
    return FilingRequest(
        tenant=one.tenant, aktenzeichen=akte.aktenzeichen, akte_title=akte.title,
        aktenplan=akte.aktenplan, vorgang=VORGANG, title=f"{name}, {one.plan.asker.name}",
        doc_type=VORGANG, document_key=f"akteneinsicht|{one.id}", source_id="", direction="out",
        received_at_us=one.approved_at_us, filed_at_us=one.approved_at_us, actor=one.approver,
        parts=(
            *(
                Part("original", f"{name}{one.numbered(number)}.pdf", "application/pdf", data)
                for number, data in enumerate(parts, 1)
            ),
            Part("attachment", "Nachweis.json", "application/json", record),
        ),
        kind=akte.kind,
    )  # fmt: skip


def _record(one: Inspection, marks: Sequence[Mark]) -> dict[str, object]:
    """Return who, why, what and the proof; nothing of what was redacted is said again."""
    plan, report = one.plan, one.report
    kinds = {each.id: KINDS.get(each.kind, each.kind) for each in plan.terms}
    redacted = Counter(
        f"{each.ground}: {kinds.get(each.term, 'Stelle von Hand')}"
        for each in marks if each.state == REDACT and each.document not in plan.withheld
    )  # fmt: skip
    return {
        "Für": plan.asker.name,
        "Als": plan.asker.capacity,
        "Zweck": plan.purpose,
        "Vorbereitet von": list(plan.authors),
        "Freigegeben von": one.approver,
        "Dokumente": [name for name in plan.documents if name not in plan.withheld],
        "Zurückgehalten": [
            {"Dokument": name, "Grund": GROUNDS[each.ground], "Vermerk": each.reason}
            for name, each in sorted(plan.withheld.items())
        ],
        "Geschwärzt": dict(sorted(redacted.items())),
        "Abgelehnte Vorschläge": sum(each.state == KEEP for each in marks),
        "Nachweis": {
            "Geprüfte Bytes (SHA-256)": (
                [part.sha256 for part in one.parts] if len(one.parts) > 1 else one.sha256
            ),
            "Seiten": report.pages,
            "Davon als Bild": report.pictured,
            "Gesuchte Angaben": report.terms,
            "Verfahren": "pypdf, PDFium, pdftotext, Texterkennung, Rohdaten und Aufbau",
            "Reste": len(report.remnants),
        },
    }


def is_seen(one: Inspection, view: AkteView) -> bool:
    """Tell whether every document of an inspection is seen."""
    return set(one.plan.documents) <= {each.id for each in view.documents}


def missing() -> NotFound:
    """There is no such inspection, or nothing of it."""
    return NotFound(
        "inspection_missing",
        "Diese Akteneinsicht gibt es nicht oder nicht mehr.",
        remedy="Über die Seite der Akte öffnen.",
    )


def _made_anew() -> Conflict:
    return Conflict(
        "inspection_moved_on",
        "Die Kopie wurde inzwischen neu erstellt oder schon abgelegt.",
        remedy="Die Seite neu laden.",
    )
