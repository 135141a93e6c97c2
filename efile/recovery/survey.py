"""What lies in storage: every manifest read, every object listed.

All three recoveries begin here, so they agree on what a document is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import itemgetter

from efile.errors import FilingError, IntegrityBroken, NotFound
from efile.extracts.reader import Extracts
from efile.filing import Archive
from efile.index.keys import KeyRow
from efile.integrity.digest import sha256_hex
from efile.model import Document, DocumentPart, Fault
from efile.objects import layout, manifest, pack
from efile.recovery import faults
from efile.recovery.endings import Endings, read_endings
from efile.recovery.fetching import each_of, fetched
from efile.recovery.ledger.book import Book
from efile.recovery.ledger.documents import Documents, Parts
from efile.recovery.ledger.leaves import Leaves
from efile.recovery.ledger.objects import Objects
from efile.sealing import packed
from efile.sealing.envelope import sealed_size
from efile.sealing.ring import KeyReader

_FIRST, _SECOND = itemgetter(0), itemgetter(1)


@dataclass(slots=True)
class Survey:
    """A tenant's storage at one moment; what grows with it is noted on disk."""

    objects: Objects
    documents: Documents
    """Every document with a readable manifest."""
    leaves: Leaves
    """The log as the index has it."""
    endings: Endings
    """What storage says was destroyed, and what is left of it."""
    altered: list[Fault] = field(default_factory=list)
    """Manifests and packs that cannot be believed."""
    closed: set[str] = field(default_factory=set)
    """Where manifests lie that do not open."""
    damaged: set[str] = field(default_factory=set)
    """Where in packs other bytes lie than were filed."""
    bytes_read: int = 0

    @classmethod
    def blank(cls, book: Book) -> Survey:
        """Return one of nothing yet."""
        return cls(Objects(book), Documents(book), Leaves(book), Endings())

    def refuse(self, why: FilingError, place: str) -> None:
        """Note a manifest that does not open; a missing key closes many."""
        self.closed.add(place)
        closed = faults.key_missing(why.place) if why.code == "key_missing" else None
        fault = closed or faults.manifest_altered(place)
        if fault not in self.altered:
            self.altered.append(fault)

    def enter(self, tenant: str, document: Document) -> None:
        """Note a document with a sound manifest."""
        if document.tenant != tenant:
            self.altered.append(faults.manifest_altered(layout.commit_place(document)))
        else:
            self.documents.enter(document)

    def lying_whole(self, documents: Sequence[Document]) -> list[bool]:
        """Say of each whether every part lies there in its size, as far as that was looked at."""
        sizes = self.objects.sizes({part.object_key for each in documents for part in each.parts})
        return [all(self._lies(part, sizes) for part in each.parts) for each in documents]

    def _lies(self, part: DocumentPart, sizes: Mapping[str, int]) -> bool:
        if part.packed:
            return part.place not in self.damaged and part.object_key in sizes
        return sizes.get(part.object_key) in (sealed_size(part.size), part.size)

    def faults(self) -> list[Fault]:
        """Return what was found wrong while reading."""
        damaged = (faults.digest_mismatch(place) for place in sorted(self.damaged))
        mixed = (faults.akte_of_two_kinds(akte) for akte in self.documents.of_two_kinds())
        return [*self.altered, *damaged, *mixed, *self.endings.faults()]

    def files(self) -> Iterator[tuple[dict[str, int], Parts]]:
        """Yield for each file the sizes of its contents, and the parts of its documents.

        Contents no part accounts for are among them, but nothing of what was destroyed.
        """
        contents = (
            (_folder(key), (key, size))
            for key, size in self.objects.below(layout.ROOT)
            if not layout.is_manifest(key) and key not in self.endings.remains
        )
        held: Iterator[tuple[str, dict[str, int] | Parts]] = (
            (folder, dict(map(_SECOND, own))) for folder, own in groupby(contents, _FIRST)
        )
        filed = ((f"{layout.ROOT}{akte}/", own) for akte, own in self.documents.by_file())
        for _, found in groupby(merge(held, filed, key=_FIRST), _FIRST):
            sizes: dict[str, int] = {}
            parts = Parts()
            for _, one in found:
                if isinstance(one, Parts):
                    parts = one
                else:
                    sizes = one
            yield sizes, parts


def _folder(key: str) -> str:
    """Return where the objects of the file lie; sorts them as their keys do."""
    akte, slash, _ = key.removeprefix(layout.ROOT).partition("/")
    return f"{layout.ROOT}{akte}{slash}"


async def survey(
    seen: Survey,
    tenant: str,
    archive: Archive,
    extracts: Extracts | None = None,
    *,
    restore: bool = False,
) -> None:
    """List everything; read every key, every manifest and every pack.

    With ``extracts`` of a manifest that lies there in its size their sealed copy is read. With
    ``restore`` the index's copy of the keys is brought in line with them first.
    """
    seen.endings = await read_endings(tenant, archive)
    await _examine_keys(seen, tenant, archive, restore=restore)
    for root in (layout.ROOT, layout.PACK_ROOT):
        async for page in archive.objects.pages(tenant, root):
            seen.objects.note(page)
            seen.endings.look(item.key for item in page)
    if extracts is not None:
        await _look_at_copies(seen, tenant, extracts, archive)
    gone: list[str] = []
    async for key, size, stored in fetched(tenant, _to_be_read(seen), archive.objects):
        if isinstance(stored, NotFound) and stored.code == "object_missing":
            gone.append(key)
            continue
        seen.bytes_read += size
        await _look(seen, tenant, key, stored, archive)
    seen.objects.forget(gone)
    refused = await asyncio.to_thread(seen.documents.settle, seen.damaged)
    seen.altered += [faults.document_twice(layout.commit_place(one)) for one in refused]


def _to_be_read(seen: Survey) -> Iterator[tuple[str, int]]:
    """Yield manifests and packs with their sizes; what cannot be a pack is not read."""
    for key, size in seen.objects.below(layout.ROOT):
        if layout.is_manifest(key) and key not in seen.endings.remains:
            yield key, size
    for key, size in seen.objects.below(layout.PACK_ROOT):
        if size <= pack.LARGEST:
            yield key, size
        else:
            seen.altered.append(faults.pack_altered(key))


async def _look(
    seen: Survey, tenant: str, key: str, stored: bytes | FilingError, archive: Archive
) -> None:
    if isinstance(stored, FilingError):
        seen.refuse(stored, key)
    elif layout.is_pack(key):
        await _look_into_pack(seen, tenant, key, stored, archive)
    else:
        _look_at_manifest(seen, tenant, key, stored, archive.secret)


async def _look_at_copies(seen: Survey, tenant: str, extracts: Extracts, archive: Archive) -> None:
    """Enter manifests from their copies in extracts; they themselves need not be read."""
    async for place, _, stored in fetched(tenant, sorted(extracts.sizes.items()), archive.objects):
        if isinstance(stored, FilingError):
            continue
        copies = [each async for each in extracts.manifests(place, stored)]
        sizes = seen.objects.sizes(key for key, _ in copies)
        copied: list[str] = []
        for key, copy in copies:
            if key in seen.endings.remains or sizes.get(key) not in (
                sealed_size(len(copy)), len(copy),
            ):  # fmt: skip
                continue
            try:
                document = manifest.read(copy, archive.secret, key)
            except IntegrityBroken:
                continue
            seen.enter(tenant, document)
            copied.append(key)
        seen.objects.copied(copied)


async def _examine_keys(seen: Survey, tenant: str, archive: Archive, *, restore: bool) -> None:
    reader = KeyReader(archive.keys, tenant)
    rows: list[KeyRow] = []
    async for page in archive.objects.pages(tenant, layout.DATA_KEYS_ROOT):
        left = set(seen.endings.look(item.key for item in page))
        sizes = {item.key: item.size for item in page if item.key not in left}
        seen.objects.note(item for item in page if item.key not in left)
        async for place, found in each_of(sizes, reader.read):
            if isinstance(found, KeyRow):
                rows.append(found)
            elif isinstance(found, FilingError):
                seen.altered.append(faults.key_altered(place))
            else:
                seen.objects.forget([place])
                continue
            seen.bytes_read += sizes[place]
        # The keys of one file come after each other, and are looked at together.
        last = [row for row in rows if restore and row.file == rows[-1].file]
        await archive.keys.restore(rows[: len(rows) - len(last)] if restore else ())
        rows = last
    await archive.keys.restore(rows)


def _look_at_manifest(seen: Survey, tenant: str, key: str, stored: bytes, secret: bytes) -> None:
    try:
        seen.enter(tenant, manifest.read(stored, secret, key))
    except IntegrityBroken:
        seen.altered.append(faults.manifest_altered(key))


async def _look_into_pack(
    seen: Survey, tenant: str, key: str, stored: bytes, archive: Archive
) -> None:
    """Enter what is whole in the pack and report the rest."""
    contents = pack.read(stored)
    named = layout.pack_key(layout.pack_secret(archive.secret, tenant), sha256_hex(stored))
    if key != named or contents.tenant != tenant or not contents.sound:
        seen.altered.append(faults.pack_altered(key))
    gone = [
        await _look_at_packed(seen, tenant, key, stored, one, archive) for one in contents.documents
    ]
    if contents.sound and gone and all(gone):
        seen.endings.hollow.append(key)


async def _look_at_packed(
    seen: Survey, tenant: str, key: str, stored: bytes, found: pack.Packed, archive: Archive
) -> bool:
    """Enter a document of a pack if it is whole; say whether it lies under a key that is gone."""
    starts = [slot.start for slot in found.parts]
    place = f"{key}#{starts[0] if starts else 0}"
    sealed = pack.content(stored, found.manifest)
    if seen.endings.is_of_gone_file(sealed, place):
        return True
    try:
        clear = await packed.manifest_of(sealed, tenant, place, archive.keys)
        document = manifest.read_packed(clear, archive.secret, key, starts)
    except (NotFound, IntegrityBroken) as exc:
        seen.refuse(exc, place)
        return False
    if seen.endings.packed_remains(document, place):
        return False
    for part, slot in zip(document.parts, found.parts, strict=True):
        if not await _is_whole(pack.content(stored, slot), document, part, archive):
            seen.damaged.add(part.place)
    seen.enter(tenant, document)
    return False


async def _is_whole(
    stored: bytes, document: Document, part: DocumentPart, archive: Archive
) -> bool:
    try:
        data = await packed.part_of(stored, document, part, archive.keys)
    except (NotFound, IntegrityBroken):
        return False
    return sha256_hex(data) == part.sha256


async def loss(
    tenant: str, key: str, archive: Archive, missing: Callable[[str], Fault]
) -> Fault | None:
    """Look for one object itself, which may have been filed after the listing.

    Return what is wrong with it: ``missing``, or hidden by a delete marker, which even an
    object lock does not prevent.
    """
    try:
        await archive.objects.head(tenant, key)
    except NotFound:
        versions = await archive.objects.versions(tenant, key)
        hidden = any(each.key == key and each.is_delete_marker for each in versions)
        return faults.object_hidden(key) if hidden else missing(key)
    return None
