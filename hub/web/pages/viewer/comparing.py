"""Two documents of a file compared: the values of forms, or the words of what has pages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from aiohttp import web

from efile import Document, FieldDifference, NotDisplayable, WordDifference, compare_forms
from hub.web.faults import Denied
from hub.web.pages.viewer.document import document_of
from hub.web.presentation.records import readable
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

_MOST_OFFERED = 200
"""Documents of each list to choose from; the latest ones."""


async def choose(request: web.Request) -> web.Response:
    """Ask with which other document of the file one is to be compared."""
    visit = visit_of(request)
    document = await document_of(request, visit)
    view = await visit.efile.akte(visit.tenant, document.akte_id)
    others = [one for one in reversed(view.documents) if one.id != document.id]
    alike = [one for one in others if one.doc_type == document.doc_type]
    return render(
        request, "compare_choice.html", akte=view.akte, document=document,
        alike=alike[:_MOST_OFFERED],
        others=[one for one in others if one.doc_type != document.doc_type][:_MOST_OFFERED],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Values that stand together in a form."""

    path: str
    rows: tuple[FieldDifference, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """What a page shows of two documents; one of the three."""

    groups: tuple[Group, ...] | None = None
    words: WordDifference | None = None
    problem: str = ""
    kept: tuple[Group, ...] = ()
    """Values that are the same."""

    @property
    def places(self) -> int:
        """In how many places they differ."""
        if self.words:
            return self.words.places
        return sum(len(one.rows) for one in self.groups or ())


async def show(request: web.Request) -> web.Response:
    """Show what differs between two documents; both count as looked at."""
    visit = visit_of(request)
    document = await document_of(request, visit)
    other = await visit.efile.document(visit.tenant, request.match_info["compared"])
    if other.akte_id != document.akte_id or other.id == document.id:
        raise Denied(404, "not_found")
    visit.looked_at_too(other.id)
    old, new = sorted((document, other), key=lambda one: (one.received_at_us, one.filed_at_us))
    return render(
        request, "compare.html", akte=document.akte_id, document=document, old=old, new=new,
        found=await _compared(visit, old, new),
    )  # fmt: skip


async def _compared(visit: Visit, old: Document, new: Document) -> Compared:
    room = visit.efile.comparing
    try:
        forms = await room.forms(visit.tenant, old.id, new.id)
        if forms is None:
            return Compared(words=await room.words(visit.tenant, old.id, new.id))
    except NotDisplayable as error:
        return Compared(problem=f"{error.message} {error.remedy}")
    then, now = (readable(one) for one in forms)
    fields = await asyncio.to_thread(compare_forms, then, now)
    return Compared(
        groups=_groups([one for one in fields if one.state != "same"]),
        kept=_groups([one for one in fields if one.state == "same"]),
    )


def _groups(fields: Sequence[FieldDifference]) -> tuple[Group, ...]:
    return tuple(
        Group(" › ".join(path), tuple(rows)) for path, rows in groupby(fields, lambda one: one.path)
    )
