"""What is noted on disk is what was seen, and says which of two documents counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from efile import Document, IntegrityBroken, StorageUnavailable
from efile.objects import manifest
from efile.recovery.ledger.book import Book, open_book
from efile.recovery.ledger.documents import Documents, Parts
from efile.recovery.ledger.leaves import Leaves
from efile.recovery.survey import Survey
from tests.efile_house import SECRET, message, request


def document(number: int = 1, **changes: object) -> Document:
    found, _ = manifest.describe(request(number), SECRET.names)
    return replace(found, **changes)


def packed(number: int, pack: str, start: int = 60) -> Document:
    described, _ = manifest.describe(message(number), SECRET.names, packed=True)
    return manifest.placed(described, pack, [start])


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with open_book(tmp_path / "notes") as opened:
        yield opened


def test_a_document_of_the_index_without_a_leaf_is_told(book: Book) -> None:
    documents, leaves = Documents(book), Leaves(book)
    documents.enter(document(1))
    documents.settle(set())
    documents.known_otherwise([document(2)])
    documents.are_indexed([document(1), document(2)])
    leaves.note([(0, document(1).leaf)])

    assert [document(2)] == list(documents.unlogged())


@pytest.fixture
def documents(book: Book) -> Documents:
    Leaves(book)
    return Documents(book)


def test_a_document_is_read_as_it_was_noted(documents: Documents) -> None:
    noted = [document(n, title="Bescheid ß 'x'\0") for n in range(3)]
    for one in noted:
        documents.enter(one)

    assert [] == documents.settle(set())
    assert ([], {one.id for one in noted}) == documents.unlike(noted)
    assert noted == [one for one, _ in documents.in_order()]
    assert (1, 3) == documents.counted()


def test_of_equal_documents_the_first_whole_one_counts(documents: Documents) -> None:
    first, second, third = (packed(1, f"v1/p/{name}") for name in ("aa", "bb", "cc"))
    for one in (first, second, third):
        documents.enter(one)

    assert [] == documents.settle({first.parts[0].place})
    assert ([], {first.id}) == documents.unlike([first, second, third])
    assert [(second, None)] == list(documents.in_order())


def test_where_none_is_whole_the_first_counts(documents: Documents) -> None:
    first, second = packed(1, "v1/p/aa"), packed(1, "v1/p/bb")
    for one in (first, second):
        documents.enter(one)

    documents.settle({first.parts[0].place, second.parts[0].place})
    assert [(first, None)] == list(documents.in_order())


def test_another_document_of_the_same_name_is_refused(documents: Documents) -> None:
    ours, theirs = document(1), document(1, leaf="00" * 32)
    for one in (ours, theirs):
        documents.enter(one)

    assert [theirs] == documents.settle(set())
    assert ([theirs], {ours.id}) == documents.unlike([ours, theirs])
    assert [(ours, None)] == list(documents.in_order())


def test_documents_come_in_the_order_of_the_log_and_then_of_their_filing(book: Book) -> None:
    documents, leaves = Documents(book), Leaves(book)
    filed = [document(n) for n in range(5)]
    for one in filed:
        documents.enter(one)
    documents.settle(set())
    leaves.note([(0, filed[3].leaf), (1, "ff" * 32), (2, filed[1].leaf)])
    documents.are_indexed([filed[2]])

    assert [(filed[3], 0), (filed[1], 2), (filed[0], None), (filed[4], None)] == list(
        documents.in_order()
    )
    leaves.account(["ff" * 32])
    assert [] == list(leaves.unaccounted())


def test_a_leaf_without_a_document_is_told(book: Book) -> None:
    documents, leaves = Documents(book), Leaves(book)
    documents.enter(document(1))
    documents.settle(set())
    leaves.note([(0, document(1).leaf), (1, document(2).leaf)])

    assert [1] == list(leaves.unaccounted())
    assert 2 == leaves.end


def test_what_only_the_index_knows_so_never_counts(documents: Documents) -> None:
    ours, theirs = document(1), document(1, title="anders")
    documents.enter(ours)
    documents.settle(set())
    documents.known_otherwise([theirs, document(2)])

    listed = Parts(ours.parts, (*theirs.parts, *document(2).parts))
    assert [(ours.akte_id, listed)] == list(documents.by_file())
    assert ([theirs, document(2)], {ours.id}) == documents.unlike([ours, theirs, document(2)])
    assert [ours] == list(documents.unindexed())


def test_files_of_two_kinds_are_told(documents: Documents) -> None:
    for one in (document(1), document(2, kind="beistandschaft"), document(3, akte_id="other")):
        documents.enter(one)
    documents.settle(set())

    assert [document(1).akte_id] == documents.of_two_kinds()


def test_contents_stand_beside_the_documents_of_their_file(book: Book) -> None:
    seen = Survey.blank(book)
    one, other = document(1), document(2, akte_id="0" * 36)
    mine, stray = one.parts[0].object_key, "v1/a/" + "f" * 36 + "/o/aa/bb"
    listed = [(mine, 20), (stray, 7), ("v1/a/", 1), (f"v1/a/{one.akte_id}-x/o", 2)]
    book.executemany("INSERT INTO object (key, size) VALUES (?, ?)", listed)
    for each in (one, other):
        seen.documents.enter(each)
    seen.documents.settle(set())

    found = [(sizes, parts.filed) for sizes, parts in seen.files()]

    assert ({mine: 20}, one.parts) in found
    assert ({}, other.parts) in found
    assert ({stray: 7}, ()) in found
    assert 5 == len(found)


def test_nothing_of_it_lies_in_the_folder(tmp_path: Path) -> None:
    with open_book(tmp_path / "notes") as opened:
        Documents(opened).enter(document())
        assert [] == list((tmp_path / "notes").iterdir())


def test_without_room_the_operator_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes").write_bytes(b"no folder")

    with (
        pytest.raises(StorageUnavailable, match="recovery_without_room"),
        open_book(tmp_path / "notes"),
    ):
        pass


def test_a_disk_that_is_full_later_is_told_as_well(tmp_path: Path) -> None:
    def fill() -> None:
        with open_book(tmp_path) as opened:
            opened.execute("PRAGMA max_page_count = 20")
            documents = Documents(opened)
            for number in range(400):
                documents.enter(document(number))

    with pytest.raises(StorageUnavailable, match="recovery_without_room"):
        fill()


@pytest.mark.parametrize("fault", [IntegrityBroken("x", "y", remedy="z"), OSError("elsewhere")])
def test_other_faults_pass_through(tmp_path: Path, fault: Exception) -> None:
    with pytest.raises(type(fault)), open_book(tmp_path):
        raise fault
