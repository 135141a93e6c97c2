"""Metadata rows: Aktenplan ▸ Akte ▸ Vorgang ▸ Dokument ▸ parts.

Files and matters are summed up from their documents, and the sum does not depend on the order
in which documents arrive: that is why a rebuilt index equals the one that grew.
Every query names the tenant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import lru_cache
from types import MappingProxyType

from efile.errors import Conflict, NotFound
from efile.index import names
from efile.index.access import guards
from efile.index.access.sight import FILE, Sight, narrowing
from efile.index.words.analysis import folded_words
from efile.model import Akte, AkteView, Document, DocumentPart, TextState, Vorgang
from efile.ports import Row, Transaction

_COLUMNS = tuple(f.name for f in fields(Document) if f.name != "parts")
_PART_COLUMNS = tuple(f.name for f in fields(DocumentPart))
_INSERT_DOCUMENT = (
    f"INSERT INTO efile_documents ({', '.join(_COLUMNS)}, text_state, leaf_index)"  # noqa: S608  column names of our own type
    f" VALUES ({', '.join(':' + name for name in _COLUMNS)}, :text_state, :leaf_index)"
)
_INSERT_PART = (
    f"INSERT INTO efile_parts (tenant, document_id, {', '.join(_PART_COLUMNS)})"  # noqa: S608  column names of our own type
    f" VALUES (:tenant, :document_id, {', '.join(':' + name for name in _PART_COLUMNS)})"
)
_AT_ONCE = 1000
"""Documents asked for in one query: engines bound the number of values."""
_PAGE = 500
"""Documents held where all of an office are gone through."""
_NEWER = (
    "(efile_akten.changed_at_us < excluded.changed_at_us OR"
    " (efile_akten.changed_at_us = excluded.changed_at_us"
    " AND efile_akten.named_by < excluded.named_by))"
)
_NAMED_BY_LATEST = ("title", "aktenplan", "changed_at_us", "named_by", "search_words")
_ADD_TO_AKTE = (
    "INSERT INTO efile_akten (tenant, id, aktenzeichen, title, aktenplan, opened_at_us,"  # noqa: S608  fixed column names
    " changed_at_us, named_by, documents, search_words, kind) VALUES (:tenant, :id, :aktenzeichen,"
    " :title, :aktenplan, :opened_at_us, :changed_at_us, :named_by, :documents, :search_words,"
    " :kind) ON CONFLICT (tenant, id) DO UPDATE SET"
    " documents = efile_akten.documents + excluded.documents,"
    " kind = CASE WHEN excluded.opened_at_us < efile_akten.opened_at_us"
    " THEN excluded.kind ELSE efile_akten.kind END,"
    " opened_at_us = CASE WHEN excluded.opened_at_us < efile_akten.opened_at_us"
    " THEN excluded.opened_at_us ELSE efile_akten.opened_at_us END, "
    + ", ".join(
        f"{name} = CASE WHEN {_NEWER} THEN excluded.{name} ELSE efile_akten.{name} END"
        for name in _NAMED_BY_LATEST
    )
)
_ADD_TO_VORGANG = (
    "INSERT INTO efile_vorgaenge (tenant, id, akte_id, title, opened_at_us)"
    " VALUES (:tenant, :id, :akte_id, :title, :opened_at_us)"
    " ON CONFLICT (tenant, id) DO UPDATE SET opened_at_us = CASE"
    " WHEN excluded.opened_at_us < efile_vorgaenge.opened_at_us"
    " THEN excluded.opened_at_us ELSE efile_vorgaenge.opened_at_us END"
)
_AKTE = (
    "SELECT tenant, id, aktenzeichen, title, aktenplan, opened_at_us, changed_at_us, documents,"
    " kind FROM efile_akten WHERE tenant = :tenant"
)


def insert(
    tx: Transaction,
    entered: Sequence[tuple[Document, TextState]],
    leaves: Mapping[tuple[str, str], int] = MappingProxyType({}),
) -> None:
    """Enter the rows of documents that are not known yet; :func:`sum_up` must follow.

    ``leaves`` are their places in the log, by tenant and id.
    """
    heads = [
        {name: getattr(document, name) for name in _COLUMNS}
        | {"text_state": state, "leaf_index": leaves.get((document.tenant, document.id))}
        for document, state in entered
    ]
    tx.many(_INSERT_DOCUMENT, heads)
    tx.many(_INSERT_PART, [row for document, _ in entered for row in _part_rows(document)])


def _part_rows(document: Document) -> Iterator[dict[str, object]]:
    for part in document.parts:
        row: dict[str, object] = {name: getattr(part, name) for name in _PART_COLUMNS}
        yield row | {"tenant": document.tenant, "document_id": document.id}


def differs(document_id: str) -> Conflict:
    """The document key is taken by another document."""
    return Conflict(
        "document_differs",
        remedy="Das Dokument mit eigenem Schlüssel ablegen; Abgelegtes wird nie ersetzt.",
        place=document_id,
    )


def find_document(tx: Transaction, tenant: str, document_id: str) -> Document | None:
    """Return the document, or None if this tenant has none of this name."""
    return find_documents(tx, tenant, [document_id]).get(document_id)


def find_documents(
    tx: Transaction, tenant: str, document_ids: Sequence[str]
) -> dict[str, Document]:
    """Return those of the documents this tenant has, by id."""
    found: list[Document] = []
    for start in range(0, len(document_ids), _AT_ONCE):
        ids = tuple(document_ids[start : start + _AT_ONCE])
        found += _documents(tx, "d.id IN :ids", tenant, {"ids": ids})
    return {each.id: each for each in found}


def document(
    tx: Transaction, tenant: str, document_id: str, sight: Sight | None = None
) -> Document:
    """Return the document, if it and its file are seen.

    Raises:
        NotFound: this tenant has none of this name.
    """
    found = find_document(tx, tenant, document_id)
    if found is None or not _seen(tx, found, sight):
        raise NotFound(
            "document_missing",
            "Dieses Dokument gibt es nicht.",
            remedy="Dokument über die Akte oder die Suche öffnen.",
        )
    return found


def page(tx: Transaction, tenant: str, after: str) -> list[Document]:
    """Return the documents behind a name, as many as are read at a time."""
    rows = tx.all(
        "SELECT id FROM efile_documents WHERE tenant = :tenant AND id > :after"
        " ORDER BY id LIMIT :most",
        tenant=tenant, after=after, most=_PAGE,
    )  # fmt: skip
    names = [row["id"] for row in rows]
    found = find_documents(tx, tenant, names)
    return [found[name] for name in names]


def of_file(tx: Transaction, tenant: str, akte: str) -> list[Document]:
    """Return every document of a file, oldest first."""
    return _documents(tx, "d.akte_id = :akte", tenant, {"akte": akte})


def of_files(tx: Transaction, tenant: str, akten: Sequence[str]) -> list[Document]:
    """Return every document of these files, oldest first."""
    return _documents(tx, "d.akte_id IN :akten", tenant, {"akten": tuple(akten)})


def _seen(tx: Transaction, document: Document, sight: Sight | None) -> bool:
    if sight is None:
        return True
    unseen = guards.hidden(tx, document.tenant, (document.akte_id,), sight)
    places = {(document.akte_id, FILE), (document.akte_id, document.id)}
    return document.kind in sight.kinds and places.isdisjoint(unseen)


def akte_view(tx: Transaction, tenant: str, name: str, sight: Sight | None = None) -> AkteView:
    """Return the file with this id or Aktenzeichen, its matters and its documents.

    Raises:
        NotFound: this tenant has no such file.
    """
    akte = find_akte(tx, tenant, name, sight)
    vorgaenge = tx.all(
        "SELECT id, akte_id, title, opened_at_us FROM efile_vorgaenge"
        " WHERE tenant = :tenant AND akte_id = :akte_id ORDER BY opened_at_us, id",
        tenant=tenant,
        akte_id=akte.id,
    )
    documents = _documents(tx, "d.akte_id = :akte_id", tenant, {"akte_id": akte.id})
    if sight is not None and (unseen := guards.hidden(tx, tenant, (akte.id,), sight)):
        documents = [one for one in documents if (akte.id, one.id) not in unseen]
        matters = {one.vorgang_id for one in documents}
        vorgaenge = [one for one in vorgaenge if one["id"] in matters]
    return AkteView(akte, tuple(Vorgang(**each) for each in vorgaenge), tuple(documents))


def kinds(tx: Transaction, files: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the kind of each of these files, given by tenant and id, that the index knows."""
    found: dict[str, str] = {}
    by_tenant: dict[str, list[str]] = {}
    for tenant, akte in files:
        by_tenant.setdefault(tenant, []).append(akte)
    for tenant, ids in by_tenant.items():
        for start in range(0, len(ids), _AT_ONCE):
            rows = tx.all(
                "SELECT id, kind FROM efile_akten WHERE tenant = :tenant AND id IN :ids",
                tenant=tenant,
                ids=tuple(ids[start : start + _AT_ONCE]),
            )
            found |= {row["id"]: row["kind"] for row in rows}
    return found


def find_akte(tx: Transaction, tenant: str, name: str, sight: Sight | None = None) -> Akte:
    """Return the file with this id or Aktenzeichen, as it is seen.

    Raises:
        NotFound: this tenant has no such file.
    """
    seen = narrowing(tx, tenant, sight, akte="efile_akten")
    row = tx.one(
        f"{_AKTE} AND (id = :name OR aktenzeichen = :name){seen.akte}",
        tenant=tenant, name=name, **seen.values,
    )  # fmt: skip
    if row is None:
        raise NotFound(
            "akte_missing",
            "Diese Akte gibt es nicht.",
            remedy="Aktenzeichen prüfen oder die Akte über die Suche öffnen.",
        )
    return _as_seen(tx, tenant, [Akte(**row)], sight)[0]


def akten_named(
    tx: Transaction, tenant: str, names: Sequence[str], sight: Sight | None = None
) -> list[Akte]:
    """Return the files with these Aktenzeichen, as far as there are such."""
    seen = narrowing(tx, tenant, sight, akte="efile_akten")
    rows = tx.all(
        f"{_AKTE} AND aktenzeichen IN :zeichen{seen.akte}",
        tenant=tenant, zeichen=tuple(names), **seen.values,
    )  # fmt: skip
    return _as_seen(tx, tenant, [Akte(**row) for row in rows], sight)


def akten_by_id(
    tx: Transaction, tenant: str, ids: Sequence[str], sight: Sight | None = None
) -> dict[str, Akte]:
    """Return the files with these ids, as far as they are seen."""
    if not ids:
        return {}
    seen = narrowing(tx, tenant, sight, akte="efile_akten")
    rows = tx.all(
        f"{_AKTE} AND id IN :ids{seen.akte}", tenant=tenant, ids=tuple(ids), **seen.values
    )
    return {akte.id: akte for akte in _as_seen(tx, tenant, [Akte(**row) for row in rows], sight)}


def _as_seen(
    tx: Transaction, tenant: str, akten: Sequence[Akte], sight: Sight | None
) -> list[Akte]:
    """Count only documents that are seen, and date files by them."""
    if sight is None:
        return list(akten)
    unseen = guards.hidden(tx, tenant, [akte.id for akte in akten], sight)
    return [_without(tx, akte, [d for a, d in unseen if a == akte.id and d]) for akte in akten]


def _without(tx: Transaction, akte: Akte, documents: Sequence[str]) -> Akte:
    if not documents:
        return akte
    row = tx.one(
        "SELECT count(*) AS documents, max(filed_at_us) AS changed FROM efile_documents"
        " WHERE tenant = :tenant AND akte_id = :akte AND id NOT IN :documents",
        tenant=akte.tenant, akte=akte.id, documents=tuple(documents),
    )  # fmt: skip
    if row is None or not row["documents"]:
        return replace(akte, documents=0, changed_at_us=akte.opened_at_us)
    return replace(akte, documents=row["documents"], changed_at_us=row["changed"])


def akten(
    tx: Transaction,
    tenant: str,
    query: str,
    after: str | None,
    limit: int,
    sight: Sight | None = None,
) -> list[Akte]:
    """Return files that are seen by Aktenzeichen, beginning behind ``after``.

    Every word of the query must begin a word of title or Aktenzeichen.
    """
    matches, values = names.begins(query)
    seen = narrowing(tx, tenant, sight, akte="efile_akten")
    # With words, few files are left to be sorted: not all of them are walked through in order.
    order = "aktenzeichen || ''" if matches else "aktenzeichen"
    sql = f"{_AKTE} AND {order} > :after{matches} {seen.akte} ORDER BY {order} LIMIT :limit"
    values |= seen.values
    rows = tx.all(sql, tenant=tenant, after=after or "", limit=limit, **values)
    return _as_seen(tx, tenant, [Akte(**row) for row in rows], sight)


def forget(tx: Transaction, documents: Sequence[tuple[str, str]]) -> None:
    """Take the rows of documents out, each given by tenant and identifier.

    ``entries.sum_up_again`` must follow.
    """
    names = [{"tenant": tenant, "id": name} for tenant, name in documents]
    tx.many("DELETE FROM efile_parts WHERE tenant = :tenant AND document_id = :id", names)
    tx.many("DELETE FROM efile_documents WHERE tenant = :tenant AND id = :id", names)


def repack(
    tx: Transaction, tenant: str, old: str, new: str, starts: Mapping[str, Sequence[int]]
) -> None:
    """Let the parts of documents lie where they begin in a pack written in another's place."""
    tx.many(
        "UPDATE efile_parts SET object_key = :new, start = :start WHERE tenant = :tenant"
        " AND document_id = :document AND position = :position AND object_key = :old",
        [
            {"tenant": tenant, "document": name, "position": position, "start": start,
             "old": old, "new": new}
            for name, begins in starts.items()
            for position, start in enumerate(begins)
        ],
    )  # fmt: skip


def sum_up(tx: Transaction, documents: Sequence[Document]) -> None:
    """Add documents to their files: the latest names a file, the earliest opened it."""
    akten: dict[tuple[str, str], list[Document]] = {}
    vorgaenge: dict[tuple[str, str], list[Document]] = {}
    for each in documents:
        akten.setdefault((each.tenant, each.akte_id), []).append(each)
        vorgaenge.setdefault((each.tenant, each.vorgang_id), []).append(each)
    tx.many(_ADD_TO_AKTE, [_akte_row(each) for each in akten.values()])
    tx.many(_ADD_TO_VORGANG, [_vorgang_row(each) for each in vorgaenge.values()])
    for tenant in {tenant for tenant, _ in akten}:
        names.enter(tx, tenant, [akte for owner, akte in akten if owner == tenant])


def _akte_row(documents: Sequence[Document]) -> dict[str, object]:
    """Return the sum of documents of one file: the first says of which kind it is."""
    latest = max(documents, key=lambda each: (each.filed_at_us, each.id))
    first = min(documents, key=lambda each: (each.filed_at_us, each.id))
    return {
        "tenant": latest.tenant,
        "id": latest.akte_id,
        "aktenzeichen": latest.aktenzeichen,
        "title": latest.akte_title,
        "aktenplan": latest.aktenplan,
        "opened_at_us": first.filed_at_us,
        "changed_at_us": latest.filed_at_us,
        "named_by": latest.id,
        "documents": len(documents),
        "search_words": _search_words(latest.akte_title, latest.aktenzeichen),
        "kind": first.kind,
    }


@lru_cache(maxsize=10_000)
def _search_words(title: str, aktenzeichen: str) -> str:
    return "".join(f" {word}" for word in folded_words(f"{title} {aktenzeichen}"))


def _vorgang_row(documents: Sequence[Document]) -> dict[str, object]:
    first = documents[0]
    return {
        "tenant": first.tenant,
        "id": first.vorgang_id,
        "akte_id": first.akte_id,
        "title": first.vorgang,
        "opened_at_us": min(each.filed_at_us for each in documents),
    }


def _documents(
    tx: Transaction, condition: str, tenant: str, values: Mapping[str, object]
) -> list[Document]:
    """Return documents with their parts, oldest first; two queries however many there are."""
    rows = tx.all(
        f"SELECT d.* FROM efile_documents d WHERE d.tenant = :tenant AND {condition}"  # noqa: S608  one of a few fixed conditions
        " ORDER BY d.filed_at_us, d.id",
        tenant=tenant,
        **values,
    )
    if not rows:
        return []
    parts = tx.all(
        "SELECT p.* FROM efile_parts p WHERE p.tenant = :tenant AND p.document_id IN"  # noqa: S608  one of a few fixed conditions
        f" (SELECT d.id FROM efile_documents d WHERE d.tenant = :tenant AND {condition})"
        " ORDER BY p.document_id, p.position",
        tenant=tenant,
        **values,
    )
    by_document: dict[str, list[DocumentPart]] = {}
    for row in parts:
        part = DocumentPart(**{name: row[name] for name in _PART_COLUMNS})
        by_document.setdefault(row["document_id"], []).append(part)
    return [_document(row, by_document) for row in rows]


def _document(row: Row, parts: dict[str, list[DocumentPart]]) -> Document:
    values = {name: row[name] for name in _COLUMNS}
    return Document(**values, parts=tuple(parts.get(row["id"], ())))
