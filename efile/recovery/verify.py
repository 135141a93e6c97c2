"""Read every object again and prove it is what was filed.

Nothing recorded is believed: bytes come from storage and are hashed here. The index is asked
only for what storage cannot know, namely documents whose manifest has vanished.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

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
from efile.recovery.log import against_documents, compared, indexed_log
from efile.recovery.stored_log import read_log
from efile.recovery.survey import Survey, loss, survey
from efile.sealing.envelope import sealed_size


async def verify(tenant: str, archive: Archive, clock: Clock, host: Host) -> VerifyReport:
    """Return what was read and every fault found."""
    started = clock.now_us()
    logged = await indexed_log(tenant, archive)
    stored = await read_log(tenant, archive, host)
    seen = await survey(tenant, archive)
    indexed = await rows(tenant, archive)
    expected = {
        part.object_key: part
        for each in [*indexed.values(), *seen.documents.values()]
        for part in each.parts
        if not part.packed
    }
    size, found = seen.bytes_read, seen.faults()
    keys = sorted(expected | dict.fromkeys(seen.orphans()))
    together = list(portions((key, seen.sizes.get(key, 0)) for key in keys))
    async for _, read in each_of(
        together, lambda some: _examine(tenant, some, expected, seen, archive)
    ):
        size += sum(length for length, _ in read)
        found += [fault for _, fault in read if fault]
    found += await against_index(tenant, seen, indexed, archive)
    found += [*stored.faults, *compared(tenant, logged, stored)]
    found += await against_documents(tenant, logged, seen, indexed, archive)
    found = await endings.against_index(tenant, seen.endings, found, archive, host.signing)
    faults_by_place = tuple(sorted(found, key=_by_place))
    objects = len(seen.sizes) + len(seen.keys) + len(stored.sizes)
    return VerifyReport(tenant, started, objects, size + stored.bytes, faults_by_place)


async def rows(tenant: str, archive: Archive) -> dict[str, Document]:
    """Return what the index knows, by document."""
    listed = await archive.database.read(lambda tx: metadata.all_documents(tx, tenant))
    return {each.id: each for each in listed}


async def against_index(
    tenant: str, seen: Survey, indexed: dict[str, Document], archive: Archive
) -> list[Fault]:
    """Return documents that only one side knows, or that the sides know differently.

    Filing goes on meanwhile, so whatever looks missing is looked for once more.
    """
    found = await not_stored(tenant, seen, indexed.values(), archive)
    found += await _keys_missing(tenant, seen, archive)
    unknown = [each for name, each in seen.documents.items() if name not in indexed]
    known_by_now = await rows(tenant, archive) if unknown else {}
    for document in unknown:
        if document.id not in known_by_now:
            found.append(faults.document_unindexed(layout.commit_place(document)))
    return found


async def _keys_missing(tenant: str, seen: Survey, archive: Archive) -> list[Fault]:
    """Return keys the index has and storage lacks: lost with the index they would be lost."""
    known = await archive.database.read(lambda tx: keys.of_tenant(tx, tenant))
    places = {layout.key_object(row.akte_id, row.key_id, row.kek_id) for row in known}
    gone = [
        await loss(tenant, place, archive, faults.key_missing)
        for place in sorted(places - seen.keys.keys())
    ]
    return [fault for fault in gone if fault]


async def not_stored(
    tenant: str, seen: Survey, indexed: Collection[Document], archive: Archive
) -> list[Fault]:
    """Return what does not lie in storage where and as the index says."""
    found = []
    for key in sorted({layout.commit_key(each) for each in indexed} - seen.sizes.keys()):
        missing = faults.pack_missing if layout.is_pack(key) else faults.manifest_missing
        gone = await loss(tenant, key, archive, missing)
        found += [gone] if gone else []
    return [*found, *_contradictions(seen, indexed)]


def _contradictions(seen: Survey, indexed: Iterable[Document]) -> Iterator[Fault]:
    """Yield what its manifest or pack, which is there, tells otherwise or not at all."""
    told = {fault.where for fault in seen.altered} | seen.closed
    for document in indexed:
        place = layout.commit_place(document)
        if layout.commit_key(document) not in seen.sizes or place in told or seen.holds(document):
            continue
        if document.id in seen.documents:
            yield faults.manifest_differs(place)
        else:
            yield faults.manifest_missing(place)


async def _examine(
    tenant: str,
    keys: Sequence[str],
    expected: Mapping[str, DocumentPart],
    seen: Survey,
    archive: Archive,
) -> list[tuple[int, Fault | None]]:
    """Return bytes read and fault of each blob."""
    digests = await _digests(tenant, keys, seen, archive)
    return [
        await _judged(tenant, key, digest, expected.get(key), seen.sizes.get(key, 0), archive)
        for key, digest in zip(keys, digests, strict=True)
    ]


async def _digests(
    tenant: str, keys: Sequence[str], seen: Survey, archive: Archive
) -> list[tuple[str, int] | FilingError]:
    """Return digest and length of each blob, or why it has none."""
    if seen.sizes.get(keys[0], 0) <= HELD_BYTES:
        found = await archive.objects.get_all(tenant, keys)
        return await asyncio.to_thread(_hashed, found)
    # So large a blob is a portion by itself.
    try:
        return [await digest_of(archive.objects, tenant, keys[0])]
    except (NotFound, IntegrityBroken) as exc:
        return [exc]


def _hashed(found: Sequence[bytes | FilingError]) -> list[tuple[str, int] | FilingError]:
    """Return digest and length of each; runs beside the event loop."""
    return [one if isinstance(one, FilingError) else (sha256_hex(one), len(one)) for one in found]


async def _judged(
    tenant: str,
    key: str,
    digest: tuple[str, int] | FilingError,
    part: DocumentPart | None,
    listed: int,
    archive: Archive,
) -> tuple[int, Fault | None]:
    """Return bytes read and fault of one blob; without a part there is nothing to compare."""
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
