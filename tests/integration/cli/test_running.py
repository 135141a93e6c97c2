"""The service from the command line: it works once, and never twice at a time."""

from __future__ import annotations

import fcntl

import pytest

from hub.demo import drops
from hub.demo.cast import BEISPIELHAUSEN
from tests.command_line import OFFICE, CommandLine

pytestmark = [pytest.mark.s3]


def _states(command: CommandLine) -> dict[str, int]:
    whole = command("journal", "balance", "--json").json
    return {name: whole[name] for name in ("received", "delivered", "clearing", "refused")}


def test_a_sent_file_is_taken_by_the_next_run(command: CommandLine, tmp_path) -> None:
    before = _states(command)
    file = tmp_path / "Falldaten_ALT.xml"
    file.write_bytes(drops.case_data(BEISPIELHAUSEN.csv[0], BEISPIELHAUSEN))
    command("send", file, "--tenant", OFFICE)
    answer = command("run", "--once")

    after = _states(command)
    assert 0 == answer.code
    assert (1, 1) == (
        after["received"] - before["received"], after["delivered"] - before["delivered"],
    )  # fmt: skip
    assert 0 == command("journal", "verify").code


def test_a_second_worker_is_refused(command: CommandLine) -> None:
    with (command.house.folder / "data" / "hub.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = command("run", "--once")

    assert (3, True) == (answer.code, "[already_running]" in answer.err)


def test_the_lock_is_given_back(command: CommandLine) -> None:
    assert (0, 0) == (command("run", "--once").code, command("run", "--once").code)


def test_the_balance_of_the_story_ties_out(command: CommandLine) -> None:
    states = _states(command)

    assert {"received": 5, "delivered": 2, "clearing": 2, "refused": 1} == states
    assert 0 == command("journal", "balance").code


def test_a_refused_message_names_its_places(command: CommandLine) -> None:
    [refused] = command("journal", "list", "--state", "refused", "--json").json["messages"]
    answer = command("journal", "show", refused["id"], "--json")

    [finding] = answer.json["findings"]
    assert "zwölf" in finding["message"]
    assert finding["line"]
    assert answer.json["remedy"]
    assert finding["message"] in command("journal", "show", refused["id"]).out


def test_letters_that_could_not_be_written_wait_for_a_human(command: CommandLine) -> None:
    cases = command("clearing", "list", "--tenant", OFFICE, "--json").json["clearing"]

    assert 2 == len(cases)
    released = command(
        "clearing", "release", cases[0]["id"], "--reason", "LibreOffice da", "--actor", "betrieb"
    )
    rejected = command(
        "clearing", "reject", cases[1]["id"], "--reason", "von Hand", "--actor", "betrieb"
    )
    assert (0, 0) == (released.code, rejected.code)
    assert [] == command("clearing", "list", "--json").json["clearing"]
    assert 0 == command("journal", "balance").code
