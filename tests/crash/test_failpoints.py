"""kill -9 between each pair of steps of the message path, then a start, then the judge."""

from __future__ import annotations

import asyncio

import pytest

from hub import app
from hub.core import failpoint
from hub.demo import cast
from tests.crash import checker
from tests.crash.house import PATIENCE_S, House, RegisterProgram, build_house, run_in_thread, tree
from tests.crash.state import State
from tests.crash.story import FOREIGN, drop_family, drop_story, drop_unit
from tests.s3_server import S3Server

pytestmark = pytest.mark.crash

assert app.CLOCK, "importing hub.app declares every failpoint"
OF_LETTERS = {name for name in failpoint.NAMES if name.startswith("letter_")}
OF_THE_REGISTER = {name for name in failpoint.NAMES if name.startswith("ask_")}
OF_UNITS = {name for name in failpoint.NAMES if name.startswith("unit_")}
OF_THE_ARCHIVE = {name for name in failpoint.NAMES if name.startswith("archive_")}
"""They have their own test."""
OF_THE_PATH = failpoint.NAMES - OF_LETTERS - OF_THE_REGISTER - OF_UNITS - OF_THE_ARCHIVE
LATER = (
    "commit_after:2", "commit_before:2", "group_before_end:2", "group_before_act:2", "intake_after_commit:2",
    "outbox_before_sidecar:4", "pickup_before_clear:2", "refuse_after:2", "travel_after_decide:2",
    "batch_after_number:2", "batch_after_promise:2",
)  # fmt: skip
"""Passes in the middle of the work: beside what is under way, something is already done."""


@pytest.mark.parametrize("point", sorted(OF_THE_PATH) + sorted(LATER))
def test_a_kill_loses_and_doubles_nothing(house: House, point: str) -> None:
    drop_story(house)

    assert house.dies_at(point), house.log[-2000:]
    assert [] == checker.unsafe(house)
    assert 0 == house.run_once(), house.log[-2000:]
    assert [] == checker.faults(house)


@pytest.mark.parametrize("point", sorted(OF_THE_PATH))
def test_a_fault_nobody_foresaw_loses_and_doubles_nothing(house: House, point: str) -> None:
    drop_story(house)

    house.run_once(f"{point}!")
    assert "PlantedFault" in house.log
    assert [] == checker.unsafe(house)
    assert 0 == house.run_once(), house.log[-2000:]
    # What was stopped for a human is released; everything else went on by itself.
    for case in State.read(house).clearings:
        if case["code"] == "unforeseen" and case["state"] == "open":
            words = ("--actor", "pruefer", "--reason", "Fehler behoben.")
            assert 0 == house.start("clearing", "release", case["id"], *words).wait(PATIENCE_S)
    assert 0 == house.run_once(), house.log[-2000:]
    assert [] == checker.faults(house)


@pytest.mark.parametrize("point", [*sorted(OF_UNITS), "unit_after_file:2", "pickup_before_clear"])
def test_a_kill_while_a_unit_is_claimed_keeps_it_whole(house: House, point: str) -> None:
    drop_unit(house)

    assert house.dies_at(point), house.log[-2000:]
    assert 0 == house.run_once(), house.log[-2000:]
    assert [] == checker.faults(house)
    assert ["closed"] == [m["state"] for m in State.read(house).messages]
    filed = [e for e in State.read(house).journal if e["action"] == "filed"]
    assert 2 == sum('"Dokument"' in e["facts"] for e in filed)


@pytest.mark.office
@pytest.mark.parametrize("point", sorted(OF_LETTERS))
def test_a_kill_during_a_letter_files_it_once(
    tmp_path_factory: pytest.TempPathFactory, s3_server: S3Server, point: str
) -> None:
    house = build_house(tmp_path_factory.mktemp("h") / "house", s3_server, soffice="soffice")
    drop_family(house, cast.MUSTERSTADT, cast.MUSTERSTADT.xml[1])

    assert house.dies_at(point), house.log[-2000:]
    assert [] == checker.unsafe(house)
    assert 0 == house.run_once(), house.log[-2000:]
    assert [] == checker.faults(house)
    assert ["closed", "closed"] == [m["state"] for m in State.read(house).messages]


@pytest.mark.parametrize("point", sorted(OF_THE_REGISTER))
async def test_a_request_on_its_way_becomes_unknown_and_is_not_repeated(
    house: House, point: str
) -> None:
    drop_family(house, cast.MUSTERSTADT, FOREIGN)
    async with RegisterProgram(house):
        assert await asyncio.to_thread(house.dies_at, point), house.log[-2000:]
        assert [] == checker.unsafe(house)
        assert 0 == await run_in_thread(house)
        assert 0 == await run_in_thread(house)

    state = State.read(house)
    asked = [p for p in state.promises if p["queue"] == "deliver:azr"]
    assert [("unknown", 1)] == [(p["state"], p["attempts"]) for p in asked]
    [case] = [c for c in state.clearings if c["promise_id"] == asked[0]["id"]]
    assert "outcome_unknown" == case["code"]
    assert [] == checker.faults(house)


def test_starting_again_changes_nothing(house: House) -> None:
    drop_story(house)
    assert house.dies_at("commit_after:2")
    assert 0 == house.run_once()
    before = (checker.fingerprint(house), tree(house.folder), tree(house.buckets))

    assert 0 == house.run_once()

    assert before == (checker.fingerprint(house), tree(house.folder), tree(house.buckets))


def test_a_second_crash_during_recovery_is_survived(house: House) -> None:
    drop_story(house)

    for point in (
        "pickup_after_claim",
        "intake_after_commit",
        "commit_before:2",
        "group_before_end",
    ):
        assert house.dies_at(point), point
        assert [] == checker.unsafe(house)
    assert 0 == house.run_once()
    assert [] == checker.faults(house)
