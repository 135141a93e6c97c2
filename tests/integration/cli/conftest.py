"""An installation that has worked once, and a copy of it with its objects for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.cli import main
from hub.demo import drops
from hub.demo.cast import BEISPIELHAUSEN
from tests.command_line import CommandLine, copy_of, quiet_logging
from tests.crash.house import House, build_house
from tests.s3_server import start_rclone


@pytest.fixture(scope="session")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two cases filed; their letters wait for a word processor; one notice was refused."""
    folder = tmp_path_factory.mktemp("cli")
    with start_rclone(folder / "buckets") as server:
        yield _worked(build_house(folder / "house", server))


def _worked(house: House) -> House:
    office = BEISPIELHAUSEN
    for family in office.xml:
        data = drops.case_data(family, office)
        house.drop(office.id, "fachverfahren", f"Falldaten_{family.case_id}.xml", data)
    for family in office.xml:
        data = drops.notice(family)
        house.drop(office.id, "fachverfahren", f"Bescheid_{family.case_id}.xml", data)
    bad = drops.notice(office.xml[0], amount="zwölf").replace(b"BS-", b"BS-X-")
    house.drop(office.id, "fachverfahren", "Bescheid_falsch.xml", bad)
    with quiet_logging():
        assert 0 == main(["--settings", str(house.folder / "hub.toml"), "run", "--once"])
    return house


@pytest.fixture
def command(
    worked: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[CommandLine]:
    with copy_of(worked, tmp_path) as house:
        yield CommandLine(house, capsys)
