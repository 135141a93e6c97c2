"""Comparing two documents of a file, as somebody may see them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Protocol

from efile.capture.content import PLAIN, plain_mime
from efile.comparing.texts import Piece
from efile.errors import NotDisplayable, NotFound
from efile.isolation.pool import LimitedPool, Limits
from efile.model import Document, FormNode
from efile.objects import layout
from efile.renditions import pages
from efile.renditions.structured import is_structured
from efile.sealing.store import SealedStore

WORKER = "efile.comparing.jobs"
"""Module whose ``JOBS`` the limited child serves."""
LIMITS = Limits(wall_s=30.0, cpu_s=25, jobs=200)


class Source(Protocol):
    """The e-file as somebody may see it."""

    async def document(self, tenant: str, document_id: str) -> Document:
        """Return the document."""
        ...

    async def fetch(self, tenant: str, document_id: str, part: int = 0) -> bytes:
        """Return the proven bytes of a part."""
        ...

    async def form(self, tenant: str, document_id: str, part: int | None = None) -> FormNode:
        """Return a structured part as a form."""
        ...


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines that are the same in both documents, or a place where they differ."""

    old_page: int
    """Page it begins on; 0 where the document has no pages."""
    new_page: int
    lines: int
    """How many stayed the same; none where the documents differ."""
    pieces: tuple[Piece, ...]
    """``same``, ``removed`` or ``added`` with the words; empty where too much is the same."""

    @property
    def same(self) -> bool:
        """Whether the documents agree here."""
        return self.lines > 0


@dataclass(frozen=True, slots=True)
class WordDifference:
    """What differs between the words of two documents."""

    passages: tuple[Passage, ...]
    cut: bool
    """Whether a document says more than was compared."""
    recognised: tuple[bool, bool]
    """Whose words were read off pictures: the older one's, the newer one's."""

    @property
    def places(self) -> int:
        """In how many places they differ."""
        return sum(not one.same for one in self.passages)


@dataclass(frozen=True, slots=True)
class _Side:
    mime: str
    data: bytes
    recognised: bool = False


class ComparingRoom:
    """What differs between two documents; it sees what its source sees."""

    def __init__(self, source: Source, objects: SealedStore, pool: LimitedPool) -> None:
        self._source = source
        self._objects = objects
        self._pool = pool

    async def forms(self, tenant: str, old: str, new: str) -> tuple[FormNode, FormNode] | None:
        """Return both documents as forms; ``None`` where one is no structured document.

        Raises:
            NotFound: one of them is missing.
            NotDisplayable: one cannot be read.
        """
        documents = [await self._source.document(tenant, one) for one in (old, new)]
        if not all(any(map(is_structured, one.parts)) for one in documents):
            return None
        then, now = [await self._source.form(tenant, one.id) for one in documents]
        return then, now

    async def words(self, tenant: str, old: str, new: str) -> WordDifference:
        """Return what differs between the words of two documents.

        Raises:
            NotFound: one of them is missing.
            NotDisplayable: one has no words or cannot be read, or both together take too long.
        """
        documents = [await self._source.document(tenant, one) for one in (old, new)]
        sides = [await self._side(one) for one in documents]
        facts, body = await self._ask(sides)
        if facts["empty"]:
            for at in facts["empty"]:
                sides[at] = await self._recognised(documents[at], sides[at])
            facts, body = await self._ask(sides)
        if facts["empty"]:
            raise _no_words(documents[facts["empty"][0]])
        passages = tuple(
            Passage(**one | {"pieces": tuple((kind, text) for kind, text in one["pieces"])})
            for one in json.loads(body)
        )
        first, second = (one.recognised for one in sides)
        return WordDifference(passages, facts["cut"], (first, second))

    async def _side(self, document: Document) -> _Side:
        part = pages.shown_part(document)
        if pages.kind_of(part) is None and not pages.is_readable(part):
            raise _no_words(document)
        data = await self._source.fetch(document.tenant, document.id, part.position)
        return _Side(plain_mime(part.mime), data)

    async def _recognised(self, document: Document, side: _Side) -> _Side:
        """Return the words read off a document's pictures; without any the side as it is."""
        key = layout.recognised_key(document.akte_id, document.leaf)
        try:
            text = await self._objects.derived(document.tenant, key)
        except NotFound:
            return side
        return replace(side, mime=PLAIN, data=text, recognised=True)

    async def _ask(self, sides: list[_Side]) -> tuple[dict[str, Any], bytes]:
        told = [{"mime": one.mime, "size": len(one.data)} for one in sides]
        data = b"".join(one.data for one in sides)
        return await self._pool.run("compare", {"sides": told}, data)


def _no_words(document: Document) -> NotDisplayable:
    return NotDisplayable(
        "no_words",
        "Eines der Dokumente hat keine Wörter, die sich vergleichen lassen.",
        remedy="Beide nebeneinander legen (Taste S) oder warten, bis der Scan gelesen ist.",
        place=document.title,
    )
