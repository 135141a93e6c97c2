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
from collections.abc import AsyncIterator, Sequence
from functools import partial

from efile.extracts.reader import Extracts
from efile.filing import Archive
from efile.index.entries import Entry, replace, sum_up_again
from efile.model import RebuildReport
from efile.ports import Clock, Host
from efile.recovery import endings
from efile.recovery.ledger.book import open_book
from efile.recovery.log import against_documents, compared, enter_unlogged, noted, settle
from efile.recovery.reading import Placed, Ready, places, prepared
from efile.recovery.stored_log import read_log
from efile.recovery.survey import Survey, survey
from efile.recovery.verify import against_index


async def rebuild(tenant: str, archive: Archive, clock: Clock, host: Host) -> RebuildReport:
    """Replace the tenant's index by what storage says and return what was found.

    The log begins as the signed heads say; what they do not cover yet follows.
    """
    started = clock.now_us()
    with open_book(host.scratch) as book:
        seen = Survey.blank(book)
        stored = await read_log(tenant, archive, host)
        extracts = await Extracts.listed(tenant, archive)
        await survey(seen, tenant, archive, extracts, restore=True)
        await endings.settle(tenant, seen.endings, seen.documents.used, archive)
        found = [*seen.faults(), *stored.faults]
        await settle(tenant, stored, archive, anew=True)
        await noted(tenant, seen.leaves, archive)
        akten, documents = seen.documents.counted()
        groups = prepared(seen.documents.in_order(), archive, partial(_known, seen, extracts))
        async for ready in _entered(groups, archive):
            found += [fault for each in ready for fault in each.faults if fault not in found]
        await archive.database.write(partial(sum_up_again, tenant=tenant))
        await enter_unlogged(tenant, archive, seen.leaves)
        heads = await noted(tenant, seen.leaves, archive)
        found += await against_index(tenant, seen, archive)
        found += await compared(tenant, seen.leaves, heads, stored, archive)
        found += await against_documents(tenant, seen, archive)
        found = await endings.against_index(tenant, seen.endings, found, archive, host.signing)
    return RebuildReport(tenant, started, akten, documents, tuple(found))


async def _known(
    seen: Survey, extracts: Extracts, documents: Sequence[Placed]
) -> list[Entry | None]:
    """Return what extracts say of those documents that lie there whole."""
    whole = seen.lying_whole([document for document, _ in documents])
    return [
        await extracts.entry(document, place) if lies and place is not None else None
        for (document, place), lies in zip(documents, whole, strict=True)
    ]


async def _entered(
    groups: AsyncIterator[list[Ready]], archive: Archive
) -> AsyncIterator[list[Ready]]:
    """Enter group after group; while one is entered, the next is read and analysed."""
    entering: asyncio.Task[None] | None = None
    try:
        async for ready in groups:
            if entering is not None:
                await entering
            entries = [each.entry for each in ready]
            work = partial(replace, entries=entries, leaves=places(ready))
            entering = asyncio.create_task(archive.database.write(work))
            yield ready
        if entering is not None:
            await entering
    finally:
        if entering is not None:
            await asyncio.gather(entering, return_exceptions=True)
