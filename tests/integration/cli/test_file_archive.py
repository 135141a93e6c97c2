"""Offering and handing over from the command line, with the official schemas where they are."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from efile import HANDOVER_STEPS
from tests import archive_desk
from tests.archive_desk import SCHEMA, SHARED, WHY_SKIPPED, check_sums, unpack
from tests.command_line import OFFICE, CommandLine

pytestmark = [pytest.mark.s3]

TENANT = ("--tenant", OFFICE)
WHO = (*TENANT, "--actor", "k.winter")
WHY = (*WHO, "--reason", "Vermerk der Leitung")
needs_schema = pytest.mark.skipif(not SCHEMA.exists(), reason=WHY_SKIPPED)


def over(command: CommandLine, title: str) -> tuple[str, str]:
    """Open a file whose time is over; return its name and id."""
    opened = command("efile", "open", "--kind", "beistandschaft", "--title", title, *WHO,
                     "--json").json  # fmt: skip
    command("efile", "retention", "date", opened["aktenzeichen"], "ended", "2010-05-04", *WHY)
    return opened["aktenzeichen"], opened["id"]


def archive(command: CommandLine, *options: object) -> Any:
    answer = command("efile", "archive", *WHO, "--json", *options)
    assert 0 == answer.code, answer.err
    return answer.json


def heard(command: CommandLine, folder: Path, message: bytes, act: str = "--answer") -> Any:
    path = folder / "message.xml"
    path.write_bytes(message)
    return command("efile", "archive", *WHO, "--json", act, path, "--output", folder)


@needs_schema
def test_files_go_to_the_archive_and_are_free_afterwards(
    command: CommandLine, tmp_path: Path
) -> None:
    shutil.copytree(SHARED, command.house.folder / "schemas" / "xdomea")
    (one, first), (two, second) = over(command, "Öztürk, Elif"), over(command, "Kaya, Deniz")
    (offer,) = archive(command, "--offer", "--output", tmp_path / "out")["files"]
    process = Path(offer).name[:36]
    said = heard(command, tmp_path, archive_desk.appraisal(process, {first: "A", second: "V"}))
    made = archive(command, "--deliver", process, "--output", tmp_path / "out")
    package = unpack(Path(made["file"]))
    taken = heard(
        command, tmp_path, archive_desk.import_report(process, {first: "StA 7"}), "--confirm"
    )

    assert ({"A": [one], "V": [two]}, True) == (said.json["new"], said.json["checked"])
    assert f"{process}_Aussonderung.BewertungEmpfangBestaetigen.0505.zip" in said.json["answer"]
    assert ([first], []) == (package.akten, archive_desk.faults(package.message))
    assert 2 == sum(Path(made["file"]).name in check_sums(Path(path)) for path in made["sums"])
    assert ({"taken": [one]}, 0) == (taken.json["new"], taken.json["waiting"])
    free = command("efile", "retention", "list", *TENANT, "--json").json["akten"]
    assert {(one, "due"), (two, "due")} == {(each["aktenzeichen"], each["state"]) for each in free}
    (listed,) = archive(command)["processes"]
    assert (process, {"declined": 1, "taken": 1}) == (listed["process"], listed["states"])
    with sqlite3.connect(command.house.database) as database:
        rows = database.execute("SELECT action, case_key FROM journal ORDER BY seq").fetchall()
        looks = {action for (action,) in database.execute("SELECT action FROM access_log")}
    database.close()
    steps = [action for action, name in rows if name == one and action.startswith("archive")]
    assert ["archive_offered", "archive_wants", "archive_delivered", "archive_took"] == steps
    assert {"archive_offered", "archive_heard", "archive_delivered", "archive_viewed"} <= looks


def test_an_answer_that_cannot_be_is_told_in_words(command: CommandLine, tmp_path: Path) -> None:
    _, first = over(command, "Öztürk, Elif")
    (offer,) = archive(command, "--offer", "--output", tmp_path / "out")["files"]
    process = Path(offer).name[:36]
    twice = archive_desk.appraisal(process, [(first, "A"), (first, "V")])

    refused = heard(command, tmp_path, twice)
    hostile = heard(command, tmp_path, b'<!DOCTYPE x [<!ENTITY a "b">]>' + twice)
    foreign = heard(command, tmp_path, Path(offer).read_bytes())

    (objection,) = refused.json["objections"]
    assert (1, "appraisal_contradicts") == (refused.code, objection["code"])
    assert objection["place"].startswith(f"{first}, Zeile ")
    assert (1, True) == (hostile.code, "[doctype_forbidden]" in hostile.err)
    assert (1, True) == (foreign.code, "[archive_message_unexpected]" in foreign.err)
    shown = archive(command, "--show", process)["akten"]
    assert ["offered"] == [one["state"] for one in shown]
    assert "nicht geprüft" in command(
        "efile", "archive", *WHO, "--answer", _written(tmp_path, archive_desk.receipt(process, "0504"))
    ).out  # fmt: skip


def _written(folder: Path, message: bytes) -> Path:
    path = folder / "receipt.xml"
    path.write_bytes(message)
    return path


def test_a_delivery_that_was_killed_is_made_again(command: CommandLine, tmp_path: Path) -> None:
    _, first = over(command, "Öztürk, Elif")
    (offer,) = archive(command, "--offer", "--output", tmp_path)["files"]
    process = Path(offer).name[:36]
    heard(command, tmp_path, archive_desk.appraisal(process, {first: "A"}))
    deliver = ["efile", "archive", *WHO, "--deliver", process, "--output", str(tmp_path)]

    killed = subprocess.run(
        [sys.executable, "-m", "hub", "--settings", str(command.settings), *deliver],
        env=os.environ | {"AKTENHUB_FAILPOINT": HANDOVER_STEPS[0]},
        capture_output=True,
        check=False,
    )

    assert -signal.SIGKILL == killed.returncode, killed.stderr
    assert ["wanted"] == [one["state"] for one in archive(command, "--show", process)["akten"]]
    made = archive(command, "--deliver", process, "--output", tmp_path)
    assert [first] == unpack(Path(made["file"])).akten
    assert ["delivered"] == [one["state"] for one in archive(command, "--show", process)["akten"]]


def test_the_command_says_what_it_needs(command: CommandLine, tmp_path: Path) -> None:
    no_actor = command("efile", "archive", *TENANT, "--offer", "--output", tmp_path)
    no_folder = command("efile", "archive", *WHO, "--offer")
    nothing = command("efile", "archive", *WHO, "--offer", "--output", tmp_path)

    assert (2, 2, 0) == (no_actor.code, no_folder.code, nothing.code)
    assert "Es ist nichts anzubieten." in nothing.out
