"""Moving a misfiled document is made good after a crash, and a copy brought back is found."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import DISPOSAL_STEPS, Misfiled
from tests.efile_house import EFileHouse, message, open_house, request
from tests.ending_files import TODAY, beside, by, carry_out, host


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path) as opened:
        await opened.efile.file(request(9, aktenzeichen="AZ 2"))
        await opened.efile.file_all([request(1, aktenzeichen="AZ 1")])
        await opened.efile.file_all([message(n, aktenzeichen="AZ 1") for n in (3, 4)])
        yield opened


async def approved(house: EFileHouse, title: str) -> None:
    view = await house.efile.akte("muster", "AZ 1")
    (document,) = [one.id for one in view.documents if one.title == title]
    room = house.efile.disposal
    run = await room.misfiled("muster", Misfiled(document, "AZ 2", "person", "x"), TODAY, by(1))
    await room.approve("muster", run.id, TODAY, by(2, "a.sommer"))


async def titles(house: EFileHouse, akte: str) -> list[str]:
    return sorted(one.title for one in (await house.efile.akte("muster", akte)).documents)


@pytest.mark.parametrize("step", [s for s in DISPOSAL_STEPS if s != "disposal_after_keys"])
async def test_a_crash_between_any_two_steps_is_made_good(house: EFileHouse, step: str) -> None:
    await approved(house, "Falldaten 3")

    def stop(name: str) -> None:
        if name == step:
            raise RuntimeError(name)

    with pytest.raises(RuntimeError, match=step):
        await carry_out(beside(house, host(passing=stop)))
    await house.efile.reconcile("muster")
    await carry_out(house.efile)

    assert ["Bescheid 1", "Falldaten 4"] == await titles(house, "AZ 1")
    assert ["Bescheid 9", "Falldaten 3", "Fehlablage berichtigt"] == await titles(house, "AZ 2")
    assert () == (await house.efile.verify("muster")).faults


@pytest.mark.parametrize("title", ["Bescheid 1", "Falldaten 3"])
async def test_a_copy_brought_back_is_found_cleared_and_never_entered(
    house: EFileHouse, title: str, tmp_path: Path
) -> None:
    shutil.copytree(house.folder, tmp_path / "before")
    await approved(house, title)
    await carry_out(house.efile)
    grown = house.snapshot()
    files = {path for path in house.folder.rglob("*") if path.is_file()}
    shutil.copytree(tmp_path / "before", house.folder, dirs_exist_ok=True)

    found = {fault.what for fault in (await house.efile.verify("muster")).faults}
    await house.efile.reconcile("muster")
    await carry_out(house.efile)

    assert {"destroyed_remains"} == found
    assert grown == house.snapshot()
    assert files == {path for path in house.folder.rglob("*") if path.is_file()}
    assert () == (await house.efile.verify("muster")).faults
