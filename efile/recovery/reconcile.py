"""Compare storage with the index by key and size; enter what a crash left unentered.

Only entering is done by itself, because it cannot lose anything. Everything else is reported
with a plan. Bytes are read by :mod:`efile.recovery.verify`, not here.
"""

from __future__ import annotations

from efile.errors import NotFound
from efile.filing import Archive, enter
from efile.integrity.digest import sha256_hex
from efile.model import Document, Fault, Part, ReconcileReport
from efile.ports import Clock
from efile.recovery import faults
from efile.recovery.survey import Survey, loss, survey
from efile.recovery.verify import against_index, rows


async def reconcile(tenant: str, archive: Archive, clock: Clock) -> ReconcileReport:
    """Enter unentered documents and return everything else that does not fit."""
    started = clock.now_us()
    seen = await survey(tenant, archive)
    indexed = await rows(tenant, archive)
    replayed = 0
    for name, document in seen.documents.items():
        if name not in indexed:
            parts, _ = await readable(document, archive)
            replayed += await enter(document, parts, archive)
            indexed[name] = document
    found = [*seen.altered, *await against_index(tenant, seen, indexed, archive)]
    found += await _sizes(tenant, seen, indexed, archive)
    found += [faults.orphan(key) for key in seen.orphans()]
    return ReconcileReport(tenant, started, replayed, tuple(found))


async def readable(document: Document, archive: Archive) -> tuple[tuple[Part, ...], list[str]]:
    """Return the parts whose bytes are as filed, and the keys of all others."""
    parts, broken = [], []
    for listed in document.parts:
        try:
            data = await archive.objects.get(document.tenant, listed.object_key)
        except NotFound:
            data = None
        if data is not None and sha256_hex(data) == listed.sha256:
            parts.append(Part(listed.role, listed.name, listed.mime, data))
        else:
            broken.append(listed.object_key)
    return tuple(parts), broken


async def _sizes(
    tenant: str, seen: Survey, indexed: dict[str, Document], archive: Archive
) -> list[Fault]:
    found = []
    expected = {part.object_key: part.size for each in indexed.values() for part in each.parts}
    for key, size in sorted(expected.items()):
        if key in seen.sizes and seen.sizes[key] != size:
            found.append(faults.size_mismatch(key, size, seen.sizes[key]))
        elif key not in seen.sizes:
            lost = await loss(tenant, key, archive, faults.object_missing)
            found += [lost] if lost else []
    return found
