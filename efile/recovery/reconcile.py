"""Compare storage with the index by key and size; enter what a crash left unentered.

Only entering is done by itself, because it cannot lose anything. Everything else is reported
with a plan. Bytes are read by :mod:`efile.recovery.verify`, not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from efile.filing import Archive
from efile.index.entries import enter
from efile.model import Fault, ReconcileReport
from efile.objects import layout
from efile.ports import Clock, Host
from efile.recovery import endings, faults
from efile.recovery.ledger.book import open_book
from efile.recovery.log import compared, enter_unlogged, noted, settle
from efile.recovery.reading import places, prepared
from efile.recovery.stored_log import read_log
from efile.recovery.survey import Survey, loss, survey
from efile.recovery.verify import against_index, keys_missing
from efile.sealing.envelope import sealed_size


async def reconcile(tenant: str, archive: Archive, clock: Clock, host: Host) -> ReconcileReport:
    """Enter unentered documents and return everything else that does not fit.

    An index brought back from an older copy first takes over the log it does not know yet.
    """
    started = clock.now_us()
    with open_book(host.scratch) as book:
        seen = Survey.blank(book)
        stored = await read_log(tenant, archive, host)
        await settle(tenant, stored, archive, anew=False)
        await noted(tenant, seen.leaves, archive)
        await survey(seen, tenant, archive, restore=True)
        await endings.settle(tenant, seen.endings, seen.documents.used, archive)
        different = await against_index(tenant, seen, archive)
        replayed = await _replayed(seen, archive)
        await enter_unlogged(tenant, archive, seen.leaves)
        heads = await noted(tenant, seen.leaves, archive)
        found = [*seen.faults(), *stored.faults]
        found += await compared(tenant, seen.leaves, heads, stored, archive)
        found += different
        found += await keys_missing(tenant, seen, archive)
        found += await _contents(tenant, seen, archive)
        found = await endings.against_index(tenant, seen.endings, found, archive, host.signing)
        return ReconcileReport(tenant, started, replayed, (*found, *_surplus(seen)))


async def _replayed(seen: Survey, archive: Archive) -> int:
    """Enter what the index does not know; return how much that was."""
    replayed = 0
    async for ready in prepared(seen.documents.in_order(), archive):
        entered = [each.entry for each in ready]
        work = partial(enter, entries=entered, leaves=places(ready))
        known = await archive.database.write(work)
        replayed += len(entered) - len(known.known) - len(known.refused)
        documents = (each.document for each in entered)
        seen.objects.are_used({layout.commit_key(one) for one in documents if one.packed})
    return replayed


def _surplus(seen: Survey) -> Iterator[Fault]:
    """Yield packs of which the index uses nothing although they are whole."""
    told = {fault.where for fault in seen.altered}
    for key in seen.objects.unused(layout.PACK_ROOT):
        if key not in told and key not in seen.endings.hollow:
            yield faults.pack_surplus(key)


async def _contents(tenant: str, seen: Survey, archive: Archive) -> list[Fault]:
    """Return contents of another size, or lost, and those no manifest accounts for."""
    found, orphans = [], []
    for sizes, parts in seen.files():
        known = {part.object_key: part.size for part in parts.filed}
        expected = {part.object_key: part.size for part in parts.indexed} | known
        lying = sizes | seen.objects.sizes(expected.keys() - sizes.keys())
        for key, size in sorted(expected.items()):
            if key in lying and lying[key] not in (sealed_size(size), size):
                found.append(faults.size_mismatch(key, sealed_size(size), lying[key]))
            elif key not in lying:
                lost = await loss(tenant, key, archive, faults.object_missing)
                found += [lost] if lost else []
        orphans += [faults.orphan(key) for key in sizes if key not in known]
    return [*found, *orphans]
