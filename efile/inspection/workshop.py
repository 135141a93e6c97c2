"""The work of an inspection: looking through documents, making the copy, proving it.

Every step is a job of a limited child on a few pages, so that no document can take more than
its share, and so that somebody sees how far it is. The proof looks at the finished bytes.
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

from efile.errors import InvalidRequest, NotDisplayable
from efile.export.whole import Source, shown
from efile.inspection.front import lines_of
from efile.inspection.plan import (
    KEEP,
    REDACT,
    Inspection,
    Mark,
    Remnant,
    Report,
    mark,
)
from efile.inspection.spelling import Box
from efile.inspection.subjects import Term, text_form
from efile.integrity.digest import sha256_hex
from efile.isolation.pool import LimitedPool, Limits
from efile.model import AkteView, Document

WORKER = "efile.inspection.paper.jobs"
"""Module whose ``JOBS`` the limited child serves."""
LIMITS = Limits(wall_s=600.0, cpu_s=550, memory_mb=2048, jobs=200)
_LOOKED_AT = 20
_REMADE = 8
_PROVEN_TEXTS = 40
_PROVEN_PICTURES = 4
"""Pages of one job; reading a picture takes seconds."""
AT_ONCE = max(2, (os.cpu_count() or 2) // 2)
"""Children at work: reading pages costs a second of a core each, and others want cores too."""
_LARGEST = 250 * 1024 * 1024
"""Bytes of a copy; it is held in memory while it is made and proven."""
Progress = Callable[[int, int], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A part of a document as PDF."""

    data: bytes
    pages: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in a document."""

    pages: int
    marks: list[Mark]
    terms: list[Term]
    """Brought by patterns."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A finished copy and what its proof says."""

    pdf: bytes
    report: Report
    marks: list[Mark]
    """Places the proof found that can be marked."""


@dataclass(slots=True)
class _Sheets:
    """The pages of documents on their way into the copy, and where they went."""

    marks: Sequence[Mark]
    burnt: dict[tuple[str, int], list[list[Any]]]
    """Boxes with the code of their ground, by document and page."""
    pieces: list[bytes] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)
    """Document and page of each page behind the front."""
    begins: dict[str, int] = field(default_factory=dict)
    pictured: int = 0


class Workshop:
    """Does the work with the eyes of one person."""

    def __init__(self, source: Source, pool: LimitedPool) -> None:
        self._source = source
        self._pool = pool

    async def prepared(self, document: Document) -> list[Prepared]:
        """Return the parts of a document that people read, as pages.

        Raises:
            NotDisplayable: one of them has no pages; then nobody can say what is in it.
        """
        found = []
        for part in shown(document):
            data = await self._source.fetch(document.tenant, document.id, part.position)
            params = {"mime": part.mime, "name": part.name}
            answer, body = await self._pool.run("prepare", params, data)
            found.append(Prepared(body or data, int(answer["pages"])))
        return found

    async def look(self, document: Document, terms: Sequence[Term], own: Sequence[str]) -> Seen:
        """Return what of the terms stands in a document, and where.

        Raises:
            NotDisplayable: a part has no pages.
        """
        seen = Seen(0, [], [])
        before = 0
        known: dict[str, Term] = {one.id: one for one in terms}
        for part in await self.prepared(document):
            for first in range(1, part.pages + 1, _LOOKED_AT):
                last = min(first + _LOOKED_AT - 1, part.pages)
                hits = await self._look(part, first, last, known, own)
                for page, name, boxes in hits:
                    ground = known[name].ground
                    seen.marks.append(mark(document.id, before + page, name, boxes, ground))
            before += part.pages
        given = {one.id for one in terms}
        brought = [one for one in known.values() if one.id not in given]
        return Seen(before, _apart(seen.marks), brought)

    async def _look(
        self, part: Prepared, first: int, last: int, known: dict[str, Term], own: Sequence[str]
    ) -> list[tuple[int, str, list[Box]]]:
        def asked(first: int, last: int) -> dict[str, Any]:
            told = [asdict(one) for one in known.values()]
            return {"first": first, "last": last, "terms": told, "own": list(own)}

        answer, _ = await self._pool.run("look", asked(first, last), part.data)
        known |= {one["id"]: Term(**one) for one in answer["terms"]}
        found = [
            (int(page), name, boxes) for page, hits in answer["pages"].items()
            for name, boxes in hits
        ]  # fmt: skip
        for page in answer["pictured"]:
            read, _ = await self._pool.run("look_at_picture", asked(page, page), part.data)
            known |= {one["id"]: Term(**one) for one in read["terms"]}
            found += [(page, name, boxes) for name, boxes in read["hits"]]
        return found

    async def copy(
        self, one: Inspection, view: AkteView, marks: Sequence[Mark], progress: Progress
    ) -> Copy:
        """Make the copy and prove it.

        Raises:
            NotDisplayable: a part has no pages.
            InvalidRequest: the copy would be too large.
        """
        documents = {each.id: each for each in view.documents}
        total = 3 * sum(one.plan.pages.get(d, 1) for d in one.plan.documents) + 1
        done = _Count(progress, total)
        sheets = _Sheets(marks, _burnt(marks))
        for name in one.plan.documents:
            if name not in one.plan.withheld:
                await self._remake(documents[name], sheets, done)
        lines = lines_of(one, view, sheets.begins, marks)
        terms = [asdict(each) for each in one.plan.terms]
        params = {
            "lines": lines, "terms": terms, "sizes": [len(piece) for piece in sheets.pieces],
            "title": f"Akteneinsicht {view.akte.aktenzeichen}",
        }  # fmt: skip
        answer, pdf = await self._pool.run("bind", params, b"".join(sheets.pieces))
        front = int(answer["front"])
        sheets.pieces.clear()
        hits = await self._prove(one, pdf, sheets, front, done)
        return Copy(pdf, *_judged(one, sheets, front, hits))

    async def _remake(self, document: Document, sheets: _Sheets, done: _Count) -> None:
        before = 0
        sheets.begins[document.id] = len(sheets.places) + 1
        for part in await self.prepared(document):

            async def piece(
                first: int, part: Prepared = part, before: int = before
            ) -> tuple[bytes, int]:
                last = min(first + _REMADE - 1, part.pages)
                boxes = {
                    str(page): sheets.burnt[document.id, before + page]
                    for page in range(first, last + 1)
                    if (document.id, before + page) in sheets.burnt
                }
                params = {"first": first, "last": last, "boxes": boxes}
                answer, made = await self._pool.run("remake", params, part.data)
                done.add(last - first + 1)
                return made, len(answer["pictured"])

            starts = range(1, part.pages + 1, _REMADE)
            for made, pictured in await gathered(piece(first) for first in starts):
                sheets.pieces.append(made)
                sheets.pictured += pictured
            sheets.places += [(document.id, before + n + 1) for n in range(part.pages)]
            before += part.pages
            if sum(map(len, sheets.pieces)) > _LARGEST:
                raise InvalidRequest(
                    "inspection_too_large",
                    "Die Kopie würde zu groß.",
                    remedy="Weniger Dokumente auswählen und den Rest in einer zweiten"
                    " Akteneinsicht gewähren.",
                )

    async def _prove(
        self, one: Inspection, pdf: bytes, sheets: _Sheets, front: int, done: _Count
    ) -> list[dict[str, Any]]:
        places = {place: front + n for n, place in enumerate(sheets.places, 1)}
        params = _asked(one.plan.terms, sheets.marks, places)
        params["boxes"] = {
            str(places[place]): boxes for place, boxes in sheets.burnt.items() if place in places
        }
        params["copy"] = sha256_hex(pdf)
        pages = front + len(sheets.places)

        async def job(name: str, first: int, step: int) -> list[dict[str, Any]]:
            last = min(first + step - 1, pages)
            shown = set(map(str, range(first, last + 1)))
            own = (
                params
                | {"first": first, "last": last}
                | {
                    name: {page: said for page, said in params[name].items() if page in shown}
                    for name in ("allowed", "boxes")
                }
            )
            answer, _ = await self._pool.run(name, own, b"")
            if "unknown" in answer:
                answer, _ = await self._pool.run(name, own, pdf)
            done.add(last - first + 1)
            return list(answer["hits"])

        jobs = [job("raw", 1, pages)]
        jobs += [job("texts", n, _PROVEN_TEXTS) for n in range(1, pages + 1, _PROVEN_TEXTS)]
        jobs += [
            job("pictures", n, _PROVEN_PICTURES) for n in range(1, pages + 1, _PROVEN_PICTURES)
        ]
        try:
            return [hit for hits in await gathered(jobs) for hit in hits]
        finally:
            # Children that wait for more would hold the copy all the while.
            await self._pool.close()

    async def view(
        self, document: Document, page: int, width: int, marks: Sequence[dict[str, Any]]
    ) -> tuple[int, bytes]:
        """Return how many pages a document has, and one of them as PNG with its marks.

        Raises:
            NotDisplayable: there is no such page, or there are none at all.
        """
        parts = await self.prepared(document)
        total, before = sum(part.pages for part in parts), 0
        for part in parts:
            if page <= before + part.pages:
                params = {"page": page - before, "width": width, "marks": list(marks)}
                _, png = await self._pool.run("view", params, part.data)
                return total, png
            before += part.pages
        raise NotDisplayable("page_missing", "Diese Seite gibt es nicht.")

    async def page_of(self, pdf: bytes, page: int, width: int) -> bytes:
        """Return a page of a finished copy as PNG."""
        params = {"page": page, "width": width, "marks": []}
        _, png = await self._pool.run("view", params, pdf)
        return png


class _Count:
    """Counts what is done, for whoever watches."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def add(self, pages: int) -> None:
        """Count pages."""
        self._done += pages
        self._progress(min(self._done, self._total), self._total)


async def gathered(work: Iterable[Awaitable[T]]) -> list[T]:
    """Return what comes of all work, a few at a time, in its order."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(each: Awaitable[T]) -> T:
        async with slots:
            return await each

    tasks = [asyncio.ensure_future(one(each)) for each in work]
    try:
        return [await task for task in tasks]
    finally:
        for task in tasks:
            task.cancel()


def _asked(
    terms: Sequence[Term], marks: Sequence[Mark], places: dict[tuple[str, int], int]
) -> dict[str, Any]:
    """Return what the proof looks for, and what people decided may stay where."""
    allowed: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    redacted = {each.term for each in marks if each.state == REDACT}
    kept = {each.term for each in marks if each.state == KEEP}
    for each in marks:
        place = (each.document, each.page)
        if each.state == KEEP and each.term and place in places:
            allowed[str(places[place])][each.term] += 1
    forms = [text_form(one.value) for one in terms if one.id in kept]
    return {
        "terms": [asdict(one) for one in terms],
        "allowed": allowed,
        "free": sorted(kept - redacted),
        "spoken": [
            one.id for one in terms if any(text_form(one.value) in form for form in forms)
        ],
    }  # fmt: skip


def _apart(marks: Sequence[Mark]) -> list[Mark]:
    """Leave out what the picture of a page shows of what its text says already."""
    kept: list[Mark] = []
    for each in marks:
        if not any(_same(each, other) for other in kept):
            kept.append(each)
    return kept


def _same(one: Mark, other: Mark) -> bool:
    if (one.document, one.page, one.term) != (other.document, other.page, other.term):
        return False
    left, top, wide, high = one.boxes[0]
    x, y = left + wide / 2, top + high / 2
    return any(b[0] <= x <= b[0] + b[2] and b[1] <= y <= b[1] + b[3] for b in other.boxes)


def _burnt(marks: Sequence[Mark]) -> dict[tuple[str, int], list[list[Any]]]:
    burnt: dict[tuple[str, int], list[list[Any]]] = defaultdict(list)
    for each in marks:
        if each.state == REDACT:
            burnt[each.document, each.page] += [[*box, each.ground] for box in each.boxes]
    return dict(burnt)


def _judged(
    one: Inspection, sheets: _Sheets, front: int, hits: Sequence[dict[str, Any]]
) -> tuple[Report, list[Mark]]:
    """Return what the proof says, and the places it found that can be marked."""
    remnants, found = [], []
    grounds = {each.id: each.ground for each in one.plan.terms}
    for hit in hits:
        behind = int(hit["page"]) - front
        document, page = sheets.places[behind - 1] if behind > 0 else ("", int(hit["page"]))
        remnants.append(Remnant(hit["way"], hit["term"], document, page, hit["note"]))
        if document and hit["term"] and hit["boxes"]:
            places = [(a, b, c, d) for a, b, c, d in hit["boxes"]]
            new = mark(document, page, hit["term"], places, grounds[hit["term"]])
            found.append(replace(new, source="proof"))
    report = Report(
        pages=front + len(sheets.places),
        pictured=sheets.pictured,
        terms=len(one.plan.terms),
        boxes=sum(map(len, sheets.burnt.values())),
        remnants=tuple(dict.fromkeys(remnants)),
    )
    return report, found
