"""Every document of an office that was found in storage."""

from __future__ import annotations

import json
import marshal
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from efile.model import Document, DocumentPart
from efile.objects import layout
from efile.recovery.ledger.book import Book

_AT_ONCE = 200
"""Documents noted together."""
_FORM = 2
"""Of what is written: in later ones equal documents need not give equal bytes."""
_HEAD = tuple(field.name for field in fields(Document) if field.name != "parts")
_head_of = attrgetter(*_HEAD)
_part_of = attrgetter(*(field.name for field in fields(DocumentPart)))
_COUNTS, _COPY, _REFUSED, _INDEXED = range(4)
"""How a document stands: it counts, it is the same once more, it claims the name of another, or
only the index knows it so."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the documents of one file have in objects of their own."""

    filed: tuple[DocumentPart, ...] = ()
    """Parts of documents that count."""
    indexed: tuple[DocumentPart, ...] = ()
    """Those of documents only the index knows so."""


class Documents:
    """Documents as their manifests say."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._fresh: list[tuple[object, ...]] = []
        book.execute(
            "CREATE TABLE document (n INTEGER PRIMARY KEY, id TEXT NOT NULL, akte TEXT NOT NULL,"
            " kind TEXT NOT NULL, leaf TEXT NOT NULL, filed INTEGER NOT NULL,"
            " standing INTEGER NOT NULL, apart INTEGER NOT NULL, content BLOB NOT NULL)"
        )
        book.execute("CREATE TABLE indexed (id TEXT PRIMARY KEY, leaf TEXT NOT NULL) WITHOUT ROWID")

    def enter(self, one: Document) -> None:
        """Note a document; :meth:`settle` must follow."""
        self._note(one, _COUNTS)

    def _note(self, one: Document, standing: int) -> None:
        self._fresh.append(
            (one.id, one.akte_id, one.kind, one.leaf, one.filed_at_us, standing, not one.packed,
             _written(one))
        )  # fmt: skip
        if len(self._fresh) == _AT_ONCE:
            self._flush()

    def settle(self, damaged: Collection[str]) -> list[Document]:
        """Find out which count of those with one name; return those that contradict another.

        Of equal ones the first that is whole counts; ``damaged`` are places of parts.
        """
        self._flush()
        self._book.execute("CREATE INDEX document_by_id ON document (id)")
        self._book.execute(
            "CREATE INDEX document_by_akte ON document (akte, standing, apart, kind)"
        )
        self._book.execute("CREATE INDEX document_by_leaf ON document (leaf, standing)")
        refused: list[Document] = []
        names = "SELECT id FROM document GROUP BY id HAVING count(*) > 1"
        for (name,) in self._book.execute(names).fetchall():
            refused += self._settle(name, damaged)
        return refused

    def _settle(self, name: str, damaged: Collection[str]) -> list[Document]:
        listed = "SELECT n, content FROM document WHERE id = ? ORDER BY n"
        there = [(n, _read(content)) for n, content in self._book.execute(listed, (name,))]
        first = there[0][1]
        equal = [(n, one) for n, one in there if one.leaf == first.leaf]
        whole = (n for n, one in equal if not any(p.place in damaged for p in one.parts))
        counts = next(whole, there[0][0])
        refused = [(n, one) for n, one in there if one.leaf != first.leaf]
        copies = [n for n, _ in equal if n != counts]
        self._book.executemany(
            "UPDATE document SET standing = ? WHERE n = ?",
            [*((_COPY, n) for n in copies), *((_REFUSED, n) for n, _ in refused)],
        )
        return [one for _, one in refused]

    def _flush(self) -> None:
        self._book.executemany(
            "INSERT INTO document (id, akte, kind, leaf, filed, standing, apart, content)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            self._fresh,
        )
        self._fresh.clear()

    def unlike(self, documents: Sequence[Document]) -> tuple[list[Document], set[str]]:
        """Return those that were not found just so, and the names that were found at all."""
        found: dict[str, set[bytes]] = {}
        for name, content in self._book.execute(
            "SELECT id, content FROM document WHERE id IN (SELECT value FROM json_each(?))"
            " AND standing < 2",
            (json.dumps([each.id for each in documents]),),
        ):
            found.setdefault(name, set()).add(content)
        other = [each for each in documents if _written(each) not in found.get(each.id, ())]
        return other, set(found)

    def by_file(self) -> Iterator[tuple[str, Parts]]:
        """Yield for every file the parts that lie in objects of its own, by its name."""
        rows = self._book.execute(
            "SELECT akte, standing, content FROM document WHERE apart AND standing IN (0, 3)"
            " ORDER BY akte, standing"
        )
        for akte, found in groupby(rows, itemgetter(0)):
            own: dict[int, list[DocumentPart]] = {_COUNTS: [], _INDEXED: []}
            for _, standing, content in found:
                own[standing] += _parts(marshal.loads(content)[1])  # noqa: S302  as below
            yield akte, Parts(tuple(own[_COUNTS]), tuple(own[_INDEXED]))

    def used(self, keys: Iterable[str]) -> set[str]:
        """Return those of the objects that documents lie in."""
        asked = {key: layout.akte_of(key) for key in keys}
        rows = self._book.execute(
            "SELECT content FROM document WHERE akte IN (SELECT value FROM json_each(?))"
            " AND standing = 0",
            (json.dumps(sorted(set(asked.values()))),),
        )
        return {p.object_key for (content,) in rows for p in _read(content).parts} & asked.keys()

    def of_two_kinds(self) -> list[str]:
        """Return files whose documents name different kinds."""
        rows = self._book.execute(
            "SELECT akte FROM document WHERE standing = 0 GROUP BY akte"
            " HAVING min(kind) <> max(kind) ORDER BY akte"
        )
        return [akte for (akte,) in rows]

    def are_indexed(self, documents: Iterable[Document]) -> None:
        """Take note that the index knows documents of these names."""
        rows = [(each.id, each.leaf) for each in documents]
        self._book.executemany("INSERT OR IGNORE INTO indexed (id, leaf) VALUES (?, ?)", rows)

    def unlogged(self) -> Iterator[Document]:
        """Yield documents as the index knows them whose leaf its log does not have."""
        for (content,) in self._book.execute(
            "SELECT content FROM indexed JOIN document USING (id, leaf) WHERE standing <> 2"
            " AND NOT EXISTS (SELECT 1 FROM logged WHERE logged.leaf = indexed.leaf)"
            " GROUP BY indexed.id"
        ):
            yield _read(content)

    def known_otherwise(self, documents: Iterable[Document]) -> None:
        """Note documents only the index knows so."""
        for one in documents:
            self._note(one, _INDEXED)
        self._flush()

    def unindexed(self) -> Iterator[Document]:
        """Yield the documents the index does not know."""
        for (content,) in self._book.execute(
            "SELECT content FROM document WHERE standing = 0 AND id NOT IN (SELECT id FROM indexed)"
        ):
            yield _read(content)

    def in_order(self) -> Iterator[tuple[Document, int | None]]:
        """Yield those the index does not know with their places in the log, in its order.

        What it has no place for comes last, in the order of its filing.
        """
        self._book.execute(
            "CREATE TABLE queue AS SELECT n, (SELECT max(place) FROM logged"
            " WHERE logged.leaf = document.leaf) AS place FROM document WHERE standing = 0"
            " AND id NOT IN (SELECT id FROM indexed) ORDER BY place IS NULL, place, filed, id"
        )
        for content, place in self._book.execute(
            "SELECT content, place FROM queue CROSS JOIN document ON document.n = queue.n"
            " ORDER BY queue.rowid"
        ):
            yield _read(content), place

    def counted(self) -> tuple[int, int]:
        """Return how many files there are, and documents."""
        row = self._book.execute(
            "SELECT count(DISTINCT akte), count(*) FROM document WHERE standing = 0"
        ).fetchone()
        return int(row[0]), int(row[1])


def _written(document: Document) -> bytes:
    parts = tuple(_part_of(part) for part in document.parts)
    return marshal.dumps((_head_of(document), parts), _FORM)


def _read(content: bytes) -> Document:
    head, parts = marshal.loads(content)  # noqa: S302  written by this process into a file of its own
    values: dict[str, Any] = dict(zip(_HEAD, head, strict=True))
    return Document(**values, parts=_parts(parts))


def _parts(written: Iterable[tuple[Any, ...]]) -> tuple[DocumentPart, ...]:
    return tuple(DocumentPart(*part) for part in written)
