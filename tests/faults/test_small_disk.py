"""A disk that is really full: nothing is acknowledged that is not kept, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.faults.small_disk import ENDED
from tests.s3_server import S3Server

PATIENCE_S = 300.0
APART = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]


def can_mount() -> bool:
    """Tell whether a file system can be mounted here, for one program alone."""
    if shutil.which("unshare") is None:
        return False
    probe = [*APART, "mount", "-t", "tmpfs", "-o", "size=1m", "probe", "/mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.disk, pytest.mark.crash,
    pytest.mark.skipif(not can_mount(), reason="no file system can be mounted here"),
]  # fmt: skip


def test_a_full_disk_stops_the_intake_and_with_room_everything_goes_its_way(
    tmp_path: Path, s3_server: S3Server
) -> None:
    told = json.dumps(asdict(s3_server), default=str)
    command = [sys.executable, "-m", "tests.faults.small_disk", str(tmp_path / "house"), told]

    done = subprocess.run(
        [*APART, *command], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S,
        check=False,
    )  # fmt: skip

    assert 0 == done.returncode, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["said"], found
    assert found["ended"] in {None, ENDED}
    assert 0 < found["taken"] < found["dropped"]
    assert found["free_kb"] < 1024
    assert [] == found["unsafe"]
    assert [0, 0] == found["codes"]
    assert [] == found["faults"]
