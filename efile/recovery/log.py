"""The log against storage and index: compared by verification, restored by recovery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from efile.filing import Archive
from efile.index import log
from efile.index.ending import destroyed
from efile.index.log import Head
from efile.model import Document, Fault
from efile.objects import layout
from efile.ports import Transaction
from efile.recovery import endings, faults
from efile.recovery.stored_log import StoredLog
from efile.recovery.survey import Survey


@dataclass(frozen=True, slots=True)
class IndexedLog:
    """A tenant's log as the index has it."""

    leaves: list[tuple[int, str]]
    heads: list[Head]


async def indexed_log(tenant: str, archive: Archive) -> IndexedLog:
    """Read the index's log."""

    def work(tx: Transaction) -> IndexedLog:
        return IndexedLog(log.everything(tx, tenant), log.heads(tx, tenant))

    return await archive.database.read(work)


def compared(tenant: str, indexed: IndexedLog, stored: StoredLog) -> list[Fault]:
    """Return where index and storage tell the log differently."""
    found = [*_different_heads(indexed, stored)]
    places = [place for place, _ in indexed.leaves]
    if places != list(range(len(places))):
        missing = next(n for n, place in enumerate([*places, -1]) if n != place)
        return [*found, faults.log_cut(tenant, missing)]
    pairs = zip((leaf for _, leaf in indexed.leaves), stored.leaves, strict=False)
    different = next((n for n, (ours, theirs) in enumerate(pairs) if ours != theirs), None)
    if different is not None:
        found.append(faults.log_differs(tenant, different))
    covered = max([len(stored.leaves), *(head.size for head in indexed.heads)])
    if len(places) < covered:
        found.append(faults.log_cut(tenant, len(places)))
    return found


def _different_heads(indexed: IndexedLog, stored: StoredLog) -> Iterator[Fault]:
    there = {head.size: head.note for head in stored.heads}
    told = {fault.where for fault in stored.faults}
    for head in indexed.heads:
        key = layout.head_key(head.size)
        if key in told or not head.stored:
            continue
        if key not in stored.sizes:
            yield faults.head_missing(key)
        elif there.get(head.size) != head.note:
            yield faults.head_differs(key)
    known = {head.size for head in indexed.heads}
    first = next((size for size in sorted(there) if size not in known), None)
    if first is not None:
        yield faults.head_differs(layout.head_key(first))


async def against_documents(
    tenant: str, before: IndexedLog, seen: Survey, indexed: dict[str, Document], archive: Archive
) -> list[Fault]:
    """Return leaves without a document, and documents without a leaf.

    ``before`` was read before storage was looked through, so its documents must have been
    there; what was filed since is looked for again. A document the index has and storage has
    not is reported elsewhere.
    """
    known = {each.leaf for each in [*seen.documents.values(), *indexed.values()]}
    known |= seen.endings.leaves() | await endings.indexed_leaves(tenant, archive)
    found = [
        faults.leaf_without_document(tenant, place)
        for place, leaf in before.leaves
        if leaf not in known
    ]
    logged = {leaf for _, leaf in before.leaves}
    late = [each for each in indexed.values() if each.leaf not in logged]
    stones = {leaf: key for key, leaf in seen.endings.stones.items() if leaf not in logged}
    if late or stones:
        logged = {leaf for _, leaf in (await indexed_log(tenant, archive)).leaves}
    found += [faults.tombstone_unlogged(k) for leaf, k in stones.items() if leaf not in logged]
    return found + [
        faults.document_unlogged(layout.commit_place(each))
        for each in late
        if each.leaf not in logged
    ]


async def settle(tenant: str, stored: StoredLog, archive: Archive, *, anew: bool) -> dict[str, int]:
    """Make the index's log begin as storage says; return the place of every leaf.

    Where the two contradict each other, only ``anew`` gives storage the last word.
    """
    found = await indexed_log(tenant, archive)
    fits = log.agrees(found.leaves, stored.leaves)
    if (anew or fits) and not _has_all(found, stored):
        behind = [] if not fits else _beyond(found.heads, stored.heads)
        heads = sorted([*stored.heads, *behind], key=lambda head: head.size)
        await archive.database.write(
            partial(log.adopt, tenant=tenant, stored=stored.leaves, heads=heads)
        )
        found = await indexed_log(tenant, archive)
    return {leaf: place for place, leaf in found.leaves}


def _has_all(found: IndexedLog, stored: StoredLog) -> bool:
    """Tell whether the index has all leaves and heads of storage, and no others before them."""
    return (
        log.agrees(found.leaves, stored.leaves)
        and len(found.leaves) >= len(stored.leaves)
        and {(head.size, head.note) for head in stored.heads}
        <= {(head.size, head.note) for head in found.heads}
    )


def _beyond(ours: Sequence[Head], theirs: Sequence[Head]) -> list[Head]:
    """Return heads only the index has: dropping them would forget that something was lost."""
    stored = {head.size for head in theirs}
    return [head for head in ours if head.size not in stored]


async def enter_unlogged(tenant: str, archive: Archive, places: dict[str, int]) -> None:
    """Give every document without a place in the log one."""
    work = partial(log.enter_unlogged, tenant=tenant, known=places)
    while await archive.database.write(work):
        pass
    await archive.database.write(partial(destroyed.enter_unlogged, tenant=tenant))
