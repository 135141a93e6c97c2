"""One inspection: what is proposed, decided, withheld; making the copy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import web

from efile import (
    INSPECTION_GROUNDS,
    INSPECTION_KINDS,
    INSPECTION_ROLES,
    AkteView,
    Inspection,
    Mark,
    Term,
)
from hub.web.faults import Denied
from hub.web.pages.inspection.listing import back_to
from hub.web.pages.inspection.sheets import sheet_place
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

BY_HAND = {code: text for code, text in INSPECTION_GROUNDS.items() if code != "T"}
"""Grounds a person may name."""

_TELLING = 0.05
"""So much must be done before it says how long the rest takes."""


@dataclass(slots=True)
class Group:
    """The places of one term."""

    term: Term
    marks: list[Mark] = field(default_factory=list)

    def count(self, state: str) -> int:
        """Return how many places are in a state."""
        return sum(each.state == state for each in self.marks)


async def inspection_of(request: web.Request) -> tuple[Visit, Inspection, AkteView]:
    """Return who asks, the inspection an address names, and its file."""
    visit = visit_of(request)
    name = request.match_info["inspection"]
    visit.note(object=name)
    akte = request.match_info["akte"]
    one, view = await visit.efile.inspections.get(visit.tenant, akte, name)
    return visit, one, view


async def show(request: web.Request) -> web.Response:
    """Show one inspection."""
    visit, one, view = await inspection_of(request)
    marks = await visit.efile.inspections.marks(one)
    documents = {each.id: each for each in view.documents}
    shown = [each for each in marks if each.document not in one.plan.withheld]
    return render(
        request, "inspection.html", akte=view.akte, one=one, plan=one.plan,
        documents=[documents[name] for name in one.plan.documents], titles=documents,
        groups=_groups(one, shown), by_hand=[each for each in shown if not each.term],
        undecided=sum(each.state == "open" for each in shown), marks=shown,
        grounds=BY_HAND, kinds=INSPECTION_KINDS, roles=INSPECTION_ROLES,
        own_hand=visit.account.login in one.plan.authors,
        left_min=_left_min(one),
    )  # fmt: skip


def _left_min(one: Inspection) -> int:
    """Return how many minutes making the copy may still take; nothing while nobody can tell."""
    if one.state != "making" or one.done < _TELLING * one.total:
        return 0
    minutes = (one.touched_at_us - one.changed_at_us) / 60e6
    return math.ceil(minutes * (one.total - one.done) / max(one.done, 1))


def _groups(one: Inspection, marks: Sequence[Mark]) -> list[Group]:
    """Return the terms with places, those nobody decided on first."""
    groups = {each.id: Group(each) for each in one.plan.terms}
    for each in marks:
        if each.term in groups:
            groups[each.term].marks.append(each)
    found = [each for each in groups.values() if each.marks]
    return sorted(found, key=lambda each: (each.count("open") == 0, each.term.kind))


async def decide(request: web.Request) -> web.Response:
    """Redact places or leave them: named ones, all of a term, or all nobody decided on."""
    visit, one, _ = await inspection_of(request)
    given = await request.post()
    what = str(given.get("was", ""))
    if what not in {"redact", "keep"}:
        raise Denied(422, "form_invalid")
    named, term = {str(each) for each in given.getall("stelle", [])}, str(given.get("angabe", ""))
    every = given.get("alle") == "1"
    marks = await visit.efile.inspections.marks(one)
    names = [
        each.id for each in marks
        if each.id in named or (term and each.term == term) or (every and each.state == "open")
    ]  # fmt: skip
    if not names:
        raise Denied(422, "form_invalid")
    await visit.efile.inspections.decide(
        one, names, redact=what == "redact", actor=visit.account.login
    )
    return _back(one, str(given.get("blatt", "")))


def _back(one: Inspection, sheet: str) -> web.Response:
    """Lead back to the page the form stood on."""
    document, _, page = sheet.partition("/")
    if document in one.plan.documents and page.isdecimal():
        return web.Response(status=303, headers={"Location": sheet_place(one, document, int(page))})
    return back_to(one)


async def look_for(request: web.Request) -> web.Response:
    """Look for something more in all documents."""
    visit, one, _ = await inspection_of(request)
    given = await request.post()
    ground = str(given.get("grund", ""))
    if ground not in BY_HAND:
        raise Denied(422, "form_invalid")
    await visit.efile.inspections.look_for(
        one, str(given.get("text", "")), str(given.get("art", "")), ground=ground,
        actor=visit.account.login,
    )  # fmt: skip
    return back_to(one)


async def withhold(request: web.Request) -> web.Response:
    """Leave a document out, or show it after all."""
    visit, one, _ = await inspection_of(request)
    given = await request.post()
    ground = "" if given.get("zeigen") == "1" else str(given.get("grund", ""))
    if given.get("zeigen") != "1" and ground not in BY_HAND:
        raise Denied(422, "form_invalid")
    await visit.efile.inspections.withhold(
        one, str(given.get("dokument", "")), ground, str(given.get("vermerk", "")),
        visit.account.login,
    )  # fmt: skip
    return back_to(one)


async def make(request: web.Request) -> web.Response:
    """Make the copy and prove it."""
    visit, one, _ = await inspection_of(request)
    await visit.efile.inspections.make(one, visit.account.login)
    return back_to(one)


async def resume(request: web.Request) -> web.Response:
    """Take up work that was stopped."""
    visit, one, _ = await inspection_of(request)
    await visit.efile.inspections.resume(one)
    return back_to(one)


async def discard(request: web.Request) -> web.Response:
    """Take an inspection away that nobody wants any more."""
    visit, one, _ = await inspection_of(request)
    await visit.efile.inspections.discard(one)
    return web.Response(status=303, headers={"Location": f"/akten/{one.akte_id}/akteneinsicht"})
