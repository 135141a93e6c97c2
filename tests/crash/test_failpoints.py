"""A kill and a fault between each pair of steps of the message path, a start, then the judge."""

from __future__ import annotations

import asyncio

import pytest

from efile import DISPOSAL_STEPS, INSPECTION_STEPS
from hub.app import serving
from hub.core import failpoint
from hub.demo import cast
from tests.crash import checker
from tests.crash.house import House, RegisterProgram, build_house, run_in_thread, tree
from tests.crash.state import State
from tests.crash.story import FOREIGN, drop_family, drop_story, drop_unit
from tests.s3_server import S3Server

pytestmark = pytest.mark.crash

assert serving.__name__, "importing the service declares every failpoint"
APART = (
    "letter_", "ask_", "unit_", "removal_", "decision_", "correction_", "bulk_", "post_",
    "archive_", "disposal_", "inspection_",
    "filing_after_parts", "filing_after_manifest",
)  # fmt: skip
"""What the plain story does not pass; each has a test here, beside this one, or at its door."""
OF_THE_PATH = sorted(name for name in failpoint.NAMES if not name.startswith(APART))
OF_LETTERS = sorted(name for name in failpoint.NAMES if name.startswith("letter_"))
OF_UNITS = [
    "unit_before_sidecar", "unit_after_sidecar", "unit_after_file", "unit_after_all",
    "unit_after_file:2", "pickup_before_clear", "filing_after_parts", "filing_after_parts:2",
    "filing_after_manifest",
]  # fmt: skip
"""While its files are brought together, and while its attachments get objects of their own."""
LATER = (
    "commit_after:2", "commit_before:2", "group_before_end:2", "group_before_act:2", "intake_after_commit:2",
    "outbox_before_sidecar:4", "pickup_before_clear:2", "refuse_after:2", "travel_after_decide:2",
    "batch_after_number:2", "batch_after_promise:2", "claim_after_file:4", "clear_after_file:3",
    "database_after_commit:9", "database_before_commit:9", "file_after_name:5",
    "filing_after_pack:2",
)  # fmt: skip
"""Passes in the middle of the work: beside what is under way, something is already done."""
FATES = {
    "ask_before_mark": ("confirmed", 2), "ask_before": ("unknown", 1),
    "ask_after": ("unknown", 1), "ask_after_commit": ("confirmed", 1),
}  # fmt: skip
"""What becomes of a request to a partner who cannot tell whether it came: sent at most once."""
AFTER_A_FAULT = FATES | {"ask_before_mark": ("dead", 1)}
"""Nothing had left, but nobody foresaw it: a human releases it."""


def test_there_are_enough_points_and_every_one_has_a_test() -> None:
    tested = {*OF_THE_PATH, *OF_LETTERS, *OF_UNITS, *FATES}
    apart = failpoint.NAMES - tested

    assert 55 <= len(failpoint.NAMES)
    assert apart == {
        *DISPOSAL_STEPS, *INSPECTION_STEPS,
        "archive_removing", "archive_sealed", "archive_written",
        "bulk_after_begin", "correction_before_enter", "decision_after_commit",
        "decision_before_commit", "post_before_answer", "removal_before_file",
        "removal_before_note", "removal_hidden", "unit_between_names",
    }  # fmt: skip


@pytest.mark.parametrize("point", [*OF_THE_PATH, *LATER])
def test_a_kill_loses_and_doubles_nothing(house: House, point: str) -> None:
    drop_story(house)

    assert house.dies_at(point), house.log[-2000:]
    assert [] == checker.unsafe(house)
    assert 0 == house.run_once(), house.log[-2000:]
    assert [] == checker.faults(house)


@pytest.mark.parametrize("point", OF_THE_PATH)
def test_a_fault_nobody_foresaw_loses_and_doubles_nothing(house: House, point: str) -> None:
    drop_story(house)

    house.run_once(f"{point}!")
    assert "PlantedFault" in house.log
    assert [] == checker.unsafe(house)
    assert 0 == house.run_once(), house.log[-2000:]
    # What was stopped for a human is released; everything else went on by itself.
    if house.release("unforeseen"):
        assert 0 == house.run_once(), house.log[-2000:]
    assert [] == checker.faults(house)


@pytest.mark.parametrize("point", OF_UNITS)
@pytest.mark.parametrize("kind", ["", "!"], ids=["kill", "fault"])
def test_a_unit_stays_whole(house: House, point: str, kind: str) -> None:
    drop_unit(house)

    code = house.run_once(point + kind)
    assert kind or code < 0, house.log[-2000:]
    assert 0 == house.run_once(), house.log[-2000:]
    if house.release("unforeseen"):
        assert 0 == house.run_once(), house.log[-2000:]
    assert [] == checker.faults(house)
    assert [] == _unit_faults(house)


@pytest.mark.parametrize("kind", ["", "!"], ids=["kill", "fault"])
def test_a_unit_that_is_being_given_back_stays_whole(house: House, kind: str) -> None:
    drop_unit(house)
    assert house.dies_at("unit_after_sidecar")
    [scan] = (house.folder / "inbox").rglob("Scan.tif")
    withdrawn = scan.rename(house.folder / "Scan.tif")

    house.run_once(f"unit_between_names{kind}")
    withdrawn.rename(scan)
    assert 0 == house.run_once(), house.log[-2000:]
    assert [] == checker.faults(house)
    assert [] == _unit_faults(house)


def _unit_faults(house: House) -> list[str]:
    """Return what is wrong where one message with two attachments came."""
    state = State.read(house)
    filed = [entry for entry in state.journal if entry["action"] == "filed"]
    attachments = sum('"Dokument"' in entry["facts"] for entry in filed)
    states = [message["state"] for message in state.messages]
    return [] if (states, attachments) == (["closed"], 2) else [f"{states} {attachments}"]


@pytest.mark.office
@pytest.mark.parametrize("point", OF_LETTERS)
@pytest.mark.parametrize("kind", ["", "!"], ids=["kill", "fault"])
def test_a_letter_is_filed_once(
    tmp_path_factory: pytest.TempPathFactory, s3_server: S3Server, point: str, kind: str
) -> None:
    house = build_house(tmp_path_factory.mktemp("h") / "house", s3_server, soffice="soffice")
    drop_family(house, cast.MUSTERSTADT, cast.MUSTERSTADT.xml[1])

    code = house.run_once(point + kind)
    assert kind or code < 0, house.log[-2000:]
    assert [] == checker.unsafe(house)
    assert 0 == house.run_once(), house.log[-2000:]
    if house.release("unforeseen"):
        assert 0 == house.run_once(), house.log[-2000:]
    assert [] == checker.faults(house)
    assert ["closed", "closed"] == [m["state"] for m in State.read(house).messages]


@pytest.mark.parametrize("point", FATES)
async def test_a_request_on_its_way_is_not_repeated(house: House, point: str) -> None:
    drop_family(house, cast.MUSTERSTADT, FOREIGN)
    async with RegisterProgram(house):
        assert await asyncio.to_thread(house.dies_at, point), house.log[-2000:]
        assert [] == checker.unsafe(house)
        assert 0 == await run_in_thread(house)
        assert 0 == await run_in_thread(house)

    assert FATES[point] == _fate(house)
    assert [] == checker.faults(house)


@pytest.mark.parametrize("point", AFTER_A_FAULT)
async def test_a_request_is_not_repeated_after_a_fault_nobody_foresaw(
    house: House, point: str
) -> None:
    drop_family(house, cast.MUSTERSTADT, FOREIGN)
    async with RegisterProgram(house):
        await run_in_thread(house, f"{point}!")
        assert [] == checker.unsafe(house)
        assert 0 == await run_in_thread(house)

        assert AFTER_A_FAULT[point] == _fate(house)
        if await asyncio.to_thread(house.release, "unforeseen"):
            assert 0 == await run_in_thread(house)
            assert ("confirmed", 2) == _fate(house)
    assert [] == checker.faults(house)


def _fate(house: House) -> tuple[str, int]:
    """Return the state of the first request, and how often it was tried; doubt is for a human."""
    state = State.read(house)
    requests = [promise for promise in state.promises if promise["queue"] == "deliver:azr"]
    asked = min(requests, key=lambda promise: promise["lane_seq"])
    codes = [case["code"] for case in state.clearings if case["promise_id"] == asked["id"]]
    assert (asked["state"] == "unknown") == ("outcome_unknown" in codes)
    return asked["state"], asked["attempts"]


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
        "recover_after",
        "group_before_end",
        "recover_after",
    ):
        assert house.dies_at(point), point
        assert [] == checker.unsafe(house)
    assert 0 == house.run_once()
    assert [] == checker.faults(house)
