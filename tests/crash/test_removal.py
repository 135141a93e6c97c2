"""A kill and a fault while payloads are removed whose time is over: proof and files stay true."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tests.crash import checker
from tests.crash.house import House
from tests.crash.state import State
from tests.crash.story import drop_story

pytestmark = pytest.mark.crash
DAYS_US = 10 * 86_400_000_000


def grow_old(house: House) -> None:
    """Let the house keep payloads for a day, and make those it has ten days old."""
    settings = house.folder / "hub.toml"
    rule = "[retention]\npayload_days = 1\n"
    settings.write_text(rule + settings.read_text(encoding="utf-8"), encoding="utf-8")
    with sqlite3.connect(house.database) as database:
        database.execute("UPDATE payload SET kept_us = kept_us - ?", (DAYS_US,))
    database.close()
    for path in payload_files(house):
        then = path.stat().st_mtime - DAYS_US / 1_000_000
        os.utime(path, (then, then))


def payload_files(house: House) -> list[Path]:
    """Return the files that hold payloads, hidden ones as well."""
    return [path for path in (house.folder / "data" / "payloads").glob("??/*") if path.is_file()]


@pytest.mark.parametrize("point", ["removal_before_file", "removal_hidden", "removal_before_note"])
@pytest.mark.parametrize("kind", ["", "!"], ids=["kill", "fault"])
def test_a_removal_that_breaks_off_is_finished(house: House, point: str, kind: str) -> None:
    drop_story(house)
    assert 0 == house.run_once(), house.log[-2000:]
    grow_old(house)

    house.run_once(point + kind)
    assert [1] == [row["file_left"] for row in State.read(house).removed if row["size"] > 150_000]
    assert [] == checker.unsafe(house)
    assert 0 == house.run_once(), house.log[-2000:]

    left = State.read(house)
    assert {0} == {row["file_left"] for row in left.removed}
    assert [] == payload_files(house)
    assert [] == checker.faults(house)
