"""An installation whose storage is away: whatever works here needs no storage."""

from pathlib import Path

import pytest

from tests.command_line import AWAY, CommandLine
from tests.crash.house import House, build_house


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build_house(tmp_path / "house", AWAY)


@pytest.fixture
def command(house: House, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(house, capsys)
