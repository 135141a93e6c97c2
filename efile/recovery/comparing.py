"""Two indexes of one office compared, file by file: the one in use, and one built from storage.

Work goes on meanwhile. So what differs is looked at once more at the end, and a document that
was filed or destroyed since is no difference. Texts for search are not compared: they may have
been read by another version of the program, or off scans since.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from efile.errors import NotFound
from efile.index import metadata
from efile.model import Akte, Document, Fault
from efile.objects import layout
from efile.ports import Database, ObjectStore, Row, Transaction

_AT_ONCE = 50
"""Files read from both sides at a time."""
_BESIDE = (
    ("guards", "SELECT * FROM efile_guards WHERE tenant = :tenant AND akte_id IN :akten"),
    ("competence", "SELECT * FROM efile_competence WHERE tenant = :tenant AND akte_id IN :akten"),
    ("keys", "SELECT * FROM efile_keys WHERE tenant = :tenant AND akte_id IN :akten"),
)
_PLAN = (
    "Register aus dem Speicher neu aufbauen (aktenhub efile rebuild) und den Anlass klären;"
    " vorher sichern."
)

Rows = tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class _File:
    """What an index knows of one file."""

    akte: Akte | None
    documents: dict[str, Document]
    beside: dict[str, Rows]
    """Who may see it, who is responsible, its key."""


async def differences(
    tenant: str, used: Database, built: Database, objects: ObjectStore
) -> list[Fault]:
    """Return where the index in use is not what storage gives."""
    suspects: list[str] = []
    async for akten in _akten(tenant, used):
        ours, theirs = await _files(tenant, akten, used), await _files(tenant, akten, built)
        suspects += [akte for akte in akten if ours[akte] != theirs[akte]]
    async for akten in _akten(tenant, built):
        known = await used.read(partial(metadata.akten_by_id, tenant=tenant, ids=akten))
        suspects += [akte for akte in akten if akte not in known]
    found: list[Fault] = []
    for akte in suspects:
        found += await _different(tenant, akte, used, built, objects)
    return found


async def _different(
    tenant: str, akte: str, used: Database, built: Database, objects: ObjectStore
) -> list[Fault]:
    """Look once more at a file that seemed to differ."""
    ours = (await _files(tenant, [akte], used))[akte]
    theirs = (await _files(tenant, [akte], built))[akte]
    gone = await used.read(lambda tx: _destroyed(tx, tenant, akte))
    found, moved = [], "" in gone
    for name in sorted(ours.documents.keys() | theirs.documents.keys()):
        mine, other = ours.documents.get(name), theirs.documents.get(name)
        if mine == other:
            continue
        if await _since(mine, other, gone, objects):
            moved = True
        elif mine is not None:
            found.append(_differing(layout.commit_place(mine)))
        elif other is not None:
            found.append(_lacking(layout.commit_place(other)))
    # The file itself shows what happened to its documents.
    return found if moved or found else list(_besides(akte, ours, theirs))


def _besides(akte: str, ours: _File, theirs: _File) -> Iterator[Fault]:
    if ours.akte != theirs.akte:
        yield _differing(akte)
    for name, rows in ours.beside.items():
        if rows != theirs.beside[name]:
            yield _differing(f"{akte} ({name})")


async def _since(
    mine: Document | None, other: Document | None, gone: set[str], objects: ObjectStore
) -> bool:
    """Tell whether a document that only one side knows was filed or destroyed meanwhile."""
    if mine is None:
        return other is not None and bool(gone & {"", other.id})
    return other is None and await _lies_there(mine, objects)


async def _lies_there(document: Document, objects: ObjectStore) -> bool:
    """Tell whether a document the build did not meet was filed since."""
    try:
        await objects.head(document.tenant, layout.commit_key(document))
    except NotFound:
        return False
    return True


async def _akten(tenant: str, index: Database) -> AsyncIterator[list[str]]:
    """Yield the files of an index in portions."""
    after = ""
    while page := await index.read(partial(_next, tenant=tenant, after=after)):
        yield page
        after = page[-1]


def _next(tx: Transaction, tenant: str, after: str) -> list[str]:
    rows = tx.all(
        "SELECT id FROM efile_akten WHERE tenant = :tenant AND id > :after ORDER BY id"
        " LIMIT :most",
        tenant=tenant, after=after, most=_AT_ONCE,
    )  # fmt: skip
    return [str(row["id"]) for row in rows]


async def _files(tenant: str, akten: Sequence[str], index: Database) -> dict[str, _File]:
    return await index.read(lambda tx: _read(tx, tenant, akten))


def _read(tx: Transaction, tenant: str, akten: Sequence[str]) -> dict[str, _File]:
    known = metadata.akten_by_id(tx, tenant, akten)
    documents: dict[str, dict[str, Document]] = {akte: {} for akte in akten}
    for each in metadata.of_files(tx, tenant, akten):
        documents[each.akte_id][each.id] = each
    beside = {
        name: _by_akte(tx.all(sql, tenant=tenant, akten=tuple(akten)), akten)
        for name, sql in _BESIDE
    }
    return {
        akte: _File(
            known.get(akte), documents[akte], {name: rows[akte] for name, rows in beside.items()}
        )
        for akte in akten
    }


def _by_akte(rows: Iterable[Row], akten: Sequence[str]) -> dict[str, Rows]:
    found: dict[str, list[tuple[object, ...]]] = {akte: [] for akte in akten}
    for row in rows:
        found[row["akte_id"]].append(tuple(row[name] for name in sorted(row)))
    return {akte: tuple(sorted(own, key=repr)) for akte, own in found.items()}


def _destroyed(tx: Transaction, tenant: str, akte: str) -> set[str]:
    """Return which documents of a file were destroyed; the empty name stands for the whole."""
    rows = tx.all(
        "SELECT document_id FROM efile_destroyed WHERE tenant = :tenant AND akte_id = :akte",
        tenant=tenant, akte=akte,
    )  # fmt: skip
    return {str(row["document_id"]) for row in rows}


def _lacking(place: str) -> Fault:
    return Fault(
        "index_lacks", place, "Ein Dokument liegt im Speicher und fehlt im Register.", _PLAN
    )


def _differing(place: str) -> Fault:
    return Fault("index_differs", place, "Register und Speicher sagen Verschiedenes.", _PLAN)
