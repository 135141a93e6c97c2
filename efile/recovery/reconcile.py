"""Compare storage with the index by key and size; enter what a crash left unentered.

Only entering is done by itself, because it cannot lose anything. Everything else is reported
with a plan. Bytes are read by :mod:`efile.recovery.verify`, not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from efile.filing import Archive
from efile.index.entries import enter
from efile.model import Document, Fault, ReconcileReport
from efile.objects import layout
from efile.ports import Clock, Host
from efile.recovery import endings, faults
from efile.recovery.log import compared, enter_unlogged, indexed_log, settle
from efile.recovery.reading import prepared
from efile.recovery.stored_log import read_log
from efile.recovery.survey import Survey, loss, survey
from efile.recovery.verify import against_index, rows
from efile.sealing.envelope import sealed_size


async def reconcile(tenant: str, archive: Archive, clock: Clock, host: Host) -> ReconcileReport:
    """Enter unentered documents and return everything else that does not fit.

    An index brought back from an older copy first takes over the log it does not know yet.
    """
    started = clock.now_us()
    stored = await read_log(tenant, archive, host)
    leaves = await settle(tenant, stored, archive, anew=False)
    seen = await survey(tenant, archive)
    await archive.keys.restore(seen.rows)
    await endings.settle(tenant, seen.endings, seen.used(), archive)
    indexed = await rows(tenant, archive)
    missing = [each for name, each in seen.documents.items() if name not in indexed]
    replayed = 0
    async for ready in prepared(missing, leaves, archive):
        entered = [each.entry for each in ready]
        known = await archive.database.write(partial(enter, entries=entered, leaves=leaves))
        replayed += len(entered) - len(known.known) - len(known.refused)
    await enter_unlogged(tenant, archive, leaves)
    indexed |= {each.id: each for each in missing}
    told = [*stored.faults, *compared(tenant, await indexed_log(tenant, archive), stored)]
    found = [*seen.faults(), *told, *await against_index(tenant, seen, indexed, archive)]
    found += await _sizes(tenant, seen, indexed, archive)
    found += [faults.orphan(key) for key in seen.orphans()]
    found = await endings.against_index(tenant, seen.endings, found, archive, host.signing)
    return ReconcileReport(tenant, started, replayed, (*found, *_surplus(seen, indexed)))


def _surplus(seen: Survey, indexed: dict[str, Document]) -> Iterator[Fault]:
    """Yield packs of which the index uses nothing although they are whole."""
    used = {layout.commit_key(each) for each in indexed.values()}
    told = {fault.where for fault in seen.altered}
    for key in seen.sizes:
        if layout.is_pack(key) and key not in {*used, *told, *seen.endings.hollow}:
            yield faults.pack_surplus(key)


async def _sizes(
    tenant: str, seen: Survey, indexed: dict[str, Document], archive: Archive
) -> list[Fault]:
    found = []
    expected = {
        part.object_key: part.size
        for each in indexed.values()
        for part in each.parts
        if not part.packed
    }
    for key, size in sorted(expected.items()):
        if key in seen.sizes and seen.sizes[key] not in (sealed_size(size), size):
            found.append(faults.size_mismatch(key, sealed_size(size), seen.sizes[key]))
        elif key not in seen.sizes:
            lost = await loss(tenant, key, archive, faults.object_missing)
            found += [lost] if lost else []
    return found
