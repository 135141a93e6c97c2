"""Taking a document out of a wrong file into the right one (*Fehlablage berichtigen*).

It is filed anew in the right file, with a note that says so, before anything is taken away.
In the wrong file its objects are destroyed: its key stays, since other documents lie under it.
There a tombstone is left that says why in a word chosen from a list, and nothing of the other
file: whoever may see the one need not learn of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile

from msgspec.structs import replace

from efile import filing
from efile.disposal import refusals
from efile.disposal.judging import Moment, under_way
from efile.disposal.marking import bury, engraved, work_of
from efile.errors import FilingError, IntegrityBroken, InvalidRequest, NotFound, StorageUnavailable
from efile.filing import Archive
from efile.index import keeping, log, metadata
from efile.index.access.sight import Sight
from efile.index.ending import destroyed, runs
from efile.index.ending.erasing import erase_document
from efile.index.ending.runs import Item, RunRow
from efile.integrity.digest import sha256_hex
from efile.kinds.catalog import FileKind
from efile.model import HELD_BYTES, Akte, Document, DocumentPart, FilingRequest, LargeFile, Part
from efile.objects import layout
from efile.objects.pieces import digest_of
from efile.ports import Transaction
from efile.retention.notes import Author, note
from efile.retention.standing import standing_of

GROUNDS = {
    "person": "Verwechslung der Person",
    "reference": "falsches Aktenzeichen",
    "kind": "falsche Aktenart",
}
"""Why a document lay in the wrong file; the word stands in the tombstone."""


@dataclass(frozen=True, slots=True)
class Misfiled:
    """A document somebody found in the wrong file."""

    document: str
    target: str
    """Id or Aktenzeichen of the right file."""
    ground: str
    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A document that is to be moved, and where to."""

    document: Document
    target: Akte
    ground: str


def item_of(tx: Transaction, run: RunRow, found: Misfiled, at: Moment, sight: Sight | None) -> Item:
    """Return the line of a run for a misfiled document.

    Raises:
        NotFound: the document or the right file is missing.
        InvalidRequest: it is a note on the file itself.
        Conflict: it lies there already, or is held.
    """
    document = metadata.document(tx, run.tenant, found.document, sight)
    target = metadata.find_akte(tx, run.tenant, found.target, sight)
    if target.id == document.akte_id:
        raise refusals.there_already(target)
    if document.retention:
        raise InvalidRequest(
            "misfiling_of_note",
            "Vermerke zur Aktenführung gelten für ihre Akte und werden nicht verschoben.",
            remedy="Die Angabe in dieser Akte zurücknehmen und in der richtigen neu vermerken.",
        )
    if against := _against(tx, document, at):
        raise refusals.not_movable(document, against)
    akte = metadata.akten_by_id(tx, run.tenant, [document.akte_id])[document.akte_id]
    return Item(
        run.tenant, run.id, akte.id, document.id, akte.aktenzeichen, found.ground, target.id,
        akte.documents, akte.changed_at_us,
    )  # fmt: skip


def look(tx: Transaction, item: Item, sight: Sight | None) -> Moved | None:
    """Return what a line is about, if all of it may be seen."""
    try:
        document = metadata.document(tx, item.tenant, item.document_id, sight)
        target = metadata.find_akte(tx, item.tenant, item.target, sight)
    except NotFound:
        return None
    return Moved(document, target, item.reason)


async def move(item: Item, run: RunRow, at: Moment, archive: Archive) -> None:
    """File a document anew where it belongs, then take it out of the wrong file."""
    moved = await archive.database.read(lambda tx: look(tx, item, None))
    if moved is None:
        why = "Das Dokument oder die richtige Akte gibt es nicht mehr."
        await archive.database.write(lambda tx: runs.kept(tx, item, why))
        return
    try:
        await _refile(moved, run, archive)
    except StorageUnavailable:
        raise
    except FilingError as exc:
        why = f"{exc.message} [{exc.code}]"
        await archive.database.write(lambda tx: runs.kept(tx, item, why))
        return
    archive.passing("disposal_after_refiling")
    work = partial(_mark, moved=moved, item=item, run=run, at=at, archive=archive)
    await archive.database.write(work)


async def _refile(moved: Moved, run: RunRow, archive: Archive) -> None:
    """File the same bytes in the right file, and a note beside them; the same however often."""
    old, target = moved.document, moved.target
    with ExitStack() as copies:
        handed_in = [part for part in old.parts if part.parent is None]
        parts = [await _part(old, part, archive, copies) for part in handed_in]
        request = FilingRequest(
            tenant=old.tenant,
            aktenzeichen=target.aktenzeichen,
            akte_title=target.title,
            aktenplan=target.aktenplan,
            vorgang=old.vorgang,
            title=old.title,
            doc_type=old.doc_type,
            document_key=f"{run.id}|{old.id}",
            source_id=old.source_id,
            direction=old.direction,
            received_at_us=old.received_at_us,
            filed_at_us=run.decided_at_us,
            actor=run.decided_by,
            parts=tuple(parts),
            packable=old.packed,
            kind=target.kind,
            subfile=_subfile_of(old, archive.kinds.find(target.kind)),
        )
        filed = await filing.file(request, archive)
    content = {
        "Fehlablage": f"Dokument „{old.title}“ aus einer anderen Akte hierher genommen",
        "Dokument": filed.id,
        "Anlass": GROUNDS[moved.ground],
        "Grund": run.reason,
        "Vorgeschlagen": run.proposed_by,
    }
    by = Author(run.decided_by, run.decided_at_us, f"{run.id}|{old.id}|note")
    await filing.file(note(target, "Fehlablage berichtigt", content, None, by), archive)


def _subfile_of(old: Document, kind: FileKind | None) -> str:
    """Return the part of the right file a document belongs to, if it has the same."""
    return old.subfile if kind and old.subfile in {one.id for one in kind.subfiles} else ""


async def _part(
    document: Document, part: DocumentPart, archive: Archive, copies: ExitStack
) -> Part:
    """Return a part as it was handed in, proven to be what was filed."""
    if part.size > HELD_BYTES:
        copy = NamedTemporaryFile(prefix="efile-")  # noqa: SIM115  ends with the copies
        copies.enter_context(copy)
        found = await digest_of(archive.objects, document.tenant, part.object_key, copy)
        copy.flush()
        data: bytes | LargeFile = LargeFile(Path(copy.name), part.sha256, part.size)
        whole = found == (part.sha256, part.size)
    else:
        data = await archive.stored(document, part)
        whole = sha256_hex(data) == part.sha256
    if not whole:
        raise IntegrityBroken(
            "stored_bytes_differ",
            "Die gespeicherten Bytes sind nicht die abgelegten; sie werden nicht verschoben.",
            remedy="Prüflauf der E-Akte starten und die vorherige Fassung wiederherstellen.",
            place=part.place,
        )
    return Part(part.role, part.name, part.mime, data)


def _against(tx: Transaction, document: Document, at: Moment) -> list[str]:
    """Return what stands against taking a document out of its file now."""
    akte = document.akte_id
    standing = standing_of(keeping.statements(tx, document.tenant, [akte])[akte])
    found = [f"Löschsperre: {hold.reason}" for hold in standing.held_on(at.today)]
    return [*found, *under_way(tx, document.tenant, akte, at.now_us)]


def _mark(
    tx: Transaction, moved: Moved, item: Item, run: RunRow, at: Moment, archive: Archive
) -> None:
    """Take a document out of its file in one unit of work, and leave a tombstone."""
    log.take_turns(tx, [item.tenant])
    document = metadata.find_document(tx, item.tenant, item.document_id)
    if document is None or destroyed.find(tx, item.tenant, item.akte_id, item.document_id):
        runs.destroyed(tx, item)
        return
    if against := _against(tx, document, at):
        runs.kept(tx, item, " ".join(against))
        return
    akte = metadata.akten_by_id(tx, item.tenant, [item.akte_id])[item.akte_id]
    said = replace(
        engraved(tx, akte, [document], run, at), document=document.id, ground=moved.ground
    )
    erase_document(tx, document)
    left = metadata.of_file(tx, item.tenant, item.akte_id)
    bury(tx, said, run, work_of([document], objects_of(document, left)), archive)
    archive.beside.forget_document(tx, item.tenant, item.akte_id, document.id)
    runs.destroyed(tx, item)


def objects_of(document: Document, left: Sequence[Document]) -> list[str]:
    """Return the objects only this document needs: contents first, then manifest and renditions."""
    shared = {part.object_key for each in left for part in each.parts}
    derived = layout.derived_keys(document.akte_id, document.leaf, len(document.parts))
    if document.packed:
        return derived
    own = sorted({part.object_key for part in document.parts} - shared)
    return [*own, *derived, layout.commit_key(document)]
