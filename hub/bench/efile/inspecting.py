"""An inspection of a file, from the question to the filed copy, every page of it redacted.

That is its worst case: every page becomes a picture, and each is read anew for the proof.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from efile import (
    AkteView,
    Asker,
    EFile,
    Inspection,
    Particular,
    StorageMisconfigured,
    WantedInspection,
)
from hub.bench.efile.corpus import LETTER_BYTES, Corpus
from hub.bench.efile.figures import Inspected
from hub.bench.machine import cpu_seconds, watched
from hub.demo.cast import iban

_FILE, _FIRST = 960_000, 40_000_000
"""A file and letters of its own."""
_PREPARING, _APPROVING = "bench", "bench-2"
_PROOF = ("texts", "pictures", "raw")
"""Jobs of the limited children that prove."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What is inspected."""

    documents: int = 1
    pages: int = 4
    """Of each document."""


@dataclass(frozen=True, slots=True)
class _Made:
    """An inspection that came to its end, and when it was where."""

    one: Inspection
    search_s: float
    seconds: float


async def inspected(
    room: EFile, corpus: Corpus, paper: Paper, others: list[int]
) -> Inspected | None:
    """Return what an inspection takes; nothing where the programs that prove it are missing."""
    numbers = range(_FIRST, _FIRST + paper.documents)
    for number in numbers:
        part = corpus.as_pdf(number, 2 * LETTER_BYTES, paper.pages)
        await room.file(corpus.request(number, part, file=_FILE))
    view = await room.akte(corpus.tenant, Corpus.sign(_FILE))
    known = tuple(Particular("other_parent", "iban", iban(number)) for number in numbers)
    async with watched(others) as peak:
        cpu_s = await asyncio.to_thread(cpu_seconds, others)
        try:
            made = await _made(room, view, known)
        except StorageMisconfigured:
            return None
        cpu_s = await asyncio.to_thread(cpu_seconds, others) - cpu_s
    pages = paper.documents * paper.pages
    return Inspected(
        documents=paper.documents,
        pages=pages,
        pictured=made.one.report.pictured,
        seconds=round(made.seconds, 1),
        search_seconds=round(made.search_s, 1),
        cpu_s_per_page=round(cpu_s / pages, 3),
        proof_share=_share(room.inspections.worked_s),
        copy_mb=await _copy_mb(room, made.one),
        parts=len(made.one.parts),
        children_mb=round(peak.children, 1),
        rss_mb=round(peak.whole, 1),
        clean=made.one.state == "filed" and not made.one.report.remnants,
    )


async def _made(room: EFile, view: AkteView, known: tuple[Particular, ...]) -> _Made:
    """Inspect all documents, redact whatever is proposed, approve and file the copy."""
    tenant, inspections = view.akte.tenant, room.inspections
    wanted = WantedInspection(
        akte=view.akte.id, asker=Asker(role="carer", name="Messung", capacity="für sich selbst"),
        purpose="Messung", documents=frozenset(one.id for one in view.documents), known=known,
    )  # fmt: skip
    begin = time.monotonic()
    name = await inspections.begin(tenant, wanted, _PREPARING)
    one = await _settled(room, view, name)
    search_s = time.monotonic() - begin
    marks = [each.id for each in await inspections.marks(one)]
    await inspections.decide(one, marks, redact=True, actor=_PREPARING)
    await inspections.make(one, _PREPARING)
    one = await _settled(room, view, name)
    seconds = time.monotonic() - begin
    if one.state == "waiting":
        one = await inspections.release.approve(one, one.sha256, _APPROVING)
    return _Made(one, search_s, seconds)


async def _settled(room: EFile, view: AkteView, name: str) -> Inspection:
    await room.inspections.settled(name)
    one, _ = await room.inspections.get(view.akte.tenant, view.akte.id, name)
    return one


async def _copy_mb(room: EFile, one: Inspection) -> float:
    if not one.document_id:
        return 0.0
    copy = await room.document(one.tenant, one.document_id)
    return round(sum(part.size for part in copy.parts) / 1_000_000, 1)


def _share(worked_s: Mapping[str, float]) -> float:
    """Return which part of the children's work is the proof."""
    proof_s = sum(worked_s.get(job, 0.0) for job in _PROOF)
    return round(proof_s / sum(worked_s.values()), 2)
