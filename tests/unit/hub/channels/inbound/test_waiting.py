"""Who waits: in the declared order, complete by their clock, left alone when it fails."""

import os
import re
import time
from pathlib import Path

import pytest

from hub.channels.inbound import waiting
from hub.channels.inbound.folder import DropFolder
from hub.channels.inbound.rules import Rules
from hub.channels.inbound.waiting import Waiting

NUMBER = re.compile(r"_(\d+)\.")


def folder_at(path: Path, rules: Rules) -> Waiting:
    folder = DropFolder(path / "inbox", rules)
    folder.prepare()
    return Waiting(folder.path, rules)


def drop(path: Path, name: str, age_s: float = 0.0) -> Path:
    file = path / "inbox" / name
    file.write_bytes(b"<x/>")
    at = time.time() - age_s
    os.utime(file, (at, at))
    return file


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("mtime", ["c_2.xml", "a_10.xml", "b_9.xml", "d.xml"]),
        ("name", ["a_10.xml", "b_9.xml", "c_2.xml", "d.xml"]),
        ("number", ["c_2.xml", "b_9.xml", "a_10.xml", "d.xml"]),
    ],
)
def test_files_come_in_the_declared_order(tmp_path: Path, order: str, expected: list[str]) -> None:
    files = folder_at(tmp_path, Rules(ready="rename", order=order, number=NUMBER))
    for age, name in ((3, "a_10.xml"), (2, "b_9.xml"), (4, "c_2.xml"), (1, "d.xml")):
        drop(tmp_path, name, age)

    assert expected == files.next(10)


def test_one_scan_serves_many_rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = folder_at(tmp_path, Rules(ready="rename", order="name", scan_s=1000))
    for number in range(10):
        drop(tmp_path, f"{number}.xml")
    first = files.next(4)
    with monkeypatch.context() as patch:
        patch.setattr(waiting.os, "scandir", None)
        following = [files.next(4), files.next(4)]

    assert [["0.xml", "1.xml", "2.xml", "3.xml"], 4, 2] == [first, *map(len, following)]
    assert 10 == len(files.next(100))


def test_a_scan_that_is_too_old_is_made_anew(tmp_path: Path) -> None:
    files = folder_at(tmp_path, Rules(ready="rename", order="name", scan_s=0.0))
    drop(tmp_path, "b.xml")
    drop(tmp_path, "c.xml")
    files.next(1)
    drop(tmp_path, "a.xml")

    assert ["a.xml"] == files.next(1)


def test_a_file_that_cannot_be_taken_is_left_alone_for_longer_and_longer(tmp_path: Path) -> None:
    files = folder_at(tmp_path, Rules(ready="rename"))
    drop(tmp_path, "a.xml")
    once = files.set_back("a.xml"), files.next(1), files.unsettled
    twice = files.set_back("a.xml"), files.next(1), files.unsettled
    files.set_back("a.xml")
    often = files.set_back("a.xml"), files.next(1), files.unsettled
    files.forget("a.xml")

    assert (1, ["a.xml"], True) == (once[0], once[1], True)
    assert (2, [], True) == twice
    assert (4, [], False) == often
    assert ["a.xml"] == files.next(1)


def test_the_file_servers_clock_decides_on_the_age(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server whose clock is behind gives a fresh file a time that looks old to us."""
    files = folder_at(tmp_path, Rules(ready="stable", settle_s=0.05, scan_s=0.0))
    path = drop(tmp_path, "a.xml", age_s=600)
    behind = path.stat().st_mtime_ns
    monkeypatch.setattr(waiting, "_their_now_ns", lambda _: behind + 1_000)
    files.next(1)
    time.sleep(0.06)
    fresh = files.next(1)
    monkeypatch.setattr(waiting, "_their_now_ns", lambda _: behind + 60_000_000)

    assert [] == fresh
    assert ["a.xml"] == files.next(1)


def test_our_probe_file_is_no_message(tmp_path: Path) -> None:
    files = folder_at(tmp_path, Rules(ready="stable", settle_s=0.0, scan_s=0.0))
    drop(tmp_path, "a.xml", age_s=1)
    files.next(1)

    assert ["a.xml"] == files.next(10)
    assert (tmp_path / "inbox" / ".claimed" / waiting.PROBE).exists()
    assert [] == DropFolder(tmp_path / "inbox").claimed()


def test_a_file_somebody_here_has_open_for_writing_is_not_complete(tmp_path: Path) -> None:
    files = folder_at(tmp_path, Rules(ready="stable", settle_s=0.0, scan_s=0.0))
    path = drop(tmp_path, "a.xml", age_s=1)
    with path.open("ab"):
        during = [files.next(1), files.next(1)]

    assert [[], []] == during
    assert ["a.xml"] == files.next(1)
