"""The whole file, or some of its documents, as one PDF in the order of time.

Each part is readied in a job of its own, two at a time; then each volume is bound. One bad
document never fails the export: it becomes a page that says so, with the original attached.
Volumes are cut by the size of the originals, between documents; a document larger than a
volume has one to itself. Nothing is written to disk, and no more than a volume is held.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from efile.capture import words
from efile.errors import InvalidRequest, NotDisplayable
from efile.isolation.pool import LimitedPool, Limits
from efile.model import AkteView, Document, DocumentPart

WORKER = "efile.export.jobs"
"""Module whose ``JOBS`` the limited child serves."""
LIMITS = Limits(wall_s=120.0, cpu_s=110, memory_mb=2048, jobs=200)
VOLUME_BYTES = 100 * 1024 * 1024
"""Originals in one volume, unless somebody wants other."""
LEAST_VOLUME_BYTES = 1024 * 1024
_MOST_VOLUME_BYTES = 300 * 1024 * 1024
_AT_ONCE = 4
_ZONE = ZoneInfo("Europe/Berlin")
_DIRECTIONS = {"in": "Eingang", "out": "Ausgang", "internal": "intern"}
T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Told how many parts are ready, of how many."""


class Source(Protocol):
    """The e-file as somebody may see it."""

    async def akte(self, tenant: str, akte_id: str) -> AkteView:
        """Return the file."""
        ...

    async def fetch(self, tenant: str, document_id: str, part: int = 0) -> bytes:
        """Return the proven bytes of a part."""
        ...


@dataclass(frozen=True, slots=True)
class Volume:
    """One bound PDF."""

    number: int
    """From 1."""
    volumes: int
    first: int
    """First leaf."""
    last: int
    pdf: bytes
    lost: tuple[str, ...]
    """Titles of documents of which something is attached instead of shown."""


@dataclass(slots=True)
class _Ready:
    """A part as the binder takes it."""

    part: DocumentPart
    kind: str
    data: bytes = b""
    paragraphs: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def attached(self) -> bool:
        """Whether the original is attached, because it cannot be shown."""
        return self.kind == "lost"

    def told(self) -> dict[str, Any]:
        """Return what the binder is told of it."""
        return {
            "name": self.part.name, "kind": self.kind, "note": self.note, "size": len(self.data),
            "attached": self.attached, "paragraphs": self.paragraphs,
        }  # fmt: skip


async def whole_file(
    source: Source, pool: LimitedPool, order: Order, progress: Progress = lambda *_: None
) -> AsyncIterator[Volume]:
    """Yield the volumes one after the other.

    Raises:
        NotFound: there is no such file.
        InvalidRequest: nothing is left to export.
    """
    view = await source.akte(order.tenant, order.akte)
    documents = chosen(view.documents, order.documents)
    volumes = cut(documents, order.volume_bytes)
    work = _Work(source, pool, order, view, sum(len(shown(one)) for one in documents), progress)
    first = 1
    for number, group in enumerate(volumes, 1):
        volume = await work.volume(group, number, len(volumes), first)
        first = volume.last + 1
        yield volume


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants exported."""

    tenant: str
    akte: str
    """Id or Aktenzeichen."""
    made_on: date
    documents: frozenset[str] | None = None
    """Ids of the chosen documents; ``None`` means all."""
    volume_bytes: int = VOLUME_BYTES


def chosen(documents: Sequence[Document], wanted: Collection[str] | None) -> list[Document]:
    """Return the wanted documents in the order of time, whatever order they were chosen in.

    Raises:
        InvalidRequest: nothing is left.
    """
    found = [one for one in documents if wanted is None or one.id in wanted]
    if not found:
        raise InvalidRequest(
            "nothing_to_export",
            "Zu dieser Auswahl gibt es keine Dokumente.",
            remedy="Mindestens ein Dokument der Akte auswählen.",
        )
    return sorted(found, key=lambda one: (one.received_at_us, one.filed_at_us, one.id))


def cut(documents: Sequence[Document], limit: int) -> list[list[Document]]:
    """Return the documents of each volume."""
    limit = max(LEAST_VOLUME_BYTES, min(limit, _MOST_VOLUME_BYTES))
    return grouped(documents, limit, lambda one: sum(part.size for part in shown(one)))


def grouped(things: Sequence[T], limit: int, size: Callable[[T], int]) -> list[list[T]]:
    """Return things in their order, as many together as are no larger than ``limit``.

    What is larger by itself stands alone.
    """
    groups: list[list[T]] = []
    filled = 0
    for one in things:
        if not groups or filled + size(one) > limit:
            groups.append([])
            filled = 0
        groups[-1].append(one)
        filled += size(one)
    return groups


def shown(document: Document) -> list[DocumentPart]:
    """Return the parts people read: a message between machines only where there is nothing else."""
    parts = [part for part in document.parts if part.role != "message"]
    return parts or list(document.parts)


@dataclass(slots=True)
class _Work:
    """One export on its way."""

    source: Source
    pool: LimitedPool
    order: Order
    view: AkteView
    total: int
    progress: Progress
    done: int = 0
    subfiles: dict[str, str] = field(init=False)
    """Name of the part of the file each matter belongs to."""

    def __post_init__(self) -> None:
        matters = self.view.vorgaenge
        self.subfiles = {one.id: one.subfile.name for one in matters if one.subfile}

    async def volume(
        self, documents: Sequence[Document], number: int, volumes: int, first: int
    ) -> Volume:
        slots = asyncio.Semaphore(_AT_ONCE)

        async def ready(document: Document, part: DocumentPart) -> _Ready:
            async with slots:
                found = await self._ready(document, part)
                self.done += 1
                self.progress(self.done, self.total)
                return found

        groups = await asyncio.gather(
            *(
                asyncio.gather(*(ready(document, part) for part in shown(document)))
                for document in documents
            )
        )
        pairs = [(one, list(group)) for one, group in zip(documents, groups, strict=True)]
        head = self._head(number, volumes, first)
        try:
            answer, pdf = await self._bind(head, pairs)
        except NotDisplayable:
            await self._give_up_on(pairs, head)
            answer, pdf = await self._bind(head, pairs)
        lost = tuple(one.title for one, group in pairs if any(part.attached for part in group))
        return Volume(number, volumes, first, int(answer["last"]), pdf, lost)

    async def _ready(self, document: Document, part: DocumentPart) -> _Ready:
        data = await self.source.fetch(self.order.tenant, document.id, part.position)
        try:
            answer, body = await self.pool.run("ready", {"mime": part.mime}, data)
        except NotDisplayable as exc:
            return _Ready(part, "lost", data, note=part.remark or _why(exc))
        if answer["kind"] == "text":
            return _Ready(part, "text", paragraphs=answer["paragraphs"])
        return _Ready(part, "pdf", body or data)

    async def _bind(
        self, head: dict[str, Any], pairs: Sequence[tuple[Document, list[_Ready]]]
    ) -> tuple[dict[str, Any], bytes]:
        listed = [self._told(one, group) for one, group in pairs]
        data = b"".join(part.data for _, group in pairs for part in group)
        return await self.pool.run("bind", head | {"documents": listed}, data)

    def _told(self, document: Document, group: Sequence[_Ready]) -> dict[str, Any]:
        subfile = self.subfiles.get(document.vorgang_id, "")
        return {
            "title": document.title, "facts": _facts(document, subfile), "subfile": subfile,
            "parts": [part.told() for part in group],
        }  # fmt: skip

    async def _give_up_on(
        self, pairs: Sequence[tuple[Document, list[_Ready]]], head: dict[str, Any]
    ) -> None:
        """Find what cannot be bound even by itself, and attach it instead."""
        for document, group in pairs:
            for part in group:
                if part.kind != "pdf":
                    continue
                try:
                    await self._bind(head, [(document, [part])])
                except NotDisplayable as exc:
                    part.kind, part.note = "lost", _why(exc)

    def _head(self, number: int, volumes: int, first: int) -> dict[str, Any]:
        akte = self.view.akte
        facts = [f"Aktenzeichen {akte.aktenzeichen}", akte.aktenplan]
        if volumes > 1:
            facts.append(f"Teil {number} von {volumes}")
        every = self.order.documents is None
        made = self.order.made_on.strftime("%d.%m.%Y")
        scope = "Alle Dokumente der Akte" if every else "Ausgewählte Dokumente der Akte"
        return {
            "title": akte.title, "facts": [one for one in facts if one], "first": first,
            "scope": f"{scope}, nach der Zeit geordnet. Erstellt am {made}.",
        }  # fmt: skip


def _facts(document: Document, subfile: str) -> str:
    day = datetime.fromtimestamp(document.received_at_us / 1e6, UTC).astimezone(_ZONE)
    matter = f"{subfile} › {document.vorgang}" if subfile else document.vorgang
    return ", ".join(
        (f"{day:%d.%m.%Y}", _DIRECTIONS[document.direction], document.doc_type, matter)
    )


def _why(error: NotDisplayable) -> str:
    if error.code == "no_pages":
        return "Diese Datei hat keine Seiten, die sich zeigen lassen."
    return words.remark((error.code,))
