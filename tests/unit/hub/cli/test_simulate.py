"""Partner systems are started as programs of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.command_line import CommandLine


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["init", "ca", "--name", "Übungs-CA"], 0), (["sign", "ca", "nowhere.csr", "out.pem"], 1)],
)
def test_a_partner_runs_with_its_own_options_and_exit_code(
    tmp_path: Path, arguments: list[str], code: int
) -> None:
    # It inherits our streams, so it is not started inside the test's own process.
    run = subprocess.run(
        [sys.executable, "-m", "hub", "simulate", "ca", *arguments],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
    )  # fmt: skip

    assert (code, code == 0) == (run.returncode, (tmp_path / "ca" / "ca.pem").exists())


def test_a_partner_that_does_not_exist_is_wrong_usage(command: CommandLine) -> None:
    answer = command("simulate", "finanzamt")

    assert (2, True) == (answer.code, "'azr'" in answer.err)
