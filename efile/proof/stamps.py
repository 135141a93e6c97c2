"""Time stamps (RFC 3161) over heads: they prove that a head was there at a time.

A head covers every head before it; so one stamp a day says of all that was filed until then
that it was. The stamp is over the signed note as it lies in storage.
"""

from __future__ import annotations

from efile.filing import Archive
from efile.index import log
from efile.objects import layout
from efile.ports import Stamping


async def stamp_newest(tenant: str, before_us: int, archive: Archive, stamping: Stamping) -> bool:
    """Have the newest stored head stamped, unless a stamp since ``before_us`` is there."""
    head = await archive.database.read(lambda tx: log.newest_head(tx, tenant, stored=True))
    if head is None:
        return False
    keys = [
        item.key
        async for page in archive.objects.pages(tenant, layout.STAMPS_ROOT)
        for item in page
    ]
    wanted = layout.stamp_key(head.size)
    if wanted in keys:
        return False
    last = await _time(tenant, max(keys), archive, stamping) if keys else None
    if last is not None and last > before_us:
        return False
    note = await archive.objects.get(tenant, layout.head_key(head.size))
    await archive.objects.put_once(tenant, wanted, await stamping.stamp(note))
    return True


async def _time(tenant: str, key: str, archive: Archive, stamping: Stamping) -> int | None:
    stamp = await archive.objects.get(tenant, key)
    return stamping.time_of(stamp, await archive.objects.get(tenant, layout.stamped_head(key)))
