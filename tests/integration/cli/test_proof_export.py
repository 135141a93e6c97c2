"""A proof package from the command line, out of a real S3 server, judged by its own script."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from hub.demo.cast import BEISPIELHAUSEN
from tests.command_line import OFFICE, CommandLine
from tests.proof_package import SCRIPT

pytestmark = [pytest.mark.s3]

FAMILY = BEISPIELHAUSEN.xml[0]
WHY = ("--reason", "Vorlage beim Familiengericht", "--actor", "k.winter")


def test_a_package_is_written_proven_and_journalled(command: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "out" / "paket.zip"
    target.parent.mkdir()
    answer = command("efile", "export", "--proof", FAMILY.case_id, "--output", str(target),
                     "--tenant", OFFICE, *WHY, "--json")  # fmt: skip
    assert 0 == answer.code, answer.err
    key = command("journal", "key", "--json").json["keys"][-1]["id"]
    judged = subprocess.run(
        [sys.executable, "-I", SCRIPT, "--json", "--schluessel", key, target],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    with sqlite3.connect(command.house.database) as database:
        entry = database.execute(
            "SELECT actor, digest FROM journal WHERE action = 'proof_package_issued'"
        ).fetchone()
        look = database.execute(
            "SELECT purpose FROM access_log WHERE action = 'proof_package_issued'"
        ).fetchone()
    database.close()

    found = json.loads(judged.stdout)
    assert (True, answer.json["documents"]) == (found["intact"], found["documents"])
    assert [target] == list(target.parent.iterdir())
    assert ("k.winter", hashlib.sha256(target.read_bytes()).hexdigest()) == entry
    assert ("Vorlage beim Familiengericht",) == look
    assert 0 == command("efile", "verify", "--tenant", OFFICE).code


def test_another_office_gets_no_package(command: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "out" / "paket.zip"
    target.parent.mkdir()
    answer = command("efile", "export", "--proof", FAMILY.case_id, "--output", str(target),
                     "--tenant", "musterstadt", *WHY)  # fmt: skip

    assert (1, True) == (answer.code, "[akte_missing]" in answer.err)
    assert [] == list(target.parent.iterdir())
