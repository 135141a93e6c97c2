"""Documents as pages, for whoever looks for something in them, makes them anew or looks at them.

Every step is a job of a limited child on a few pages, so that no document can take more than
its share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from efile.errors import NotDisplayable
from efile.export.whole import Source, shown
from efile.inspection.plan import Mark, mark
from efile.inspection.spelling import Box
from efile.inspection.subjects import Term
from efile.isolation.pool import LimitedPool, Limits
from efile.model import Document

WORKER = "efile.inspection.paper.jobs"
"""Module whose ``JOBS`` the limited child serves."""
LIMITS = Limits(wall_s=600.0, cpu_s=550, memory_mb=2048, jobs=200)
_LOOKED_AT = 20
"""Pages of one job."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A part of a document as PDF."""

    data: bytes
    pages: int
    name: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in a document."""

    pages: int
    marks: list[Mark]
    terms: list[Term]
    """Brought by patterns."""


class Workshop:
    """Does the work with the eyes of one person."""

    def __init__(self, source: Source, pool: LimitedPool) -> None:
        self._source = source
        self.pool = pool

    async def prepared(self, document: Document) -> list[Prepared]:
        """Return the parts of a document that people read, as pages.

        Raises:
            NotDisplayable: one of them has no pages; then nobody can say what is in it.
        """
        found = []
        for part in shown(document):
            data = await self._source.fetch(document.tenant, document.id, part.position)
            params = {"mime": part.mime, "name": part.name}
            answer, body = await self.pool.run("prepare", params, data)
            name = f"{document.id}/{part.position}"
            found.append(Prepared(body or data, int(answer["pages"]), name))
        return found

    async def ask(
        self, job: str, params: dict[str, Any], data: bytes, name: str
    ) -> tuple[dict[str, Any], bytes]:
        """Ask about pages of bytes; a child that still holds what has this name is not sent it.

        Raises:
            NotDisplayable: there is no answer.
        """
        named = params | {"of": name}
        answer, body = await self.pool.run(job, named, b"")
        if "unknown" in answer:
            answer, body = await self.pool.run(job, named, data)
        return answer, body

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

        answer, _ = await self.ask("look", asked(first, last), part.data, part.name)
        known |= {one["id"]: Term(**one) for one in answer["terms"]}
        found = [
            (int(page), name, boxes) for page, hits in answer["pages"].items()
            for name, boxes in hits
        ]  # fmt: skip
        for page in answer["pictured"]:
            read, _ = await self.ask("look_at_picture", asked(page, page), part.data, part.name)
            known |= {one["id"]: Term(**one) for one in read["terms"]}
            found += [(page, name, boxes) for name, boxes in read["hits"]]
        return found

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
                _, png = await self.pool.run("view", params, part.data)
                return total, png
            before += part.pages
        raise NotDisplayable("page_missing", "Diese Seite gibt es nicht.")

    async def page_of(self, pdf: bytes, page: int, width: int) -> bytes:
        """Return a page of a finished copy as PNG."""
        params = {"page": page, "width": width, "marks": []}
        _, png = await self.pool.run("view", params, pdf)
        return png


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
