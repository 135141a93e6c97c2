"""A group that fails in a way nobody foresaw still tells each of its waiters."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hub.channels.outbound.folder import OutboxFolder


async def test_an_unforeseen_fault_reaches_every_waiter_and_the_next_file_is_written(
    tmp_path: Path,
) -> None:
    folder = OutboxFolder(tmp_path)
    no_bytes: Any = 7

    async with asyncio.timeout(5):
        with pytest.raises(TypeError):
            await folder.put("a.txt", no_bytes, "p-1")
        await folder.put("b.txt", b"b", "p-2")

    assert b"b" == (tmp_path / "b.txt").read_bytes()
