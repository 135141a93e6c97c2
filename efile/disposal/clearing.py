"""Clearing storage behind a tombstone; every step may be done again after a crash.

1. the tombstone, read back: **nothing is destroyed before it lies there**;
2. every version of the wrapped keys, and the keys in memory: from here on nothing of the file
   can be read, not even from a copy of the storage;
3. every version of its objects and of what was made from them;
4. what of it lies in clear, or under a key that stays, in objects others share: these packs are
   written anew without it, the index follows, and the old ones are destroyed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterable, Mapping
from functools import partial

from efile.errors import FilingError, IntegrityBroken, NotFound, StorageMisconfigured
from efile.filing import Archive
from efile.index import metadata
from efile.index.ending.destroyed import Destroyed
from efile.integrity.digest import sha256_hex
from efile.objects import layout, pack, tombstone
from efile.sealing.envelope import HEADER_BYTES, is_sealed

STEPS = (
    "disposal_after_refiling", "disposal_after_mark", "disposal_after_tombstone",
    "disposal_after_keys", "disposal_after_objects", "disposal_after_repacking",
    "disposal_after_packs", "disposal_after_certificate",
)  # fmt: skip
"""Between two durable acts; the host's tests stop the process there."""
_AT_ONCE = 8


async def clear(row: Destroyed, archive: Archive) -> int:
    """Take everything out of storage; return how many unreadable versions it keeps.

    Raises:
        StorageMisconfigured: storage does not give up what can still be read.
        IntegrityBroken: a pack others share is damaged; it is not touched.
        Conflict: another tombstone lies there.
    """
    tenant, akte = row.tenant, row.akte_id
    await archive.prepare(tenant)
    place = layout.tombstone_key(akte, row.document_id)
    await archive.objects.put_once(tenant, place, row.tombstone.encode())
    archive.passing("disposal_after_tombstone")
    work = json.loads(row.work or '{"packs": {}, "objects": []}')
    if row.document_id:
        said = tombstone.read(row.tombstone.encode(), archive.secret, place)
        # Finished exports and extracts may show the document; they can be made again.
        shown = [
            key
            for prefix in (layout.exports_prefix(akte), *said.extracts)
            for key in await _keys_below(tenant, prefix, archive)
        ]
        kept = await _destroy(tenant, [*work["objects"], *shown], archive)
    else:
        kept = await _clear_file(tenant, akte, archive)
    archive.passing("disposal_after_objects")
    for key, documents in sorted(work["packs"].items()):
        # Sealed under a key that is gone they may stay where they are.
        if row.document_id or await _any_clear(tenant, key, documents.values(), archive):
            await _repack(tenant, key, documents, archive)
    archive.passing("disposal_after_packs")
    return kept


async def _clear_file(tenant: str, akte: str, archive: Archive) -> int:
    keys = await _keys_below(tenant, layout.key_prefix(akte), archive)
    if await _destroy(tenant, keys, archive):
        raise _locked(layout.key_prefix(akte))
    archive.keys.forget(tenant, akte)
    archive.passing("disposal_after_keys")
    kept = 0
    for prefix in layout.file_prefixes(akte):
        kept += await _destroy(tenant, await _keys_below(tenant, prefix, archive), archive)
    return kept


async def _keys_below(tenant: str, prefix: str, archive: Archive) -> list[str]:
    """Return the keys of all objects, also of those only old versions are left of."""
    return sorted({each.key for each in await archive.objects.versions(tenant, prefix)})


async def _destroy(tenant: str, keys: Iterable[str], archive: Archive) -> int:
    """Destroy objects; return how many versions of them remain, none of which can be read."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(key: str) -> int:
        async with slots:
            kept = await archive.objects.destroy(tenant, key)
            if kept and await _is_readable(tenant, key, archive):
                raise _locked(key)
            return kept

    return sum(await asyncio.gather(*map(one, keys)))


async def _is_readable(tenant: str, key: str, archive: Archive) -> bool:
    try:
        await archive.objects.get(tenant, key)
    except (NotFound, IntegrityBroken):
        return False
    return True


async def _any_clear(tenant: str, key: str, starts: Collection[int], archive: Archive) -> bool:
    """Tell whether contents that begin there in a pack lie in clear."""
    for start in starts:
        try:
            begin = await archive.objects.get_range(tenant, key, start, HEADER_BYTES)
        except NotFound:
            return False
        if not is_sealed(begin):
            return True
    return False


async def _repack(tenant: str, key: str, documents: Mapping[str, int], archive: Archive) -> None:
    """Write a pack anew without these documents; whoever has done so left nothing to do."""
    try:
        data = await archive.objects.get(tenant, key)
    except NotFound:
        return
    try:
        rewritten, starts = pack.without(data, documents.keys())
    except ValueError as exc:
        raise _damaged(key) from exc
    if rewritten:
        other = layout.pack_key(layout.pack_secret(archive.secret, tenant), sha256_hex(rewritten))
        await archive.objects.put_once(tenant, other, rewritten, by_content=True)
        archive.passing("disposal_after_repacking")
        move = partial(metadata.repack, tenant=tenant, old=key, new=other, starts=starts)
        await archive.database.write(move)
    if await archive.objects.destroy(tenant, key):
        raise _locked(key)


def _locked(key: str) -> FilingError:
    return StorageMisconfigured(
        "disposal_locked",
        "Der Speicher gibt Objekte nicht frei, die vernichtet werden müssen.",
        remedy="Sperren (Object Lock, Legal Hold) dieser Objekte im Speicher aufheben; die"
        " Vernichtung wird von selbst fortgesetzt.",
        place=key,
    )


def _damaged(key: str) -> FilingError:
    return IntegrityBroken(
        "disposal_pack_damaged",
        "Ein Sammelobjekt ist beschädigt und kann nicht ohne die vernichteten Dokumente neu"
        " geschrieben werden.",
        remedy="Das Objekt aus der Sicherung des Speichers herstellen; die Vernichtung wird von"
        " selbst fortgesetzt.",
        place=key,
    )
