"""kill -9 at every step of destroying a file, one after the other, then the judge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from efile import DISPOSAL_STEPS
from tests.command_line import CommandLine
from tests.crash.house import build_house
from tests.s3_server import S3Server

pytestmark = pytest.mark.crash

TENANT = ("--tenant", "musterstadt")
WHY = (*TENANT, "--reason", "Aussonderung", "--actor", "k.winter")
_APART = {"disposal_after_refiling", "disposal_after_repacking"}
"""Of misfilings, and of what lies in clear: tested where they are carried out."""
POINTS = [step for step in DISPOSAL_STEPS if step not in _APART]


def test_a_run_killed_at_every_step_is_carried_out_once(
    tmp_path: Path, s3_server: S3Server, capsys: pytest.CaptureFixture[str]
) -> None:
    house = build_house(tmp_path / "house", s3_server)
    command = CommandLine(house, capsys)
    opened = command("efile", "open", "--kind", "beistandschaft", "--title", "Öztürk, Elif",
                     *TENANT, "--actor", "k.winter", "--json").json  # fmt: skip
    akte = opened["aktenzeichen"]
    command("efile", "retention", "date", akte, "ended", "2010-05-04", *WHY)
    command("efile", "retention", "answer", akte, "declines", *WHY)
    run = command("efile", "disposal", "propose", akte, *WHY, "--json").json["run"]
    assert 0 == command("efile", "disposal", "approve", run, *TENANT, "--actor", "a.sommer").code

    for point in POINTS:
        assert house.dies_at(point), (point, house.log[-2000:])
    assert 0 == house.run_once(), house.log[-2000:]

    bucket = house.bucket("musterstadt")
    assert [] == [path for part in "akr" for path in bucket.rglob(f"v1/{part}/{opened['id']}/**/*")]
    said = json.loads(command("efile", "disposal", "certificate", run, *TENANT).out)["certificate"]
    assert [opened["id"]] == [one["akte"] for one in said["destroyed"]]
    assert 0 == command("efile", "reconcile", *TENANT).code
    verified = command("efile", "verify", *TENANT)
    assert 0 == verified.code, verified.out
    assert 0 == command("journal", "verify").code
