"""What lies in storage: every manifest read, every object listed.

All three recoveries begin here, so they agree on what a document is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

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
from efile.sealing import packed
from efile.sealing.envelope import sealed_size
from efile.sealing.ring import KeyReader


@dataclass(slots=True)
class Survey:
    """A tenant's storage at one moment."""

    sizes: dict[str, int] = field(default_factory=dict)
    """Every object by key."""
    documents: dict[str, Document] = field(default_factory=dict)
    """Every document with a readable manifest, by id."""
    copies: dict[str, list[Document]] = field(default_factory=dict)
    """The same documents, to the byte of their manifests, in other packs."""
    altered: list[Fault] = field(default_factory=list)
    """Manifests and packs that cannot be believed."""
    closed: set[str] = field(default_factory=set)
    """Where manifests lie that do not open."""
    damaged: set[str] = field(default_factory=set)
    """Where in packs other bytes lie than were filed."""
    keys: dict[str, int] = field(default_factory=dict)
    """Every wrapped key by its place."""
    rows: list[KeyRow] = field(default_factory=list)
    """Those of them that open."""
    bytes_read: int = 0
    endings: Endings = field(default_factory=Endings)
    """What storage says was destroyed, and what is left of it."""

    def refuse(self, why: FilingError, place: str) -> None:
        """Note a manifest that does not open; a missing key closes many."""
        self.closed.add(place)
        closed = faults.key_missing(why.place) if why.code == "key_missing" else None
        fault = closed or faults.manifest_altered(place)
        if fault not in self.altered:
            self.altered.append(fault)

    def holds(self, document: Document) -> bool:
        """Say whether the document lies where this one says, exactly as it says."""
        found = self.documents.get(document.id)
        return document == found or document in self.copies.get(document.id, ())

    def lies_whole(self, document: Document) -> bool:
        """Say whether every part lies there in its size, as far as that was looked at."""
        return all(
            part.place not in self.damaged and part.object_key in self.sizes
            if part.packed
            else self.sizes.get(part.object_key) in (sealed_size(part.size), part.size)
            for part in document.parts
        )

    def faults(self) -> list[Fault]:
        """Return what was found wrong while reading."""
        damaged = (faults.digest_mismatch(place) for place in sorted(self.damaged))
        return [*self.altered, *damaged, *self._kinds_mixed(), *self.endings.faults()]

    def _kinds_mixed(self) -> Iterator[Fault]:
        """Yield files whose documents name different kinds: two nodes opened them at once."""
        kinds: dict[str, set[str]] = {}
        for document in self.documents.values():
            kinds.setdefault(document.akte_id, set()).add(document.kind)
        for akte, named in sorted(kinds.items()):
            if len(named) > 1:
                yield faults.akte_of_two_kinds(akte)

    def used(self) -> set[str]:
        """Return the objects documents lie in."""
        return {part.object_key for each in self.documents.values() for part in each.parts}

    def orphans(self) -> list[str]:
        """Return the keys no manifest accounts for."""
        known = self.used()
        return [
            key
            for key in self.sizes
            if key not in known
            and not layout.is_manifest(key)
            and not layout.is_pack(key)
            and key not in self.endings.remains
        ]


async def survey(tenant: str, archive: Archive, extracts: Extracts | None = None) -> Survey:
    """List everything; read every key, every manifest and every pack.

    With ``extracts`` of a manifest that lies there in its size their sealed copy is read.
    """
    seen = Survey(endings=await read_endings(tenant, archive))
    await _examine_keys(seen, tenant, archive)
    for root in (layout.ROOT, layout.PACK_ROOT):
        async for page in archive.objects.pages(tenant, root):
            seen.sizes |= {item.key: item.size for item in page}
    seen.endings.look(seen.sizes)

    there = (key for key in seen.sizes if key not in seen.endings.remains)
    manifests = sorted(key for key in there if layout.is_manifest(key))
    if extracts is not None:
        copied = await _look_at_copies(seen, tenant, extracts, set(manifests), archive)
        manifests = [key for key in manifests if key not in copied]
    packs = sorted(key for key in seen.sizes if layout.is_pack(key))
    for key in (key for key in packs if seen.sizes[key] > pack.LARGEST):
        await _look(seen, tenant, key, b"", archive)
    packs = [key for key in packs if seen.sizes[key] <= pack.LARGEST]
    async for key, stored in fetched(tenant, [*manifests, *packs], seen.sizes, archive.objects):
        await _look(seen, tenant, key, stored, archive)
    return seen


async def _look(
    seen: Survey, tenant: str, key: str, stored: bytes | FilingError, archive: Archive
) -> None:
    if isinstance(stored, NotFound) and stored.code == "object_missing":
        del seen.sizes[key]
        return
    # Of what cannot be a pack nothing was read.
    seen.bytes_read += seen.sizes[key] if stored else 0
    if isinstance(stored, FilingError):
        seen.refuse(stored, key)
    elif layout.is_pack(key):
        await _look_into_pack(seen, tenant, key, stored, archive)
    else:
        _look_at_manifest(seen, tenant, key, stored, archive.secret)


async def _look_at_copies(
    seen: Survey, tenant: str, extracts: Extracts, manifests: Collection[str], archive: Archive
) -> set[str]:
    """Enter manifests from their copies in extracts; return where they themselves lie."""
    copied: set[str] = set()
    keys = sorted(extracts.sizes)
    async for place, stored in fetched(tenant, keys, extracts.sizes, archive.objects):
        if isinstance(stored, FilingError):
            continue
        async for key, copy in extracts.manifests(place, stored):
            if key not in manifests or seen.sizes[key] not in (sealed_size(len(copy)), len(copy)):
                continue
            try:
                document = manifest.read(copy, archive.secret, key)
            except IntegrityBroken:
                continue
            _enter(seen, tenant, document)
            copied.add(key)
    return copied


async def _examine_keys(seen: Survey, tenant: str, archive: Archive) -> None:
    async for page in archive.objects.pages(tenant, layout.DATA_KEYS_ROOT):
        seen.keys |= {item.key: item.size for item in page}
    for place in seen.endings.look(seen.keys):
        del seen.keys[place]
    reader = KeyReader(archive.keys, tenant)
    async for place, found in each_of(sorted(seen.keys), reader.read):
        if isinstance(found, KeyRow):
            seen.rows.append(found)
        elif isinstance(found, FilingError):
            seen.altered.append(faults.key_altered(place))
        if found is None:
            del seen.keys[place]
        else:
            seen.bytes_read += seen.keys[place]


def _look_at_manifest(seen: Survey, tenant: str, key: str, stored: bytes, secret: bytes) -> None:
    try:
        _enter(seen, tenant, manifest.read(stored, secret, key))
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
    _enter(seen, tenant, document)
    return False


async def _is_whole(
    stored: bytes, document: Document, part: DocumentPart, archive: Archive
) -> bool:
    try:
        data = await packed.part_of(stored, document, part, archive.keys)
    except (NotFound, IntegrityBroken):
        return False
    return sha256_hex(data) == part.sha256


def _enter(seen: Survey, tenant: str, document: Document) -> None:
    known = seen.documents.get(document.id)
    if document.tenant != tenant:
        seen.altered.append(faults.manifest_altered(layout.commit_place(document)))
    elif known is None:
        seen.documents[document.id] = document
    elif known.leaf == document.leaf:
        # The whole one counts; the other is a copy.
        if any(part.place in seen.damaged for part in known.parts):
            seen.documents[document.id], document = document, known
        seen.copies.setdefault(document.id, []).append(document)
    else:
        seen.altered.append(faults.document_twice(layout.commit_place(document)))


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
