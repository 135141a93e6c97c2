"""What is proven of one file: its documents, their manifests, their paths to a stored head."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from efile.errors import Conflict, IntegrityBroken
from efile.filing import Archive
from efile.index import log, metadata
from efile.index.access.sight import Sight
from efile.index.log import Head
from efile.integrity import note
from efile.integrity.digest import leaf_hash
from efile.integrity.merkle import Tree
from efile.model import Akte, AkteView, Document
from efile.objects import layout, pack
from efile.ports import Transaction
from efile.sealing import packed

_UNLOGGED = 1 << 62
"""Place of a document the log does not have yet: behind every head."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A document with its way to the head."""

    document: Document
    manifest: bytes
    place: int
    """Its place in the log, from 0."""
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """A file as a stored head covers it."""

    akte: Akte
    documents: tuple[Proven, ...]
    """In the order of filing; what was filed after the head is not among them."""
    head: Head
    stamp: bytes = b""
    """Time stamp over the head, where it has one (RFC 3161)."""


@dataclass(frozen=True, slots=True)
class _Read:
    view: AkteView
    head: Head | None
    places: dict[str, int]
    leaves: list[bytes]


async def gather(tenant: str, akte: str, archive: Archive, sight: Sight | None) -> Gathered:
    """Gather the file with this id or Aktenzeichen, as far as it is seen and a head covers it.

    Raises:
        NotFound: this tenant has no such file, or a manifest is gone.
        Conflict: no head covers anything of it yet.
        IntegrityBroken: log, head and manifests do not fit each other.
    """
    stamps = await _stamps(tenant, archive)

    def read(tx: Transaction) -> _Read:
        view = metadata.akte_view(tx, tenant, akte, sight)
        places = log.places(tx, tenant, [each.id for each in view.documents])
        # The first stamp that covers everything says most; else the newest head covers most.
        reach = 1 + max((places.get(each.id, _UNLOGGED) for each in view.documents), default=0)
        head = log.first_head(tx, tenant, [size for size in stamps if size >= reach])
        head = head or log.newest_head(tx, tenant, stored=True)
        return _Read(view, head, places, log.leaves(tx, tenant, 0, head.size if head else 0))

    found = await archive.database.read(read)
    size = found.head.size if found.head else 0
    covered = [each for each in found.view.documents if found.places.get(each.id, size) < size]
    if found.head is None or not covered:
        raise Conflict(
            "nothing_signed",
            "Für diese Akte gibt es noch keinen unterschriebenen Nachweis.",
            remedy="Einige Minuten warten; der Dienst unterschreibt regelmäßig.",
            place=found.view.akte.aktenzeichen,
        )
    tree = await asyncio.to_thread(Tree, found.leaves)
    if tree.root() != note.read(found.head.note.encode()).checkpoint.root:
        raise _broken(found.view.akte)
    proven = [
        await _proven(each, found.places[each.id], found.leaves, tree, archive) for each in covered
    ]
    stamp = b""
    if found.head.size in stamps:
        stamp = await archive.objects.get(tenant, layout.stamp_key(found.head.size))
    return Gathered(found.view.akte, tuple(proven), found.head, stamp)


async def _stamps(tenant: str, archive: Archive) -> list[int]:
    """Return the sizes of the heads that were stamped."""
    pages = archive.objects.pages(tenant, layout.STAMPS_ROOT)
    keys = [item.key async for page in pages for item in page]
    return [int(key.removeprefix(layout.STAMPS_ROOT).removesuffix(".tsr")) for key in keys]


async def _proven(
    document: Document, place: int, leaves: list[bytes], tree: Tree, archive: Archive
) -> Proven:
    raw = await manifest_of(document, archive)
    if not document.leaf == leaf_hash(raw) == leaves[place].hex():
        raise IntegrityBroken(
            "manifest_altered",
            "Das Ablageverzeichnis eines Dokuments ist unlesbar oder verändert.",
            remedy="Vorherige Fassung des Objekts im Speicher oder aus der Sicherung herstellen.",
            place=layout.commit_place(document),
        )
    return Proven(document, raw, place, tuple(tree.inclusion(place)))


async def manifest_of(document: Document, archive: Archive) -> bytes:
    """Return the document's manifest as storage has it.

    Raises:
        NotFound: it is gone, or the key of the file is.
        IntegrityBroken: it was altered.
    """
    tenant, key, objects = document.tenant, layout.commit_key(document), archive.objects
    if not document.packed:
        return await objects.get(tenant, key)
    # In a pack the manifest follows the last part.
    last, header = document.parts[-1].start, pack.HEADER_BYTES
    end = last + pack.content_size(await objects.get_range(tenant, key, last - header, header))
    size = pack.content_size(await objects.get_range(tenant, key, end, header))
    stored = await objects.get_range(tenant, key, end + header, size)
    return await packed.manifest_of(stored, tenant, key, archive.keys)


def _broken(akte: Akte) -> IntegrityBroken:
    return IntegrityBroken(
        "log_incomplete",
        "Das Ablageprotokoll passt nicht zu seinem unterschriebenen Kopf; es wird nichts bewiesen.",
        remedy="„aktenhub efile verify“ ausführen, dann „aktenhub efile rebuild“.",
        place=akte.tenant,
    )
