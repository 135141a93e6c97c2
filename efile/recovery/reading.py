"""Reading stored documents again, to enter them into the index.

Documents that share a pack are read together, so that each pack is fetched once.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from efile.errors import FilingError, IntegrityBroken, NotFound
from efile.filing import Archive, entry
from efile.index.entries import Entry
from efile.integrity.digest import sha256_hex
from efile.model import HELD_BYTES, Document, DocumentPart, Fault, LargeFile, Part
from efile.objects.pieces import digest_of
from efile.recovery import faults
from efile.recovery.fetching import each_of, portions
from efile.sealing import packed

_GROUP, _GROUP_CHARACTERS = 100, 8_000_000
"""Documents and their text per transaction: beyond this the shared commit no longer costs time."""
_PACKS = 4
"""Packs held: those of neighbouring batches may be mixed in time."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A document ready to be entered, and what of it was not as filed."""

    entry: Entry
    place: int | None
    """In the log, where it has one."""
    faults: tuple[Fault, ...]

    @property
    def length(self) -> int:
        """Characters of its text."""
        return len(self.entry.words.body)


Placed = tuple[Document, int | None]
"""A document, and its place in the log."""
Known = Callable[[Sequence[Placed]], Awaitable[Sequence[Entry | None]]]
"""Returns what is known of documents without reading them."""


async def _nothing_known(documents: Sequence[Placed]) -> Sequence[Entry | None]:
    return [None] * len(documents)


def places(ready: Sequence[Ready]) -> dict[str, int]:
    """Return the places of these in the log by leaf."""
    return {e.entry.document.leaf: e.place for e in ready if e.place is not None}


async def prepared(
    documents: Iterable[Placed], archive: Archive, known: Known = _nothing_known
) -> AsyncIterator[list[Ready]]:
    """Yield the documents in groups for one transaction each, in their order.

    Search finds the newest first by the order of entering, so an index made anew must be entered
    as the first one was: in the order of the log. Of what is ``known`` nothing is read.
    """
    shelf = _Shelf(archive)
    together = portions((each, sum(part.size for part in each[0].parts)) for each in documents)
    group: list[Ready] = []
    async for _, ready in each_of(together, lambda some: _prepare(some, shelf, archive, known)):
        group += ready
        if len(group) >= _GROUP or sum(each.length for each in group) > _GROUP_CHARACTERS:
            yield group
            group = []
    if group:
        yield group


async def _prepare(
    documents: Sequence[Placed], shelf: _Shelf, archive: Archive, known: Known
) -> list[Ready]:
    found = list(zip(documents, await known(documents), strict=True))
    apart = await shelf.apart([each for (each, _), there in found if there is None])
    ready = []
    for (document, place), there in found:
        if there is not None:
            ready.append(Ready(there, place, ()))
            continue
        parts, broken = [], []
        with ExitStack() as copies:
            for listed in document.parts:
                data = await shelf.get(document, listed, apart, copies)
                if data is not None:
                    parts.append(Part(listed.role, listed.name, listed.mime, data))
                else:
                    broken.append(faults.digest_mismatch(listed.place))
            ready.append(Ready(await entry(document, parts, archive), place, tuple(broken)))
    return ready


class _Shelf:
    """Fetches contents; the packs fetched last are kept, since their documents come together."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._turn = asyncio.Lock()
        self._packs: OrderedDict[str, bytes | None] = OrderedDict()

    async def apart(self, documents: Sequence[Document]) -> dict[str, bytes | FilingError]:
        """Return the objects these documents of one tenant have for themselves; no large ones."""
        keys = {
            part.object_key: None
            for each in documents
            for part in each.parts
            if not part.packed and part.size <= HELD_BYTES
        }
        if not keys:
            return {}
        found = await self._archive.objects.get_all(documents[0].tenant, list(keys))
        return dict(zip(keys, found, strict=True))

    async def get(
        self,
        document: Document,
        part: DocumentPart,
        apart: Mapping[str, bytes | FilingError],
        copies: ExitStack,
    ) -> bytes | LargeFile | None:
        """Return a part as it was filed, or None; a large one is copied until ``copies`` ends."""
        if part.size > HELD_BYTES:
            return await self._copy(document.tenant, part, copies)
        data = await self._unpacked(document, part) if part.packed else apart[part.object_key]
        if isinstance(data, FilingError):
            return None
        return data if data is not None and sha256_hex(data) == part.sha256 else None

    async def _copy(self, tenant: str, part: DocumentPart, copies: ExitStack) -> LargeFile | None:
        copy = NamedTemporaryFile(prefix="efile-")  # noqa: SIM115  ends with the copies
        copies.enter_context(copy)
        try:
            found = await digest_of(self._archive.objects, tenant, part.object_key, copy)
        except (NotFound, IntegrityBroken):
            return None
        copy.flush()
        whole = found == (part.sha256, part.size)
        return LargeFile(Path(copy.name), part.sha256, part.size) if whole else None

    async def _unpacked(self, document: Document, part: DocumentPart) -> bytes | None:
        async with self._turn:
            if part.object_key not in self._packs:
                fetched = await self._fetch(document.tenant, part.object_key)
                self._packs[part.object_key] = fetched
                while len(self._packs) > _PACKS:
                    self._packs.popitem(last=False)
            pack = self._packs[part.object_key]
            if pack is None:
                return None
            stored = pack[part.start : part.start + packed.room(part)]
        try:
            return await packed.part_of(stored, document, part, self._archive.keys)
        except (NotFound, IntegrityBroken):
            return None

    async def _fetch(self, tenant: str, key: str) -> bytes | None:
        try:
            return await self._archive.objects.get(tenant, key)
        except (NotFound, IntegrityBroken):
            return None
