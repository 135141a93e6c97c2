"""Rows: as they went in, one tenant apart from the other, summed up in any order."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from efile import Document, FiledDocument
from efile.index import metadata
from efile.objects.manifest import describe
from efile.ports import Row, Transaction
from hub.store.sqlite import SqliteTransaction
from tests.efile_house import SECRET, open_house, request

Reading = Callable[[Transaction, FiledDocument], Iterable[Document]]


async def test_a_document_comes_back_as_it_went_in(tmp_path: Path) -> None:
    documents = [describe(request(number), SECRET.names)[0] for number in range(250)]
    async with open_house(tmp_path) as house:
        await house.database.write(
            lambda tx: metadata.insert(tx, [(each, "none") for each in documents])
        )

        one = await house.database.read(lambda tx: metadata.document(tx, "muster", documents[7].id))
        ids = [each.id for each in documents]
        several = await house.database.read(
            lambda tx: metadata.find_documents(tx, "muster", [*ids[:205], "unknown"])
        )
        foreign = await house.database.read(lambda tx: metadata.find_documents(tx, "andere", ids))

    assert documents[7] == one
    assert {each.id: each for each in documents[:205]} == several
    assert {} == foreign


@pytest.mark.parametrize(
    "read",
    [
        lambda tx, one: metadata.of_file(tx, "muster", one.akte_id),
        lambda tx, one: metadata.of_files(tx, "muster", [one.akte_id, "b"]),
        lambda tx, one: metadata.find_documents(tx, "muster", [one.id, "b", "c"]).values(),
    ],
    ids=["one file", "files", "documents"],
)
async def test_documents_are_read_without_walking_through_the_office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Reading
) -> None:
    plans: list[str] = []
    real = SqliteTransaction.all

    def explaining(self: SqliteTransaction, sql: str, **values: object) -> list[Row]:
        plans.extend(step["detail"] for step in real(self, f"EXPLAIN QUERY PLAN {sql}", **values))
        return real(self, sql, **values)

    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request())
        monkeypatch.setattr(SqliteTransaction, "all", explaining)
        found = await house.database.read(lambda tx: list(read(tx, filed)))

    assert [filed.id] == [each.id for each in found]
    assert [] == [step for step in plans if re.search(r"^SCAN (?!SUBQ)|\(tenant=\?\)$", step)]


@pytest.mark.parametrize("together", [True, False])
async def test_the_sum_of_a_file_does_not_depend_on_the_order(
    tmp_path: Path, *, together: bool
) -> None:
    documents = [
        describe(request(n, filed_at_us=at, akte_title=f"Name {n}"), SECRET.names)[0]
        for n, at in ((1, 5), (2, 9), (3, 9))
    ]
    sums = []
    for number, order in enumerate(itertools.permutations(documents)):
        async with open_house(tmp_path / str(number)) as house:
            for group in [order] if together else [[each] for each in order]:
                await house.database.write(
                    lambda tx, group=group: metadata.insert(tx, [(each, "none") for each in group])
                )
                await house.database.write(lambda tx, group=group: metadata.sum_up(tx, group))
            sums.append((house.snapshot()["akten"], house.snapshot()["vorgaenge"]))

    assert all(sums[0] == each for each in sums)
    latest = max(documents[1:], key=lambda each: each.id)
    assert (3, 5, 9, latest.akte_title) == tuple(
        sums[0][0][0][name] for name in ("documents", "opened_at_us", "changed_at_us", "title")
    )
