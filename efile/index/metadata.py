"""Metadata rows: Aktenplan ▸ Akte ▸ Vorgang ▸ Dokument ▸ parts.

Files and matters are summed up from their documents, and the sum does not depend on the order
in which documents arrive: that is why a rebuilt index equals the one that grew.
Every query names the tenant.
"""

from __future__ import annotations

from dataclasses import asdict, fields

from efile.errors import Conflict, NotFound
from efile.index.analysis import folded_words
from efile.model import Akte, AkteView, Document, DocumentPart, TextState, Vorgang
from efile.ports import Row, Transaction

_COLUMNS = tuple(f.name for f in fields(Document) if f.name != "parts")
_PART_COLUMNS = tuple(f.name for f in fields(DocumentPart))
_INSERT_DOCUMENT = (
    f"INSERT INTO efile_documents ({', '.join(_COLUMNS)}, text_state)"  # noqa: S608  column names of our own type
    f" VALUES ({', '.join(':' + name for name in _COLUMNS)}, :text_state)"
)
_INSERT_PART = (
    f"INSERT INTO efile_parts (tenant, document_id, {', '.join(_PART_COLUMNS)})"  # noqa: S608  column names of our own type
    f" VALUES (:tenant, :document_id, {', '.join(':' + name for name in _PART_COLUMNS)})"
)
_AKTE = (
    "SELECT tenant, id, aktenzeichen, title, aktenplan, opened_at_us, changed_at_us, documents"
    " FROM efile_akten WHERE tenant = :tenant"
)


def insert(tx: Transaction, document: Document, text_state: TextState) -> bool:
    """Enter the rows of a document; say whether it was new. :func:`sum_up` must follow.

    Raises:
        Conflict: the document is known with another manifest.
    """
    known = find_document(tx, document.tenant, document.id)
    if known is not None:
        if known.leaf != document.leaf:
            raise differs(document.id)
        return False
    head = asdict(document)
    parts = head.pop("parts")
    tx.run(_INSERT_DOCUMENT, **head, text_state=text_state)
    for part in parts:
        tx.run(_INSERT_PART, tenant=document.tenant, document_id=document.id, **part)
    return True


def differs(document_id: str) -> Conflict:
    """The document key is taken by another document."""
    return Conflict(
        "document_differs",
        remedy="Das Dokument mit eigenem Schlüssel ablegen; Abgelegtes wird nie ersetzt.",
        place=document_id,
    )


def find_document(tx: Transaction, tenant: str, document_id: str) -> Document | None:
    """Return the document, or None if this tenant has none of this name."""
    found = _documents(tx, "d.id = :key", tenant, document_id)
    return found[0] if found else None


def document(tx: Transaction, tenant: str, document_id: str) -> Document:
    """Return the document.

    Raises:
        NotFound: this tenant has none of this name.
    """
    found = find_document(tx, tenant, document_id)
    if found is None:
        raise NotFound(
            "document_missing",
            "Dieses Dokument gibt es nicht.",
            remedy="Dokument über die Akte oder die Suche öffnen.",
        )
    return found


def all_documents(tx: Transaction, tenant: str) -> list[Document]:
    """Return every document of the tenant."""
    return _documents(tx, "d.tenant = :key", tenant, tenant)


def akte_view(tx: Transaction, tenant: str, name: str) -> AkteView:
    """Return the file with this id or Aktenzeichen, its matters and its documents.

    Raises:
        NotFound: this tenant has no such file.
    """
    row = tx.one(f"{_AKTE} AND (id = :name OR aktenzeichen = :name)", tenant=tenant, name=name)
    if row is None:
        raise NotFound(
            "akte_missing",
            "Diese Akte gibt es nicht.",
            remedy="Aktenzeichen prüfen oder die Akte über die Suche öffnen.",
        )
    akte = Akte(**row)
    vorgaenge = tx.all(
        "SELECT id, akte_id, title, opened_at_us FROM efile_vorgaenge"
        " WHERE tenant = :tenant AND akte_id = :akte_id ORDER BY opened_at_us, id",
        tenant=tenant,
        akte_id=akte.id,
    )
    documents = _documents(tx, "d.akte_id = :key", tenant, akte.id)
    return AkteView(akte, tuple(Vorgang(**each) for each in vorgaenge), tuple(documents))


def akten(tx: Transaction, tenant: str, query: str, after: str | None, limit: int) -> list[Akte]:
    """Return files by Aktenzeichen, beginning behind ``after``.

    Every word of the query must begin a word of title or Aktenzeichen; a query that begins the
    Aktenzeichen itself also counts.
    """
    words = folded_words(query)
    conditions = [f"search_words LIKE :word{index} ESCAPE '!'" for index in range(len(words))]
    values: dict[str, object] = {
        f"word{index}": f"% {_literal(word)}%" for index, word in enumerate(words)
    }
    matches = f"(({' AND '.join(conditions)}) OR aktenzeichen LIKE :start ESCAPE '!')"
    sql = (
        f"{_AKTE} AND aktenzeichen > :after {'AND ' + matches if words else ''}"
        " ORDER BY aktenzeichen LIMIT :limit"
    )
    values |= {"start": _literal(query.strip()) + "%"} if words else {}
    rows = tx.all(sql, tenant=tenant, after=after or "", limit=limit, **values)
    return [Akte(**row) for row in rows]


def forget(tx: Transaction, tenant: str, document_id: str) -> None:
    """Take the rows of one document out; :func:`sum_up_again` must follow."""
    tx.run(
        "DELETE FROM efile_parts WHERE tenant = :tenant AND document_id = :id",
        tenant=tenant,
        id=document_id,
    )
    tx.run(
        "DELETE FROM efile_documents WHERE tenant = :tenant AND id = :id",
        tenant=tenant,
        id=document_id,
    )


def sum_up_again(tx: Transaction, tenant: str) -> None:
    """Make the rows of files and matters anew from the documents."""
    tx.run("DELETE FROM efile_akten WHERE tenant = :tenant", tenant=tenant)
    tx.run("DELETE FROM efile_vorgaenge WHERE tenant = :tenant", tenant=tenant)
    for each in all_documents(tx, tenant):
        sum_up(tx, each)


def sum_up(tx: Transaction, document: Document) -> None:
    """Add one document to its file: the latest names it, the earliest opened it."""
    tx.run(
        "INSERT INTO efile_akten (tenant, id, aktenzeichen, title, aktenplan, opened_at_us,"
        " changed_at_us, named_by, documents, search_words) VALUES (:tenant, :akte_id,"
        " :aktenzeichen, '', '', :at_us, -1, '', 0, '') ON CONFLICT (tenant, id) DO NOTHING",
        tenant=document.tenant,
        akte_id=document.akte_id,
        aktenzeichen=document.aktenzeichen,
        at_us=document.filed_at_us,
    )
    tx.run(
        "UPDATE efile_akten SET documents = documents + 1,"
        " opened_at_us = CASE WHEN :at_us < opened_at_us THEN :at_us ELSE opened_at_us END"
        " WHERE tenant = :tenant AND id = :akte_id",
        tenant=document.tenant,
        akte_id=document.akte_id,
        at_us=document.filed_at_us,
    )
    _name_akte(tx, document)
    tx.run(
        "INSERT INTO efile_vorgaenge (tenant, id, akte_id, title, opened_at_us)"
        " VALUES (:tenant, :id, :akte_id, :title, :at_us) ON CONFLICT (tenant, id) DO UPDATE SET"
        " opened_at_us = CASE WHEN excluded.opened_at_us < efile_vorgaenge.opened_at_us"
        " THEN excluded.opened_at_us ELSE efile_vorgaenge.opened_at_us END",
        tenant=document.tenant,
        id=document.vorgang_id,
        akte_id=document.akte_id,
        title=document.vorgang,
        at_us=document.filed_at_us,
    )


def _name_akte(tx: Transaction, document: Document) -> None:
    words = folded_words(f"{document.akte_title} {document.aktenzeichen}")
    tx.run(
        "UPDATE efile_akten SET title = :title, aktenplan = :aktenplan, named_by = :id,"
        " changed_at_us = :at_us, search_words = :words"
        " WHERE tenant = :tenant AND id = :akte_id AND (changed_at_us < :at_us"
        " OR (changed_at_us = :at_us AND named_by < :id))",
        tenant=document.tenant,
        akte_id=document.akte_id,
        id=document.id,
        title=document.akte_title,
        aktenplan=document.aktenplan,
        at_us=document.filed_at_us,
        words="".join(f" {word}" for word in words),
    )


def _documents(tx: Transaction, condition: str, tenant: str, key: str) -> list[Document]:
    """Return documents with their parts, oldest first; two queries however many there are."""
    rows = tx.all(
        f"SELECT d.* FROM efile_documents d WHERE d.tenant = :tenant AND {condition}"  # noqa: S608  one of three fixed conditions
        " ORDER BY d.filed_at_us, d.id",
        tenant=tenant,
        key=key,
    )
    parts = tx.all(
        "SELECT p.* FROM efile_parts p JOIN efile_documents d"  # noqa: S608  one of three fixed conditions
        " ON d.tenant = p.tenant AND d.id = p.document_id"
        f" WHERE d.tenant = :tenant AND {condition} ORDER BY p.document_id, p.position",
        tenant=tenant,
        key=key,
    )
    by_document: dict[str, list[DocumentPart]] = {}
    for row in parts:
        part = DocumentPart(**{name: row[name] for name in _PART_COLUMNS})
        by_document.setdefault(row["document_id"], []).append(part)
    return [_document(row, by_document) for row in rows]


def _document(row: Row, parts: dict[str, list[DocumentPart]]) -> Document:
    values = {name: row[name] for name in _COLUMNS}
    return Document(**values, parts=tuple(parts.get(row["id"], ())))


def _literal(text: str) -> str:
    """Return the text with LIKE's signs made harmless; ``!`` escapes."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
