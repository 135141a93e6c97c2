"""Events wake the one who scans; without them the scan alone must do."""

import threading
from pathlib import Path

import pytest

from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.rules import Rules
from hub.channels.inbound.watch import FolderWatch


@pytest.fixture
def folder(tmp_path: Path) -> DropFolder:
    folder = DropFolder(tmp_path / "inbox", Rules(ready="rename"))
    folder.prepare()
    return folder


def drop(folder: DropFolder, name: str) -> None:
    (folder.path / name).write_bytes(b"<x/>")


@pytest.mark.parametrize("way", ["write", "rename"])
def test_a_new_file_wakes(folder: DropFolder, way: str) -> None:
    woken = threading.Event()
    watch = FolderWatch(woken.set)
    watch.add(folder.path)
    watch.start()
    if way == "write":
        drop(folder, "a.xml")
    else:
        (folder.path / ".done" / "a.xml").write_bytes(b"<x/>")
        (folder.path / ".done" / "a.xml").rename(folder.path / "a.xml")
    heard = woken.wait(20)
    watch.stop()

    assert heard


def test_a_folder_that_cannot_be_watched_is_still_scanned(folder: DropFolder) -> None:
    watch = FolderWatch(lambda: None)
    watch.add(folder.path / "not there")
    watch.start()
    watch.stop()
    drop(folder, "a.xml")

    assert ["a.xml"] == folder.scan()


def test_stopping_a_watch_that_never_began_is_harmless() -> None:
    FolderWatch(lambda: None).stop()
