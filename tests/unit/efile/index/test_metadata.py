"""Rows: idempotent, strict about other manifests, summed up in any order."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from efile import Conflict
from efile.index import metadata
from efile.objects.manifest import describe
from tests.efile_house import SECRET, open_house, request


async def test_a_document_comes_back_as_it_went_in(tmp_path: Path) -> None:
    document, _ = describe(request(), SECRET)
    async with open_house(tmp_path) as house:
        assert await house.database.write(lambda tx: metadata.insert(tx, document, "none"))
        assert not await house.database.write(lambda tx: metadata.insert(tx, document, "none"))

        found = await house.database.read(lambda tx: metadata.document(tx, "muster", document.id))

    assert document == found


async def test_another_manifest_for_a_known_document_is_refused(tmp_path: Path) -> None:
    document, _ = describe(request(), SECRET)
    other = replace(document, leaf="0" * 64)
    async with open_house(tmp_path) as house:
        await house.database.write(lambda tx: metadata.insert(tx, document, "none"))

        with pytest.raises(Conflict, match="document_differs"):
            await house.database.write(lambda tx: metadata.insert(tx, other, "none"))


async def test_the_sum_of_a_file_does_not_depend_on_the_order(tmp_path: Path) -> None:
    documents = [
        describe(request(n, filed_at_us=at, akte_title=f"Name {n}"), SECRET)[0]
        for n, at in ((1, 5), (2, 9), (3, 9))
    ]
    sums = []
    for number, order in enumerate(itertools.permutations(documents)):
        async with open_house(tmp_path / str(number)) as house:
            for document in order:
                await house.database.write(
                    lambda tx, each=document: metadata.insert(tx, each, "none")
                )
                await house.database.write(lambda tx, each=document: metadata.sum_up(tx, each))
            sums.append((house.snapshot()["akten"], house.snapshot()["vorgaenge"]))

    assert all(sums[0] == each for each in sums)
    assert (3, 5, 9) == tuple(
        sums[0][0][0][name] for name in ("documents", "opened_at_us", "changed_at_us")
    )
