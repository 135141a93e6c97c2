"""Makes the copy: pages anew, cut into parts by size, each part bound and proven by itself.

What became of a document lies sealed in storage until its part is bound, so that no more than
one part is held at a time, however many pages there are. The proof looks at finished bytes.
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol, TypeVar

from efile.export.whole import VOLUME_BYTES, grouped
from efile.inspection.front import Numbered, lines_of
from efile.inspection.plan import KEEP, REDACT, CopyPart, Inspection, Mark, Remnant, Report, mark
from efile.inspection.subjects import Term, text_form
from efile.inspection.workshop import Prepared, Workshop
from efile.integrity.digest import sha256_hex
from efile.isolation.pool import LimitedPool
from efile.model import AkteView, Document
from efile.objects.faults import readback_differs

PART_BYTES = VOLUME_BYTES
"""Pages in one part of a copy; only a few pages that are larger by themselves make a larger one."""
_REMADE = 8
_PROVEN_TEXTS = 40
_PROVEN_PICTURES = 4
"""Pages of one job; reading a picture takes seconds."""
_COSTS = {"remake": 1, "texts": 1, "pictures": 20, "raw": 0}
"""What a page takes in each step beside the others, so that what is said of the rest is true."""
AT_ONCE = max(2, (os.cpu_count() or 2) // 2)
"""Children at work: reading pages costs a second of a core each, and others want cores too."""
Progress = Callable[[int, int], None]
T = TypeVar("T")
_Page = tuple[str, int]
"""A document and the number of a page of it."""


class Shelf(Protocol):
    """Where pages lie until their part is bound, and parts until they are approved."""

    async def keep(self, number: int, pages: bytes) -> None:
        """Keep pages on their way."""
        ...

    async def take(self, number: int) -> bytes:
        """Return kept pages and keep them no longer."""
        ...

    async def finish(self, number: int, pdf: bytes) -> None:
        """Keep a part of the copy; numbers begin with 1."""
        ...


@dataclass(frozen=True, slots=True)
class Copy:
    """What the proof says of a finished copy."""

    report: Report
    marks: list[Mark]
    """Places the proof found that can be marked."""


@dataclass(slots=True)
class _Run:
    """Pages of one document in a row, made anew."""

    document: str
    number: int = 0
    """Under which it lies on the shelf."""
    sizes: list[int] = field(default_factory=list)
    """Bytes of each piece: a PDF of a few pages."""
    pages: list[_Page] = field(default_factory=list)
    sha256: str = ""

    @property
    def size(self) -> int:
        return sum(self.sizes)

    def add(self, size: int, pages: Sequence[_Page]) -> None:
        self.sizes.append(size)
        self.pages += pages

    def holding(self, pieces: Sequence[bytes]) -> tuple[_Run, bytes]:
        """Return the run as it lies on the shelf."""
        whole = b"".join(pieces)
        return replace(self, sha256=sha256_hex(whole)), whole


@dataclass(frozen=True, slots=True)
class _Bound:
    """A part with its pages behind the front."""

    pdf: bytes
    sha256: str
    front: int
    """Pages of it."""
    pages: list[_Page]


@dataclass(slots=True)
class _Findings:
    """What is known of a copy so far."""

    burnt: Mapping[_Page, list[list[Any]]]
    """Boxes with the code of their ground."""
    pictured: int = 0
    parts: list[CopyPart] = field(default_factory=list)
    remnants: list[Remnant] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


class Bindery:
    """Makes one copy."""

    def __init__(self, workshop: Workshop, one: Inspection, marks: Sequence[Mark]) -> None:
        self._workshop = workshop
        self._pool: LimitedPool = workshop.pool
        self._one = one
        self._marks = marks
        self._found = _Findings(_burnt(marks))

    async def copy(self, view: AkteView, shelf: Shelf, progress: Progress) -> Copy:
        """Make the copy, put its parts on the shelf and prove them.

        Raises:
            NotDisplayable: a part of a document has no pages.
            IntegrityBroken: the shelf gives other pages back than it was given.
        """
        plan = self._one.plan
        documents = {each.id: each for each in view.documents}
        names = [name for name in plan.documents if name not in plan.withheld]
        pages = sum(plan.pages.get(name, 1) for name in names)
        done = _Count(progress, sum(_COSTS.values()) * max(pages, 1))
        runs: list[_Run] = []
        for name in names:
            async for run, pieces in self._remade(documents[name], done):
                await shelf.keep(len(runs), pieces)
                runs.append(replace(run, number=len(runs)))
        parts = grouped(runs, PART_BYTES, lambda run: run.size) or [[]]
        for number in range(1, len(parts) + 1):
            bound = await self._bound(view, parts, number, shelf)
            self._judge(bound, await self._proven(bound, done))
            if not self._found.remnants:
                await shelf.finish(number, bound.pdf)
        return Copy(self._report(), self._found.marks)

    async def _remade(self, document: Document, done: _Count) -> AsyncIterator[tuple[_Run, bytes]]:
        """Yield the pages of a document in runs of which none is larger than a part."""
        run, pieces = _Run(document.id), list[bytes]()
        before = 0
        for part in await self._workshop.prepared(document):
            for begin in range(1, part.pages + 1, _REMADE * AT_ONCE):
                starts = range(begin, min(begin + _REMADE * AT_ONCE, part.pages + 1), _REMADE)
                work = [self._remake(document.id, part, first, before, done) for first in starts]
                for made, pages in await gathered(work):
                    if pieces and run.size + len(made) > PART_BYTES:
                        yield run.holding(pieces)
                        run, pieces = _Run(document.id), []
                    run.add(len(made), pages)
                    pieces.append(made)
            before += part.pages
        yield run.holding(pieces)

    async def _remake(
        self, document: str, part: Prepared, first: int, before: int, done: _Count
    ) -> tuple[bytes, list[_Page]]:
        last = min(first + _REMADE - 1, part.pages)
        boxes = {
            str(page): self._found.burnt[document, before + page]
            for page in range(first, last + 1)
            if (document, before + page) in self._found.burnt
        }
        params = {"first": first, "last": last, "boxes": boxes}
        answer, made = await self._workshop.ask("remake", params, part.data, part.name)
        self._found.pictured += len(answer["pictured"])
        done.add("remake", last - first + 1)
        return made, [(document, before + page) for page in range(first, last + 1)]

    async def _bound(
        self, view: AkteView, parts: Sequence[Sequence[_Run]], number: int, shelf: Shelf
    ) -> _Bound:
        runs = parts[number - 1]
        data = b"".join([_proven_same(await shelf.take(run.number), run) for run in runs])
        params = {
            "lines": lines_of(
                self._one, view, _begins(parts), self._marks, Numbered(number, len(parts))
            ),
            "terms": [asdict(each) for each in self._one.plan.terms],
            "sizes": [size for run in runs for size in run.sizes],
            "title": f"Akteneinsicht {view.akte.aktenzeichen}",
        }  # fmt: skip
        answer, pdf = await self._pool.run("bind", params, data)
        pages = [page for run in runs for page in run.pages]
        return _Bound(pdf, sha256_hex(pdf), int(answer["front"]), pages)

    async def _proven(self, bound: _Bound, done: _Count) -> list[dict[str, Any]]:
        """Return what the proof finds in a part."""
        places = {place: bound.front + n for n, place in enumerate(bound.pages, 1)}
        params = _asked(self._one.plan.terms, self._marks, places)
        params["boxes"] = {
            str(places[place]): boxes
            for place, boxes in self._found.burnt.items()
            if place in places
        }
        pages = bound.front + len(bound.pages)

        async def job(name: str, first: int, step: int) -> list[dict[str, Any]]:
            last = min(first + step - 1, pages)
            own = (
                params
                | {"first": first, "last": last}
                | {each: _of_pages(params[each], first, last) for each in ("allowed", "boxes")}
            )
            answer, _ = await self._workshop.ask(name, own, bound.pdf, bound.sha256)
            done.add(name, last - first + 1)
            return list(answer["hits"])

        jobs = [job("raw", 1, pages)]
        jobs += [job("texts", n, _PROVEN_TEXTS) for n in range(1, pages + 1, _PROVEN_TEXTS)]
        jobs += [
            job("pictures", n, _PROVEN_PICTURES) for n in range(1, pages + 1, _PROVEN_PICTURES)
        ]
        try:
            return [hit for hits in await gathered(jobs) for hit in hits]
        finally:
            # Children that wait for more would hold the part all the while.
            await self._pool.close()

    def _judge(self, bound: _Bound, hits: Sequence[dict[str, Any]]) -> None:
        """Take down what the proof found in a part, and the places of it that can be marked."""
        found, pages = self._found, bound.front + len(bound.pages)
        found.parts.append(CopyPart(bound.sha256, pages, len(bound.pdf)))
        grounds = {each.id: each.ground for each in self._one.plan.terms}
        for hit in hits:
            behind = int(hit["page"]) - bound.front
            document, page = bound.pages[behind - 1] if behind > 0 else ("", int(hit["page"]))
            found.remnants.append(Remnant(hit["way"], hit["term"], document, page, hit["note"]))
            if document and hit["term"] and hit["boxes"]:
                places = [(a, b, c, d) for a, b, c, d in hit["boxes"]]
                new = mark(document, page, hit["term"], places, grounds[hit["term"]])
                found.marks.append(replace(new, source="proof"))

    def _report(self) -> Report:
        found = self._found
        return Report(
            pages=sum(part.pages for part in found.parts),
            pictured=found.pictured,
            terms=len(self._one.plan.terms),
            boxes=sum(map(len, found.burnt.values())),
            remnants=tuple(dict.fromkeys(found.remnants)),
            parts=tuple(found.parts),
        )


class _Count:
    """Counts what is done, for whoever watches."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def add(self, step: str, pages: int) -> None:
        """Count pages that a step was done with."""
        self._done += pages * _COSTS[step]
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


def _proven_same(pages: bytes, run: _Run) -> bytes:
    """Return pages that come back from the shelf as they were put there.

    Raises:
        IntegrityBroken: they are others.
    """
    if sha256_hex(pages) != run.sha256:
        raise readback_differs(run.document)
    return pages


def _begins(parts: Sequence[Sequence[_Run]]) -> dict[str, tuple[int, int]]:
    """Return in which part each document begins, and on which page behind its front."""
    begins: dict[str, tuple[int, int]] = {}
    for number, runs in enumerate(parts, 1):
        page = 1
        for run in runs:
            begins.setdefault(run.document, (number, page))
            page += len(run.pages)
    return begins


def _of_pages(said: Mapping[str, Any], first: int, last: int) -> dict[str, Any]:
    """Return what is said of these pages alone."""
    return {page: said[page] for page in map(str, range(first, last + 1)) if page in said}


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


def _burnt(marks: Sequence[Mark]) -> dict[tuple[str, int], list[list[Any]]]:
    burnt: dict[tuple[str, int], list[list[Any]]] = defaultdict(list)
    for each in marks:
        if each.state == REDACT:
            burnt[each.document, each.page] += [[*box, each.ground] for box in each.boxes]
    return dict(burnt)
