"""The log against storage and index: compared by verification, restored by recovery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from itertools import islice

from efile.filing import Archive
from efile.index import log
from efile.index.ending import destroyed
from efile.index.log import Head
from efile.model import Fault
from efile.objects import layout
from efile.ports import Transaction
from efile.recovery import endings, faults
from efile.recovery.ledger.leaves import Leaves
from efile.recovery.stored_log import StoredLog
from efile.recovery.survey import Survey, loss

_PAGE = 10_000
"""Leaves compared at a time."""


async def noted(tenant: str, leaves: Leaves, archive: Archive) -> list[Head]:
    """Note what the index's log has behind what was noted before; return its heads, read first."""
    heads = await archive.database.read(lambda tx: log.heads(tx, tenant))
    while page := await archive.database.read(partial(log.page, tenant=tenant, begin=leaves.end)):
        leaves.note(page)
    await asyncio.to_thread(leaves.find_by_leaf)
    return heads


async def compared(
    tenant: str, leaves: Leaves, heads: Sequence[Head], stored: StoredLog, archive: Archive
) -> list[Fault]:
    """Return where index and storage tell the log differently.

    Filing and signing go on meanwhile. A leaf is in the index before a head covers it, and a head
    before storage has it; so storage must have been read first, then the index's heads, then its
    leaves. Heads that only the index has are looked for once more.
    """
    found = [fault async for fault in _different_heads(tenant, heads, stored, archive)]
    size, different = 0, None
    for page in _pages(leaves):
        if [place for place, _ in page] != list(range(size, size + len(page))):
            missing = next(n for n, (place, _) in enumerate(page, size) if n != place)
            return [*found, faults.log_cut(tenant, missing)]
        theirs = stored.leaves.named(size, size + len(page))
        if different is None and [leaf for _, leaf in page[: len(theirs)]] != theirs:
            pairs = zip(page, theirs, strict=False)
            different = next(place for (place, ours), other in pairs if ours != other)
        size += len(page)
    if different is not None:
        found.append(faults.log_differs(tenant, different))
    if size < max([len(stored.leaves), *(head.size for head in heads)]):
        found.append(faults.log_cut(tenant, size))
    return found


def _pages(leaves: Leaves) -> Iterator[list[tuple[int, str]]]:
    rows = iter(leaves)
    while page := list(islice(rows, _PAGE)):
        yield page


async def _different_heads(
    tenant: str, heads: Sequence[Head], stored: StoredLog, archive: Archive
) -> AsyncIterator[Fault]:
    there = {head.size: head.note for head in stored.heads}
    told = {fault.where for fault in stored.faults}
    for head in heads:
        key = layout.head_key(head.size)
        if key in told:
            continue
        if key in stored.sizes:
            if there.get(head.size) != head.note:
                yield faults.head_differs(key)
        elif head.stored and (gone := await loss(tenant, key, archive, faults.head_missing)):
            yield gone
    known = {head.size for head in heads}
    first = next((size for size in sorted(there) if size not in known), None)
    if first is not None:
        yield faults.head_differs(layout.head_key(first))


async def against_documents(tenant: str, seen: Survey, archive: Archive) -> list[Fault]:
    """Return leaves without a document, and documents without a leaf.

    The index's log was noted before storage was looked through, so its documents must have been
    there; what was filed since is looked for again. A document the index has and storage has
    not is reported elsewhere.
    """
    leaves = seen.leaves
    leaves.account(seen.endings.leaves() | await endings.indexed_leaves(tenant, archive))
    found = [faults.leaf_without_document(tenant, place) for place in leaves.unaccounted()]
    stones = {leaf: key for key, leaf in seen.endings.stones.items()}
    await noted(tenant, leaves, archive)
    logged = leaves.places(stones)
    found += [faults.tombstone_unlogged(k) for leaf, k in stones.items() if leaf not in logged]
    return found + [
        faults.document_unlogged(layout.commit_place(each)) for each in seen.documents.unlogged()
    ]


async def settle(tenant: str, stored: StoredLog, archive: Archive, *, anew: bool) -> None:
    """Make the index's log begin as storage says.

    Where the two contradict each other, only ``anew`` gives storage the last word.
    """

    def wanted(tx: Transaction) -> list[Head] | None:
        """Return the heads the index shall have; nothing where it is as it should be."""
        fits = log.fits(tx, tenant, stored.leaves)
        ours = log.heads(tx, tenant)
        theirs = {(head.size, head.note) for head in stored.heads}
        has_all = log.size(tx, tenant) >= len(stored.leaves) and theirs <= {
            (head.size, head.note) for head in ours
        }
        if (fits and has_all) or not (anew or fits):
            return None
        behind = _beyond(ours, stored.heads) if fits else []
        return sorted([*stored.heads, *behind], key=lambda head: head.size)

    def settled(tx: Transaction) -> None:
        # Looked at again where nobody signs meanwhile: a head made since must not be forgotten.
        log.take_turns(tx, [tenant])
        heads = wanted(tx)
        if heads is not None:
            log.adopt(tx, tenant, stored.leaves, heads)

    if await archive.database.read(wanted) is not None:
        await archive.database.write(settled)


def _beyond(ours: Sequence[Head], theirs: Sequence[Head]) -> list[Head]:
    """Return heads only the index has: dropping them would forget that something was lost."""
    stored = {head.size for head in theirs}
    return [head for head in ours if head.size not in stored]


async def enter_unlogged(tenant: str, archive: Archive, leaves: Leaves) -> None:
    """Give every document without a place in the log one."""
    work = partial(log.enter_unlogged, tenant=tenant, known=leaves.places)
    while await archive.database.write(work):
        pass
    await archive.database.write(partial(destroyed.enter_unlogged, tenant=tenant))
