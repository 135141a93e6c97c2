"""Build the index from storage alone.

Each document is replaced in a transaction of its own group, so the file stays readable
meanwhile. Rows whose manifest is missing stay and are reported: dropping them would forget that
something was lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from efile.filing import Archive, searchable
from efile.index import fulltext, metadata
from efile.model import Document, Fault, RebuildReport, TextState
from efile.objects import layout
from efile.ports import Clock, Transaction
from efile.recovery import faults
from efile.recovery.reconcile import readable
from efile.recovery.survey import Survey, each_of, loss, survey
from efile.recovery.verify import rows

_GROUP = 100
"""Documents per transaction: beyond this the shared commit no longer costs time."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A document with its text, ready to be entered."""

    document: Document
    text: str
    state: TextState
    faults: tuple[Fault, ...]


async def rebuild(tenant: str, archive: Archive, clock: Clock) -> RebuildReport:
    """Replace the tenant's index by what storage says and return what was found."""
    started = clock.now_us()
    seen = await survey(tenant, archive)
    found = list(seen.altered)
    documents = sorted(seen.documents.values(), key=lambda each: (each.filed_at_us, each.id))
    for start in range(0, len(documents), _GROUP):
        ready = [
            each
            async for _, each in each_of(
                documents[start : start + _GROUP], lambda document: _prepare(document, archive)
            )
        ]
        await archive.database.write(partial(_replace, ready))
        found += [fault for each in ready for fault in each.faults]
    await archive.database.write(lambda tx: metadata.sum_up_again(tx, tenant))
    found += await _without_manifest(tenant, seen, archive)
    akten = len({each.akte_id for each in documents})
    return RebuildReport(tenant, started, akten, len(documents), tuple(found))


async def _prepare(document: Document, archive: Archive) -> _Ready:
    parts, broken = await readable(document, archive)
    text, state = await searchable(document, parts, archive)
    return _Ready(
        document,
        text,
        state,
        tuple(faults.digest_mismatch(key) for key in broken),
    )


def _replace(ready: list[_Ready], tx: Transaction) -> None:
    for each in ready:
        fulltext.forget(tx, each.document.tenant, each.document.id)
        metadata.forget(tx, each.document.tenant, each.document.id)
        metadata.insert(tx, each.document, each.state)
        fulltext.insert(tx, each.document, each.text)


async def _without_manifest(tenant: str, seen: Survey, archive: Archive) -> list[Fault]:
    found = []
    for name, document in (await rows(tenant, archive)).items():
        key = layout.manifest_key(document.akte_id, name, document.version)
        if key not in seen.sizes:
            lost = await loss(tenant, key, archive, faults.manifest_missing)
            found += [lost] if lost else []
    return found
