"""Folders that stay; what is lost without a sync is shown by the recorded write protocol."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from hub.disk import folders


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the folders that are synced from here on, in their order."""
    seen: list[str] = []
    fsync = os.fsync

    def listen(descriptor: int) -> None:
        seen.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", listen)
    return seen


def test_a_new_folder_and_the_way_up_to_it_are_synced(tmp_path: Path, synced: list[str]) -> None:
    folders.make(tmp_path / "outbox" / "office" / "cash")

    assert (tmp_path / "outbox" / "office" / "cash").is_dir()
    assert ["office", "outbox", tmp_path.name] == synced[:3]


def test_a_folder_beside_a_known_one_costs_one_sync(tmp_path: Path, synced: list[str]) -> None:
    folders.make(tmp_path / "office" / "cash")
    synced.clear()
    folders.make(tmp_path / "office" / "core")
    folders.make(tmp_path / "office" / "core")

    assert ["office"] == synced


def test_a_folder_that_was_removed_is_made_again(tmp_path: Path, synced: list[str]) -> None:
    folders.make(tmp_path / "day")
    (tmp_path / "day").rmdir()
    synced.clear()
    folders.make(tmp_path / "day")

    assert (tmp_path / "day").is_dir()
    assert [tmp_path.name] == synced


def test_one_that_somebody_made_before_is_synced_too(tmp_path: Path, synced: list[str]) -> None:
    (tmp_path / "there").mkdir()
    folders.make(tmp_path / "there")

    assert [tmp_path.name] == synced[:1]


def test_a_folder_that_does_not_sync_is_not_taken_for_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, synced: list[str]
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        with pytest.raises(OSError, match="input/output error"):
            folders.make(tmp_path / "outbox")
    folders.make(tmp_path / "outbox")

    assert [tmp_path.name] == synced[:1]
