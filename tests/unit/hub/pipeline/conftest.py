"""A world without parsers, and one with real children."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.message_house import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A house whose parsers are not started."""
    async with open_world(tmp_path) as world:
        yield world


@pytest.fixture
async def living_world(tmp_path: Path) -> AsyncIterator[World]:
    """A house with a real child that parses."""
    async with open_world(tmp_path, children=True) as world:
        yield world
