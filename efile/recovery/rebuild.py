"""Build the index from storage alone.

Each document is replaced in a transaction of its own group, so the file stays readable
meanwhile. Rows whose manifest is missing stay and are reported: dropping them would forget that
something was lost.
"""

from __future__ import annotations

from functools import partial

from efile.filing import Archive
from efile.index import metadata
from efile.index.entries import replace
from efile.model import RebuildReport
from efile.ports import Clock
from efile.recovery.reading import prepared
from efile.recovery.survey import survey
from efile.recovery.verify import not_stored, rows


async def rebuild(tenant: str, archive: Archive, clock: Clock) -> RebuildReport:
    """Replace the tenant's index by what storage says and return what was found."""
    started = clock.now_us()
    seen = await survey(tenant, archive)
    documents = list(seen.documents.values())
    found = seen.faults()
    async for ready in prepared(documents, archive):
        entries = [each.entry for each in ready]
        await archive.database.write(partial(replace, entries=entries))
        found += [fault for each in ready for fault in each.faults if fault not in found]
    await archive.database.write(lambda tx: metadata.sum_up_again(tx, tenant))
    indexed = await rows(tenant, archive)
    found += await not_stored(tenant, seen, indexed.values(), archive)
    akten = len({each.akte_id for each in documents})
    return RebuildReport(tenant, started, akten, len(documents), tuple(found))
