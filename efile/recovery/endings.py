"""What storage says was destroyed: read before anything else, so that nothing of it comes back.

A sound tombstone accounts for the documents it names. What still lies there of them is reported
and cleared by the next round of disposal, and never entered into the index. Storage has the
last word here, too: an index brought back from an older copy forgets what was destroyed since.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from efile.disposal import certificate
from efile.errors import IntegrityBroken, NotFound
from efile.filing import Archive
from efile.index import metadata
from efile.index.ending import destroyed, runs
from efile.index.ending.destroyed import MARKED, Destroyed
from efile.index.ending.erasing import erase_document, erase_file
from efile.model import Document, Fault
from efile.objects import layout, manifest, tombstone
from efile.objects.tombstone import Tombstone
from efile.ports import Signing, Transaction
from efile.recovery import faults
from efile.sealing.envelope import header_of, is_sealed

Place = tuple[str, str]
"""File and document; without a document the whole file."""


@dataclass(slots=True)
class Endings:
    """What a tenant's storage says of what was destroyed."""

    said: dict[Place, Tombstone] = field(default_factory=dict)
    """Sound tombstones."""
    stored: dict[Place, str] = field(default_factory=dict)
    """The same as they lie there."""
    stones: dict[str, str] = field(default_factory=dict)
    """Leaf of each by its place in storage."""
    altered: list[Fault] = field(default_factory=list)
    """Tombstones that cannot be believed."""
    remains: dict[str, Place] = field(default_factory=dict)
    """What still lies there of what was destroyed, by its place."""
    packed: dict[Place, dict[str, dict[str, int]]] = field(default_factory=dict)
    """Of these, what can be read in packs: pack, document, where it begins."""
    hollow: list[str] = field(default_factory=list)
    """Packs in which nothing lies but what nobody can read any more."""
    under_way: set[str] = field(default_factory=set)
    """Files the index says are being cleared."""

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong with tombstones, and what they say should not be there."""
        yield from self.altered
        for place in sorted(self.remains):
            yield faults.remains(place)

    def leaves(self) -> set[str]:
        """Return the leaves tombstones account for, their own among them."""
        accounted = {leaf for one in self.said.values() for leaf in one.leaves}
        return accounted | set(self.stones.values())

    def look(self, keys: Iterable[str]) -> list[str]:
        """Take note of objects that should not be there any more and return them."""
        found = []
        for key in keys:
            akte = layout.akte_of(key)
            whole, single = (akte, ""), (akte, layout.document_of(key))
            for place in (whole, single):
                if akte and place in self.said:
                    self.remains[key] = place
                    found.append(key)
                    break
        return found

    def is_of_gone_file(self, sealed: bytes, place: str) -> bool:
        """Tell whether a packed manifest is sealed under a key that was destroyed."""
        if not self.said or not is_sealed(sealed):
            return False
        try:
            return (header_of(sealed, place).akte, "") in self.said
        except IntegrityBroken:
            return False

    def packed_remains(self, document: Document, place: str) -> bool:
        """Take note of a packed document that should not be readable any more."""
        for gone in ((document.akte_id, ""), (document.akte_id, document.id)):
            if gone in self.said:
                pack = document.parts[0].object_key
                where = self.packed.setdefault(gone, {}).setdefault(pack, {})
                where[document.id] = document.parts[0].start
                self.remains[place] = gone
                return True
        return False


async def read_endings(tenant: str, archive: Archive) -> Endings:
    """Read every tombstone."""
    found = Endings()
    found.under_way = {row.akte_id for row in await _indexed(tenant, archive) if not row.settled}
    async for page in archive.objects.pages(tenant, layout.TOMBSTONES_ROOT):
        for item in page:
            try:
                stored = await archive.objects.get(tenant, item.key)
                said = tombstone.read(stored, archive.secret, item.key)
            except NotFound:
                continue
            except IntegrityBroken:
                found.altered.append(faults.tombstone_altered(item.key))
                continue
            if said.tenant != tenant:
                found.altered.append(faults.tombstone_altered(item.key))
                continue
            place = said.akte, said.document
            found.said[place], found.stored[place] = said, stored.decode()
            found.stones[item.key] = tombstone.leaf_of(stored)
    await _look_for_derived(tenant, found, archive)
    return found


async def _look_for_derived(tenant: str, ends: Endings, archive: Archive) -> None:
    """Take note of what was made from misfiled documents and lies there: their file has its key.

    Whoever makes something of a document destroys it if the document went meanwhile, unless
    the process ends right between.
    """
    for place, said in ends.said.items():
        for leaf in said.leaves if said.document else ():
            for key in layout.derived_keys(said.akte, leaf, said.parts):
                if await _lies(tenant, key, archive):
                    ends.remains[key] = place


async def _indexed(tenant: str, archive: Archive) -> list[Destroyed]:
    """Return the rows of the index whose tombstones can be believed."""
    rows = await archive.database.read(lambda tx: destroyed.of_tenant(tx, tenant))
    return [row for row in rows if _told(row, archive) is not None]


def _told(row: Destroyed, archive: Archive) -> Tombstone | None:
    place = layout.tombstone_key(row.akte_id, row.document_id)
    try:
        return tombstone.read(row.tombstone.encode(), archive.secret, place)
    except IntegrityBroken:
        return None


async def indexed_leaves(tenant: str, archive: Archive) -> set[str]:
    """Return the leaves the index accounts for by tombstones, their own among them.

    That a tombstone lies in storage, too, is asked elsewhere.
    """
    found: set[str] = set()
    for row in await _indexed(tenant, archive):
        said = _told(row, archive)
        found |= {row.leaf, *(said.leaves if said else ())}
    return found


async def settle(
    tenant: str, ends: Endings, used: Callable[[Iterable[str]], set[str]], archive: Archive
) -> None:
    """Make the index forget what was destroyed, and have cleared what still lies there.

    ``used`` says which of some objects belong to documents that stay.
    """
    for key in ends.hollow:
        await archive.objects.destroy(tenant, key)
    by_place: dict[Place, list[str]] = {}
    for key, place in ends.remains.items():
        by_place.setdefault(place, []).append(key)
    for place in ends.said:
        lying = [key for key in by_place.get(place, []) if "#" not in key]
        if place[1]:
            lying = [*await _contents(tenant, lying, used, archive), *lying]
        work = json.dumps({"packs": ends.packed.get(place, {}), "objects": lying}, sort_keys=True)
        again = place in by_place
        await archive.database.write(
            partial(_settle, ends=ends, place=place, work=work, again=again, archive=archive)
        )


async def _contents(
    tenant: str,
    manifests: Sequence[str],
    used: Callable[[Iterable[str]], set[str]],
    archive: Archive,
) -> list[str]:
    """Return the objects these manifests name and no other document needs."""
    found: set[str] = set()
    for key in manifests:
        try:
            stored = await archive.objects.get(tenant, key)
            document = manifest.read(stored, archive.secret, key)
        except (NotFound, IntegrityBroken):
            continue
        found |= {part.object_key for part in document.parts}
    return sorted(found - used(found))


def _settle(
    tx: Transaction, ends: Endings, place: Place, work: str, *, again: bool, archive: Archive
) -> None:
    said, stored = ends.said[place], ends.stored[place]
    known = destroyed.find(tx, said.tenant, *place)
    if known is None:
        _forget(tx, said, archive)
        leaf = tombstone.leaf_of(stored.encode())
        row = Destroyed(
            said.tenant, said.akte, said.document, said.run, stored, leaf, work, MARKED,
            0, said.marked_at_us, 0,
        )  # fmt: skip
        destroyed.restore(tx, row)
    elif again and known.settled:
        destroyed.reopen(tx, known, work)


def _forget(tx: Transaction, said: Tombstone, archive: Archive) -> None:
    """Take out what an older index still has of it."""
    if said.document:
        if document := metadata.find_document(tx, said.tenant, said.document):
            erase_document(tx, document)
        return
    akte = metadata.akten_by_id(tx, said.tenant, [said.akte]).get(said.akte)
    erase_file(tx, said.tenant, said.akte)
    if akte is not None:
        archive.beside.forget(tx, akte.tenant, akte.id, akte.aktenzeichen)


async def against_index(
    tenant: str,
    ends: Endings,
    found: list[Fault],
    archive: Archive,
    signing: Signing | None,
) -> list[Fault]:
    """Return the faults without those of what is being destroyed just now, and with what is lost.

    What vanishes while storage is read vanishes on purpose, if the index says so afterwards.
    """
    rows = await _indexed(tenant, archive)
    late = [row for row in rows if (row.akte_id, row.document_id) not in ends.said]
    going = ends.under_way | {row.akte_id for row in late}
    # Locked versions nobody can read are counted in the certificate, and tried again at night.
    locked = {f"{layout.ROOT}{row.akte_id}/" for row in rows if row.kept and not row.document_id}
    found = [
        fault
        for fault in found
        if fault.where not in ends.remains or not fault.where.startswith(tuple(locked))
    ]
    left = [
        fault
        for fault in found
        if layout.akte_of(fault.where) not in going
        and ends.remains.get(fault.where, ("", ""))[0] not in going
    ]
    told = {fault.where for fault in found}
    for row in late:
        place = layout.tombstone_key(row.akte_id, row.document_id)
        if row.settled and place not in told and not await _lies(tenant, place, archive):
            left.append(faults.tombstone_missing(place))
    return left + await _certificates(tenant, archive, signing)


async def _lies(tenant: str, place: str, archive: Archive) -> bool:
    try:
        await archive.objects.head(tenant, place)
    except NotFound:
        return False
    return True


async def _certificates(tenant: str, archive: Archive, signing: Signing | None) -> list[Fault]:
    """Return certificates that are not what was issued, and those that are gone."""
    found: list[Fault] = []
    issued = await archive.database.read(lambda tx: runs.finished(tx, tenant))
    lying: set[str] = set()
    async for page in archive.objects.pages(tenant, layout.CERTIFICATES_ROOT):
        for item in page:
            lying.add(item.key)
            try:
                stored = await archive.objects.get(tenant, item.key)
                certificate.read(stored, archive.secret, item.key, signing)
            except IntegrityBroken:
                found.append(faults.certificate_altered(item.key))
    missing = {layout.certificate_key(run) for run in issued} - lying
    return found + [faults.certificate_missing(key) for key in sorted(missing)]
