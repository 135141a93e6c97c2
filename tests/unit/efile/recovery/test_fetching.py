"""Recovery never asks the index for a whole office at once, however little is read at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from efile.index import entries, log, metadata
from hub.store.sqlite import SqliteTransaction
from tests.efile_house import message, open_house, request

COUNT = 40


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "_PAGE", 3)
    monkeypatch.setattr(entries, "_FILES", 2)
    monkeypatch.setattr(log, "_PAGE", 3)


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rows each query brought."""
    counted: list[int] = []
    real: Callable[..., list[dict[str, Any]]] = SqliteTransaction.all

    def counting(self: SqliteTransaction, sql: str, **values: object) -> list[dict[str, Any]]:
        rows = real(self, sql, **values)
        counted.append(len(rows))
        return rows

    monkeypatch.setattr(SqliteTransaction, "all", counting)
    return counted


@pytest.mark.parametrize("what", ["verify", "rebuild", "reconcile"])
async def test_no_query_brings_more_than_a_portion(
    tmp_path: Path, brought: list[int], what: str
) -> None:
    async with open_house(tmp_path) as house:
        for first in range(0, COUNT, 8):
            some = range(first, first + 8)
            filed = [(message if n % 2 else request)(n, aktenzeichen=f"AZ {n // 2}") for n in some]
            await house.efile.file_all(filed)
            await house.efile.proof.sign("muster")
        grown, log_of_house = house.snapshot(), house.log()
        brought.clear()

        assert () == (await getattr(house.efile, what)("muster")).faults

        assert COUNT // 2 >= max(brought)
        assert (grown, log_of_house) == (house.snapshot(), house.log())
