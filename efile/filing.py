"""The filing protocol; order is the protocol.

1. look: types, what is remarkable and what hangs on a mail, told from the bytes;
   the key of each file, made and stored if it has none (:mod:`efile.sealing.ring`); then
   describe: identifiers, digests and manifests, all derived from the requests and the key;
2. seal and write the bytes of every part, each object read back and compared;
3. write the manifest, read back: **this is the commit point**;
4. one database transaction for the whole batch: rows and full text;
5. acknowledge.

Small messages between machines share objects: steps 2 and 3 are then one pack per tenant
(:mod:`efile.objects.pack`), written and read back as a whole, and the pack is the commit point
of every document in it. Everything else has objects of its own.

Everything is sealed with the key of its file: objects of their own by the store
(:mod:`efile.sealing.store`), contents and manifests in packs here, each by itself.

A crash between any two steps leaves bytes nobody refers to, or a manifest or pack the index
does not know yet; filing again, or the reconciler, completes it. Nothing is ever overwritten.
Nothing but the key of a file is taken from chance, and nothing from the clock, so filing again
writes the same bytes. In another batch a document may end up in a second pack: its manifest is
the same to the byte, and recovery takes both for one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from efile import admission
from efile.capture.intake import captured
from efile.errors import Conflict, FilingError
from efile.index import entries, metadata
from efile.index.ending import destroyed
from efile.index.entries import Entry, entry_of
from efile.index.keys import File
from efile.index.text import is_structured, text_of
from efile.integrity.digest import sha256_hex
from efile.isolation.pool import LimitedPool
from efile.kinds.catalog import FileKinds
from efile.model import Document, DocumentPart, FiledDocument, FilingRequest, Part
from efile.objects import layout, manifest, pack
from efile.ports import NOTHING_BESIDE, Beside, Database, ObjectStore, Passing
from efile.sealing import packed
from efile.sealing.envelope import DataKey, seal
from efile.sealing.ring import Found, KeyRing

T = TypeVar("T")
STEPS = ("filing_after_keys", "filing_after_parts", "filing_after_manifest", "filing_after_pack")
"""Between two durable acts; the host's tests stop the process there."""
_AT_ONCE = 8
"""Objects on their way to storage at the same time, per batch."""
_ONE_TURN = 25
"""Documents described or analysed before others get the event loop: some two milliseconds."""
_KINDS_KEPT = 20_000
"""Files whose kind is remembered."""
_LARGEST_PACKED = 64 * 1024
"""Bytes of all parts; a larger document gains nothing from sharing an object."""

Outcome = FiledDocument | FilingError


@dataclass(frozen=True, slots=True)
class Archive:
    """What filing works with."""

    database: Database
    objects: ObjectStore
    readers: LimitedPool
    secret: bytes
    keys: KeyRing
    kinds: FileKinds
    passing: Passing = lambda _: None
    """Told the name of each step between two durable acts."""
    beside: Beside = NOTHING_BESIDE
    """What the host keeps beside files."""
    _prepared: set[str] = field(default_factory=set)
    kinds_seen: dict[str, str] = field(default_factory=dict)
    """Kind of each file the index was asked for lately; a file keeps its kind."""

    async def stored(self, document: Document, part: DocumentPart) -> bytes:
        """Return the bytes of a part as storage has them; whoever uses them compares the digest.

        Raises:
            NotFound: they, or the key of the file, are gone.
            IntegrityBroken: they were altered, or lie where they do not belong.
        """
        if not part.packed:
            return await self.objects.get(document.tenant, part.object_key)
        stored = await self.objects.get_range(
            document.tenant, part.object_key, part.start, packed.room(part)
        )
        return await packed.part_of(stored, document, part, self.keys)

    async def prepare(self, tenant: str) -> None:
        """Create the tenant's place in storage, if that was not done before."""
        if layout.checked_tenant(tenant) not in self._prepared:
            await self.objects.prepare(tenant)
            self._prepared.add(tenant)


@dataclass(slots=True)
class _Filing:
    """One document on its way; with an outcome it has arrived."""

    request: FilingRequest
    key: DataKey
    document: Document
    manifest: bytes
    packed: bool
    item: pack.Item | None = None
    """Sealed for a pack."""
    entry: Entry | None = None
    outcome: Outcome | None = None

    @property
    def name(self) -> entries.Name:
        return self.document.tenant, self.document.id

    def settle(self, known: Document) -> None:
        """Acknowledge, unless what is filed under this key is something else."""
        if self.document.same_filing(known):
            self.outcome = FiledDocument(
                known.id, known.akte_id, known.version, known.sha256, known.size
            )
        else:
            self.outcome = metadata.differs(self.document.id)


async def file(request: FilingRequest, archive: Archive) -> FiledDocument:
    """File one document and return once it is stored, proven and findable.

    The same document key with the same bytes in the same file changes nothing and returns the
    document as it was first filed.

    Raises:
        InvalidRequest: the request breaks a rule.
        Conflict: the key is taken by other bytes or in another file.
        IntegrityBroken: storage does not keep what was written.
    """
    (outcome,) = await file_all([request], archive)
    if isinstance(outcome, FilingError):
        raise outcome
    return outcome


async def file_all(requests: Sequence[FilingRequest], archive: Archive) -> list[Outcome]:
    """File many documents; return for each, in their order, a receipt or what was wrong with it.

    A request that fails does not touch its neighbours. What the database raises is raised:
    then nothing is acknowledged, and everything can be filed again.
    """
    outcomes: dict[int, Outcome] = {}
    waiting = list(enumerate(requests))
    while waiting:
        # A key that comes twice waits, so that it meets what was filed first in the index.
        first: dict[tuple[str, str], int] = {}
        for number, request in waiting:
            first.setdefault((request.tenant, request.document_key), number)
        wave = set(first.values())
        numbers = sorted(wave)
        found = await _file_distinct([requests[number] for number in numbers], archive)
        outcomes.update(zip(numbers, found, strict=True))
        waiting = [(number, request) for number, request in waiting if number not in wave]
    return [outcomes[number] for number in range(len(requests))]


async def _file_distinct(requests: Sequence[FilingRequest], archive: Archive) -> list[Outcome]:
    refused = [_refusal(request, archive) async for request in _in_turns(requests)]
    fit = [each for each, why in zip(requests, refused, strict=True) if not why]
    looked_at = iter(await asyncio.gather(*(_look_at(each, archive) for each in fit)))
    keys = await _keys(fit, archive)
    described = [
        why or _describe(next(looked_at), keys, archive) async for why in _in_turns(refused)
    ]
    filings = [each for each in described if isinstance(each, _Filing)]
    await _recognise(filings, archive)
    await _store(_under_way(filings), archive)
    await _enter(_under_way(filings), archive)
    return [_outcome(each) for each in described]


async def _look_at(request: FilingRequest, archive: Archive) -> FilingRequest:
    """Tell what foreign files are; what the host itself wrote or read needs no second look."""
    if request.packable:
        return request
    return replace(request, parts=await captured(request.parts, archive.readers))


async def _in_turns(items: Iterable[T]) -> AsyncIterator[T]:
    """Yield the items and let others have the event loop now and then."""
    for number, item in enumerate(items):
        if number % _ONE_TURN == _ONE_TURN - 1:
            await asyncio.sleep(0)
        yield item


async def _keys(requests: Sequence[FilingRequest], archive: Archive) -> dict[File, Found]:
    """Return the key of each file, or why there is none."""
    keys = await archive.keys.for_filing(dict.fromkeys(map(_file_of, requests)))
    archive.passing("filing_after_keys")
    return keys


def _file_of(request: FilingRequest) -> File:
    return request.tenant, layout.akte_id(request.tenant, request.aktenzeichen)


def _refusal(request: FilingRequest, archive: Archive) -> FilingError | None:
    """Return why a request can never be filed."""
    try:
        admission.check(request)
        archive.kinds.kind(request.kind).subfile_to_say(request.subfile, request.vorgang)
    except FilingError as exc:
        return exc
    return None


def _describe(
    request: FilingRequest, keys: Mapping[File, Found], archive: Archive
) -> _Filing | FilingError:
    key = keys[_file_of(request)]
    if isinstance(key, FilingError):
        return key
    kind = archive.kinds.kind(request.kind)
    together = _may_be_packed(request)
    try:
        described = manifest.describe(
            request, archive.secret, packed=together, aktenplan=kind.aktenplan, own=key.own,
            subfile=kind.subfile_to_say(request.subfile, request.vorgang),
        )  # fmt: skip
    except FilingError as exc:
        return exc
    return _Filing(request, key, *described, together)


def _may_be_packed(request: FilingRequest) -> bool:
    return (
        request.packable
        and sum(part.size for part in request.parts) <= _LARGEST_PACKED
        and all(is_structured(p.mime) and isinstance(p.data, bytes) for p in request.parts)
    )


def _under_way(filings: Sequence[_Filing]) -> list[_Filing]:
    return [each for each in filings if each.outcome is None]


def _outcome(described: _Filing | FilingError) -> Outcome:
    outcome = described if isinstance(described, FilingError) else described.outcome
    assert outcome is not None  # noqa: S101  entering settles whatever is still under way
    return outcome


async def _recognise(filings: Sequence[_Filing], archive: Archive) -> None:
    """Acknowledge what was filed before; refuse what would mix two kinds in one file."""
    names = [each.name for each in filings]
    files = {each.document.akte_id: each.document.tenant for each in filings}
    if len(archive.kinds_seen) > _KINDS_KEPT:
        archive.kinds_seen.clear()
    kinds = {akte: archive.kinds_seen[akte] for akte in files if akte in archive.kinds_seen}
    unseen = [(tenant, akte) for akte, tenant in files.items() if akte not in kinds]
    documents = [each.document for each in filings]
    known, found, refused = await archive.database.read(
        lambda tx: (
            entries.known(tx, names), metadata.kinds(tx, unseen), destroyed.refused(tx, documents)
        )
    )  # fmt: skip
    archive.kinds_seen.update(found)
    kinds |= found
    for each in filings:
        kind = kinds.setdefault(each.document.akte_id, each.document.kind)
        if each.name in known:
            each.settle(known[each.name])
        elif each.name in refused:
            each.outcome = refused[each.name]
        elif kind != each.document.kind:
            each.outcome = _other_kind(each.document)


async def _store(filings: Sequence[_Filing], archive: Archive) -> None:
    """Write everything to storage, packed or apart; a few objects are under way at once."""
    slots = asyncio.Semaphore(_AT_ONCE)
    async for each in _in_turns([each for each in filings if each.packed]):
        each.item = _item(each)

    async def keep(group: Sequence[_Filing]) -> None:
        async with slots:
            try:
                await archive.prepare(group[0].request.tenant)
                await (_keep_together if group[0].packed else _keep_apart)(group, archive)
            except FilingError as exc:
                for each in group:
                    each.outcome = exc

    await asyncio.gather(*(keep(group) for group in _groups(filings)))


def _groups(filings: Sequence[_Filing]) -> list[list[_Filing]]:
    """Return what shares a pack, and everything else by itself."""
    apart = [[each] for each in filings if not each.packed]
    together: dict[str, list[_Filing]] = {}
    for each in filings:
        if each.packed:
            together.setdefault(each.request.tenant, []).append(each)
    by_name = {each.name: each for each in filings}
    return apart + [
        [by_name[tenant, item.id] for item in portion]
        for tenant, members in together.items()
        for portion in pack.portions([each.item for each in members if each.item])
    ]


def _item(filing: _Filing) -> pack.Item:
    """Seal a document for a pack, where it shares no key with its neighbours."""
    document = filing.document
    contents = tuple(
        seal(filing.key, packed.packed_place(document.id, position), part.data)
        for position, part in enumerate(filing.request.parts)
        if isinstance(part.data, bytes)
    )
    sealed = seal(filing.key, packed.PACKED_MANIFEST, filing.manifest)
    return pack.Item(document.id, document.version, sealed, contents)


async def _keep_together(group: Sequence[_Filing], archive: Archive) -> None:
    """Write one pack and give each document its place in it."""
    tenant = group[0].request.tenant
    data, starts = pack.build(tenant, [each.item for each in group if each.item])
    key = layout.pack_key(layout.pack_secret(archive.secret, tenant), sha256_hex(data))
    await archive.objects.put_once(tenant, key, data, by_content=True)
    archive.passing("filing_after_pack")
    async for each, begin in _in_turns(zip(group, starts, strict=True)):
        each.document = manifest.placed(each.document, key, begin)
        each.entry = await entry(each.document, each.request.parts, archive)


async def _keep_apart(group: Sequence[_Filing], archive: Archive) -> None:
    """Write a document to objects of its own."""
    for each in group:
        await _store_parts(each.document, each.request.parts, archive.objects)
        archive.passing("filing_after_parts")
        stored = await _store_manifest(each.document, each.manifest, archive)
        archive.passing("filing_after_manifest")
        if each.document.same_filing(stored):
            each.entry = await entry(stored, each.request.parts, archive)
        else:
            each.settle(stored)


async def _store_parts(document: Document, parts: tuple[Part, ...], objects: ObjectStore) -> None:
    """Write each different content once; equal parts share one object."""
    contents = {
        listed.object_key: part.data for listed, part in zip(document.parts, parts, strict=True)
    }
    for key, data in contents.items():
        await objects.put_once(document.tenant, key, data, by_content=True)


async def _store_manifest(document: Document, content: bytes, archive: Archive) -> Document:
    """Write the manifest; if one lies there already, it is the truth."""
    key = layout.manifest_key(document.akte_id, document.id, document.version)
    try:
        await archive.objects.put_once(document.tenant, key, content)
    except Conflict:
        stored = await archive.objects.get(document.tenant, key)
        return manifest.read(stored, archive.secret, key)
    return document


async def entry(document: Document, parts: Sequence[Part], archive: Archive) -> Entry:
    """Return what the index needs to know of a stored document; a lost part is a failure."""
    text, state = await text_of(parts, archive.readers)
    return entry_of(document, text, "failed" if len(parts) < len(document.parts) else state)


async def _enter(filings: Sequence[_Filing], archive: Archive) -> None:
    """Enter the whole batch in one unit of work and acknowledge it."""
    ready = [each.entry for each in filings if each.entry is not None]
    if not ready:
        return
    entered = await archive.database.write(lambda tx: entries.enter(tx, ready))
    for each in filings:
        if each.name in entered.refused:
            each.outcome = entered.refused[each.name]
        else:
            each.settle(entered.known.get(each.name, each.document))


def _other_kind(document: Document) -> Conflict:
    return Conflict(
        "akte_of_other_kind",
        "Unter diesem Aktenzeichen gibt es eine Akte anderer Art.",
        remedy="Aktenzeichen und Aktenart prüfen; jede Aktenart hat ihre eigenen Akten.",
        place=document.akte_id,
    )
