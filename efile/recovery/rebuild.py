"""Build the index from storage alone.

Which documents there are and that they lie there whole is seen by what storage lists. Texts and
words, and copies of manifests, come from sealed extracts where there are such
(:mod:`efile.extracts`), so that not every document must be read: whether each byte is what was
filed is what verification proves.

Each document is replaced in a transaction of its own group, so the file stays readable
meanwhile. Rows whose manifest is missing stay and are reported: dropping them would forget that
something was lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import partial

from efile.extracts.reader import Extracts
from efile.filing import Archive
from efile.index import metadata
from efile.index.entries import Entry, replace
from efile.model import Document, RebuildReport
from efile.ports import Clock, Host
from efile.recovery import endings
from efile.recovery.log import against_documents, compared, enter_unlogged, indexed_log, settle
from efile.recovery.reading import Ready, prepared
from efile.recovery.stored_log import read_log
from efile.recovery.survey import survey
from efile.recovery.verify import not_stored, rows


async def rebuild(tenant: str, archive: Archive, clock: Clock, host: Host) -> RebuildReport:
    """Replace the tenant's index by what storage says and return what was found.

    The log begins as the signed heads say; what they do not cover yet follows.
    """
    started = clock.now_us()
    stored = await read_log(tenant, archive, host)
    extracts = await Extracts.listed(tenant, archive)
    seen = await survey(tenant, archive, extracts)
    await archive.keys.restore(seen.rows)
    await endings.settle(tenant, seen.endings, seen.used(), archive)
    documents = list(seen.documents.values())
    found = [*seen.faults(), *stored.faults]
    leaves = await settle(tenant, stored, archive, anew=True)

    async def known(document: Document) -> Entry | None:
        place = leaves.get(document.leaf)
        if place is None or not seen.lies_whole(document):
            return None
        return await extracts.entry(document, place)

    groups = prepared(documents, leaves, archive, known)
    async for ready in _entered(groups, archive, leaves):
        found += [fault for each in ready for fault in each.faults if fault not in found]
    await archive.database.write(lambda tx: metadata.sum_up_again(tx, tenant))
    await enter_unlogged(tenant, archive, leaves)
    indexed = await rows(tenant, archive)
    logged = await indexed_log(tenant, archive)
    found += compared(tenant, logged, stored)
    found += await against_documents(tenant, logged, seen, indexed, archive)
    found += await not_stored(tenant, seen, indexed.values(), archive)
    found = await endings.against_index(tenant, seen.endings, found, archive, host.signing)
    akten = len({each.akte_id for each in documents})
    return RebuildReport(tenant, started, akten, len(documents), tuple(found))


async def _entered(
    groups: AsyncIterator[list[Ready]], archive: Archive, leaves: Mapping[str, int]
) -> AsyncIterator[list[Ready]]:
    """Enter group after group; while one is entered, the next is read and analysed."""
    entering: asyncio.Task[None] | None = None
    try:
        async for ready in groups:
            if entering is not None:
                await entering
            work = partial(replace, entries=[each.entry for each in ready], leaves=leaves)
            entering = asyncio.create_task(archive.database.write(work))
            yield ready
        if entering is not None:
            await entering
    finally:
        if entering is not None:
            await asyncio.gather(entering, return_exceptions=True)
