"""A door to stand before: alone, or with the house at work behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.door import DoorStep, open_door


@pytest.fixture
async def step(tmp_path: Path) -> AsyncIterator[DoorStep]:
    async with open_door(tmp_path) as step:
        yield step


@pytest.fixture
async def living_step(tmp_path: Path) -> AsyncIterator[DoorStep]:
    async with open_door(tmp_path, children=True, working=True) as step:
        yield step
