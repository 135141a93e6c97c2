"""A round takes leftovers first, and nothing a sender does keeps the others waiting."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.names import original_name
from hub.channels.inbound.rules import Rules
from hub.core.clock import SystemClock
from hub.workers.pickup import _claim_round

HOUSE = SimpleNamespace(clock=SystemClock())


@pytest.fixture
def folder(tmp_path: Path) -> DropFolder:
    folder = DropFolder(tmp_path, Rules(ready="rename", batch=3))
    folder.prepare()
    return folder


def drop(folder: DropFolder, *names: str) -> None:
    """Put files there, the first one the oldest."""
    for at, name in enumerate(names, 1):
        (folder.path / name).write_bytes(b"<x/>")
        os.utime(folder.path / name, (at, at))


def claim_round(folder: DropFolder) -> list[str]:
    return [original_name(path) for path in _claim_round(folder, None, HOUSE)[0]]


def test_a_round_takes_the_oldest_files_up_to_its_limit(folder: DropFolder) -> None:
    drop(folder, "d", "c", "b", "a")

    assert ["d", "c", "b"] == claim_round(folder)


def test_what_a_former_process_had_claimed_comes_first_and_in_its_order(
    folder: DropFolder,
) -> None:
    drop(folder, "z", "y")
    claim_round(folder)
    drop(folder, "a", "b")

    assert ["z", "y", "a"] == claim_round(DropFolder(folder.path, folder.rules))


def test_a_leftover_that_stays_does_not_stop_the_channel(folder: DropFolder) -> None:
    """A file that still grows, and whose name its sender has used again, stays claimed."""
    drop(folder, "growing")
    claim_round(folder)
    drop(folder, "growing", "next")

    assert ["growing", "growing", "next"] == claim_round(folder)


def test_more_leftovers_than_a_round_holds_are_taken_in_turn(folder: DropFolder) -> None:
    drop(folder, "1", "2", "3", "4")
    claim_round(folder)
    folder.claim(["4"], lambda: "01975a00-0000-7000-8000-000000000001")

    assert 3 == len(claim_round(folder))
    assert 4 == len(folder.claimed())
