"""Read every object again and prove it is what was filed.

Nothing recorded is believed: bytes come from storage and are hashed here. The index is asked
only for what storage cannot know, namely documents whose manifest has vanished.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from functools import partial

from efile.errors import FilingError, IntegrityBroken, NotFound
from efile.filing import Archive
from efile.index import keys, metadata
from efile.integrity.digest import sha256_hex
from efile.model import HELD_BYTES, Document, DocumentPart, Fault, VerifyReport
from efile.objects import layout
from efile.objects.pieces import digest_of
from efile.ports import Clock, Host
from efile.recovery import endings, faults
from efile.recovery.fetching import each_of, portions
from efile.recovery.ledger.book import open_book
from efile.recovery.log import against_documents, compared, noted
from efile.recovery.stored_log import read_log
from efile.recovery.survey import Survey, loss, survey
from efile.sealing.envelope import sealed_size

Blob = tuple[str, int, DocumentPart | None]
"""Key and listed size of a content, and what it should be."""


async def verify(tenant: str, archive: Archive, clock: Clock, host: Host) -> VerifyReport:
    """Return what was read and every fault found."""
    started = clock.now_us()
    with open_book(host.scratch) as book:
        seen = Survey.blank(book)
        stored = await read_log(tenant, archive, host)
        heads = await noted(tenant, seen.leaves, archive)
        await survey(seen, tenant, archive)
        told = await against_index(tenant, seen, archive)
        size, found = seen.bytes_read, seen.faults()
        together = portions((blob, blob[1]) for blob in _blobs(seen))
        async for _, read in each_of(together, lambda some: _examine(tenant, some, archive)):
            size += sum(length for length, _ in read)
            found += [fault for _, fault in read if fault]
        found += [*told, *await keys_missing(tenant, seen, archive)]
        found += await _unindexed(tenant, seen, archive)
        found += stored.faults
        found += await compared(tenant, seen.leaves, heads, stored, archive)
        found += await against_documents(tenant, seen, archive)
        found = await endings.against_index(tenant, seen.endings, found, archive, host.signing)
        objects = len(seen.objects) + len(stored.sizes)
    faults_by_place = tuple(sorted(found, key=_by_place))
    return VerifyReport(tenant, started, objects, size + stored.bytes, faults_by_place)


def _blobs(seen: Survey) -> Iterator[Blob]:
    """Yield everything documents lie in that is no pack, and whatever else lies beside it."""
    for sizes, parts in seen.files():
        expected = {part.object_key: part for part in (*parts.indexed, *parts.filed)}
        # What one file names and another has is looked for there, too.
        lying = sizes | seen.objects.sizes(expected.keys() - sizes.keys())
        for key in sorted(lying.keys() | expected.keys()):
            yield key, lying.get(key, 0), expected.get(key)


async def indexed(tenant: str, archive: Archive) -> AsyncIterator[list[Document]]:
    """Yield the documents the index knows in portions, by name."""
    after = ""
    while page := await archive.database.read(partial(metadata.page, tenant=tenant, after=after)):
        yield page
        after = page[-1].id


async def against_index(tenant: str, seen: Survey, archive: Archive) -> list[Fault]:
    """Return what does not lie in storage where and as the index says.

    Filing goes on meanwhile, so whatever looks missing is looked for once more. Afterwards it
    is noted which documents the index knows.
    """
    found: list[Fault] = []
    told = {fault.where for fault in seen.altered} | seen.closed
    asked: set[str] = set()
    async for page in indexed(tenant, archive):
        other, names = seen.documents.unlike(page)
        sizes = seen.objects.sizes({layout.commit_key(each) for each in other})
        for key in sorted({layout.commit_key(each) for each in other} - sizes.keys() - asked):
            missing = faults.pack_missing if layout.is_pack(key) else faults.manifest_missing
            gone = await loss(tenant, key, archive, missing)
            found += [gone] if gone else []
            asked.add(key)
        lying = [each for each in other if layout.commit_key(each) in sizes]
        found += _contradictions(lying, names, told)
        seen.documents.are_indexed(page)
        seen.documents.known_otherwise(other)
        seen.objects.are_used({layout.commit_key(each) for each in page if each.packed})
        seen.leaves.account(each.leaf for each in other)
    return found


def _contradictions(
    documents: Iterable[Document], names: Collection[str], told: Collection[str]
) -> Iterator[Fault]:
    """Yield what its manifest or pack, which is there, tells otherwise or not at all."""
    for document in documents:
        place = layout.commit_place(document)
        if place not in told:
            differs = document.id in names
            yield faults.manifest_differs(place) if differs else faults.manifest_missing(place)


async def _unindexed(tenant: str, seen: Survey, archive: Archive) -> list[Fault]:
    """Return documents only storage has; what was entered meanwhile is none of them."""
    unknown = {each.id: layout.commit_place(each) for each in seen.documents.unindexed()}
    known = await archive.database.read(
        lambda tx: metadata.find_documents(tx, tenant, list(unknown))
    )
    return [
        faults.document_unindexed(place) for name, place in unknown.items() if name not in known
    ]


async def keys_missing(tenant: str, seen: Survey, archive: Archive) -> list[Fault]:
    """Return keys the index has and storage lacks: lost with the index they would be lost."""
    found: list[Fault] = []
    after = ""
    while page := await archive.database.read(partial(keys.page, tenant=tenant, after=after)):
        places = {layout.key_object(row.akte_id, row.key_id, row.kek_id) for row in page}
        for place in sorted(places - seen.objects.sizes(places).keys()):
            gone = await loss(tenant, place, archive, faults.key_missing)
            found += [gone] if gone else []
        after = page[-1].akte_id
    return found


async def _examine(
    tenant: str, blobs: Sequence[Blob], archive: Archive
) -> list[tuple[int, Fault | None]]:
    """Return bytes read and fault of each blob."""
    digests = await _digests(tenant, blobs, archive)
    return [
        await _judged(tenant, blob, digest, archive)
        for blob, digest in zip(blobs, digests, strict=True)
    ]


async def _digests(
    tenant: str, blobs: Sequence[Blob], archive: Archive
) -> list[tuple[str, int] | FilingError]:
    """Return digest and length of each blob, or why it has none."""
    first, size, _ = blobs[0]
    if size <= HELD_BYTES:
        found = await archive.objects.get_all(tenant, [key for key, _, _ in blobs])
        return await asyncio.to_thread(_hashed, found)
    # So large a blob is a portion by itself.
    try:
        return [await digest_of(archive.objects, tenant, first)]
    except (NotFound, IntegrityBroken) as exc:
        return [exc]


def _hashed(found: Sequence[bytes | FilingError]) -> list[tuple[str, int] | FilingError]:
    """Return digest and length of each; runs beside the event loop."""
    return [one if isinstance(one, FilingError) else (sha256_hex(one), len(one)) for one in found]


async def _judged(
    tenant: str, blob: Blob, digest: tuple[str, int] | FilingError, archive: Archive
) -> tuple[int, Fault | None]:
    """Return bytes read and fault of one blob; without a part there is nothing to compare."""
    key, listed, part = blob
    if isinstance(digest, NotFound):
        if digest.code == "key_missing":
            return 0, faults.key_missing(digest.place)
        return 0, await loss(tenant, key, archive, faults.object_missing)
    if isinstance(digest, FilingError):
        return listed, _broken(key, part, listed)
    sha256, length = digest
    if part is None:
        return listed, None
    if length != part.size:
        return listed, faults.size_mismatch(key, part.size, length)
    return listed, None if sha256 == part.sha256 else faults.digest_mismatch(key)


def _broken(key: str, part: DocumentPart | None, listed: int) -> Fault:
    """Return what is wrong with a sealed content that does not open."""
    if part is not None and listed != (wanted := sealed_size(part.size)):
        return faults.size_mismatch(key, wanted, listed)
    return faults.digest_mismatch(key)


def _by_place(fault: Fault) -> tuple[str, str]:
    return fault.where, fault.what
