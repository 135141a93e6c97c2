"""Files go only when nobody is about to name them, however many look and wherever one dies."""

import os
import threading
from pathlib import Path

import pytest

from hub.store.shelf import removal
from hub.store.shelf.removal import hidden_files, old_names, put_back, remove_file

NAME = "ab" * 32


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file nobody touched for long."""
    path = tmp_path / NAME
    path.write_bytes(b"x")
    os.utime(path, (0, 0))
    return path


def names(path: Path) -> list[str]:
    return [one.name for one in path.parent.iterdir()]


def hide(path: Path) -> Path:
    """Leave a file as a process leaves it that dies after hiding it."""
    return path.rename(path.with_name(f".{NAME}.0123456789abcdef.removed"))


def test_an_old_file_goes(old: Path) -> None:
    assert (True, []) == (remove_file(old), names(old))


def test_a_file_that_was_just_touched_stays(old: Path) -> None:
    os.utime(old)

    assert (False, [NAME]) == (remove_file(old), names(old))


def test_a_file_touched_while_it_is_hidden_comes_back(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever keeps the bytes again touches the file in the moment before it is hidden."""
    look = removal._is_fresh

    def looked_then_touched(path: Path, fresh_s: float) -> bool:
        seen = look(path, fresh_s)
        if path == old:
            os.utime(path)
        return seen

    monkeypatch.setattr(removal, "_is_fresh", looked_then_touched)

    assert (False, [NAME]) == (remove_file(old), names(old))


def test_a_wanted_file_another_process_left_hidden_comes_back(old: Path) -> None:
    hidden = hide(old)
    os.utime(hidden)

    assert [hidden] == hidden_files(old)
    assert (False, [NAME]) == (remove_file(old), names(old))


def test_an_old_file_another_process_left_hidden_goes(old: Path) -> None:
    hide(old)

    assert {NAME} == old_names(old.parent)
    assert (True, []) == (remove_file(old), names(old))


def test_a_named_file_another_process_left_hidden_comes_back(old: Path) -> None:
    hide(old)
    put_back(old)

    assert [NAME] == names(old)


def test_many_nodes_remove_one_file_and_none_a_fresh_one(tmp_path: Path) -> None:
    """Bytes are kept again while six look whether they may go: they are always to be found."""
    path, stop, lost = tmp_path / NAME, threading.Event(), []

    def remove() -> None:
        while not stop.is_set():
            remove_file(path)

    removers = [threading.Thread(target=remove) for _ in range(6)]
    for one in removers:
        one.start()
    for _ in range(300):
        try:
            path.write_bytes(b"x")
            os.utime(path, (0, 0))
            os.utime(path)
        except FileNotFoundError:
            continue  # whoever keeps bytes writes them anew then
        # On its way back it may be missed by one look; what is lost is missed by all.
        if not any(path.exists() or hidden_files(path) for _ in range(1000)):
            lost.append(path)
    stop.set()
    for one in removers:
        one.join()

    assert [] == lost
