"""Clearing storage behind a tombstone, interrupted at any point, hindered, and made good."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import DISPOSAL_STEPS
from tests.efile_house import EFileHouse, open_house
from tests.ending_files import approved_run, beside, carry_out, due_file, host

STEPS = [
    s for s in DISPOSAL_STEPS if s not in {"disposal_after_refiling", "disposal_after_repacking"}
]
"""Of a whole file of which nothing lies in clear."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("step", STEPS)
async def test_a_crash_between_any_two_steps_is_made_good(house: EFileHouse, step: str) -> None:
    akte = await due_file(house)
    run = await approved_run(house, akte)

    def stop(name: str) -> None:
        if name == step:
            raise RuntimeError(name)

    broken = beside(house, host(passing=stop))
    with pytest.raises(RuntimeError, match=step):
        await carry_out(broken)
    await house.efile.reconcile("muster")
    assert [] == house.snapshot()["documents"] == house.snapshot()["keys"]
    house.efile.keys.forget("muster", akte)
    await carry_out(house.efile)

    assert [] == [*house.folder.rglob(f"k/{akte}/*.json"), *house.folder.rglob(f"a/{akte}/*/*/*")]
    assert (
        run
        == json.loads(await house.efile.disposal.certificate("muster", run))["certificate"]["run"]
    )
    assert () == (await house.efile.verify("muster")).faults
