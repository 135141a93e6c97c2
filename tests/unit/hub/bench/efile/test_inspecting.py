"""An inspection is measured as it is: every page redacted, proven, approved by another, filed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile.inspection import room
from hub.bench.efile.corpus import Corpus
from hub.bench.efile.inspecting import Paper, inspected
from tests.efile_house import EFileHouse, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path) as opened:
        yield opened


async def test_every_page_of_every_document_is_redacted_and_proven(house: EFileHouse) -> None:
    found = await inspected(house.efile, Corpus("muster"), Paper(2, 1), [])

    assert found
    assert found.clean
    assert (2, 2, 2) == (found.documents, found.pages, found.pictured)
    assert found.seconds > found.search_seconds > 0
    assert found.rss_mb > found.children_mb > 0
    assert found.cpu_s_per_page > 0
    assert found.copy_mb > 0
    assert 0.5 < found.proof_share < 1


async def test_where_nothing_can_be_proven_nothing_is_measured(
    house: EFileHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PROGRAM", "no such program")

    assert await inspected(house.efile, Corpus("muster"), Paper(), []) is None
