"""The unit of work after which a file is destroyed, whatever happens to the process.

It decides a last time, takes everything the index knows of the file out, and leaves a tombstone
that is still to be written to storage. From here on nothing is filed there any more, and nobody
reads anything of it; what lies in storage is cleared behind it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from msgspec.structs import replace

from efile.disposal.judging import Moment, judge
from efile.filing import Archive
from efile.index import log, metadata
from efile.index.ending import destroyed, runs
from efile.index.ending.destroyed import MARKED, Destroyed
from efile.index.ending.erasing import erase_file
from efile.index.ending.runs import Item, RunRow
from efile.model import Akte, Document
from efile.objects import tombstone
from efile.objects.tombstone import RETENTION, Tombstone
from efile.ports import Transaction

_MISSING = "Die Akte gibt es nicht mehr."
_CHANGED = (
    "Seit dem Vorschlag wurde in der Akte etwas abgelegt oder vermerkt; was zugestimmt wurde, gilt"
    " dafür nicht. Neu vorschlagen."
)


def mark_file(tx: Transaction, item: Item, run: RunRow, at: Moment, archive: Archive) -> str:
    """Destroy one file of a run; return why it is kept after all, or nothing."""
    log.take_turns(tx, [item.tenant])
    akte = metadata.akten_by_id(tx, item.tenant, [item.akte_id]).get(item.akte_id)
    why = _MISSING if akte is None else ""
    if akte is not None and (akte.documents, akte.changed_at_us) != (
        item.documents, item.changed_at_us,
    ):  # fmt: skip
        why = _CHANGED
    if akte is None or why:
        runs.kept(tx, item, why)
        return why
    judged = judge(tx, akte, at, archive)
    rule = judged.decision.rule
    if judged.against or rule is None:
        why = " ".join(judged.against)
        runs.kept(tx, item, why)
        return why
    documents = metadata.of_file(tx, akte.tenant, akte.id)
    said = replace(engraved(tx, akte, documents, run, at), rule=rule.name, source=rule.source)
    erase_file(tx, akte.tenant, akte.id)
    bury(tx, said, run, work_of(documents), archive)
    archive.beside.forget(tx, akte.tenant, akte.id, akte.aktenzeichen)
    runs.destroyed(tx, item)
    return ""


def engraved(
    tx: Transaction, akte: Akte, documents: Sequence[Document], run: RunRow, at: Moment
) -> Tombstone:
    """Return what is left of these documents of a file."""
    places = log.places(tx, akte.tenant, [each.id for each in documents])
    return Tombstone(
        tenant=akte.tenant,
        akte=akte.id,
        kind=akte.kind,
        ground=RETENTION,
        run=run.id,
        proposed_by=run.proposed_by,
        proposed_at_us=run.proposed_at_us,
        approved_by=run.decided_by,
        approved_at_us=run.decided_at_us,
        marked_at_us=at.now_us,
        documents=len(documents),
        parts=sum(len(each.parts) for each in documents),
        size=sum(part.size for each in documents for part in each.parts),
        leaves=tuple(each.leaf for each in documents),
        places=tuple(sorted(places.values())),
    )


def bury(tx: Transaction, said: Tombstone, run: RunRow, work: str, archive: Archive) -> None:
    """Enter a tombstone and put it into the log."""
    stored = tombstone.write(said, archive.secret)
    leaf = tombstone.leaf_of(stored)
    row = Destroyed(
        said.tenant, said.akte, said.document, run.id, stored.decode(), leaf, work, MARKED,
        0, said.marked_at_us, 0,
    )  # fmt: skip
    destroyed.enter(tx, row)


def work_of(documents: Sequence[Document], objects: Sequence[str] = ()) -> str:
    """Return what is to be cleared beyond the file's own prefixes, as JSON.

    Packs by key, each with where in it these documents begin; and single objects.
    """
    packs: dict[str, dict[str, int]] = {}
    for each in documents:
        if each.packed:
            packs.setdefault(each.parts[0].object_key, {})[each.id] = each.parts[0].start
    return json.dumps({"packs": packs, "objects": list(objects)}, sort_keys=True)
