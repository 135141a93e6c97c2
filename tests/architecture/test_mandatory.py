"""The plugin that forbids skipping in continuous integration does forbid it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

MARKED = "import pytest\n@pytest.mark.s3\ndef test_one(): "


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        (MARKED + "assert True", 0, "ran: 1 s3"),
        (MARKED + "pytest.skip('no server')", 1, "FAULT s3: skipped test_it.py::test_one"),
        ("def test_one(): pass", 1, "FAULT s3: no test ran"),
    ],
)
def test_a_skipped_or_empty_mandatory_suite_fails(
    tmp_path: Path, source: str, code: int, said: str
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = s3\n")
    (tmp_path / "test_it.py").write_text(source)
    options = ["-p", "tests.mandatory", "--mandatory=s3", "-n", "1", "--rootdir", str(tmp_path)]

    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-c", tmp_path / "pytest.ini", tmp_path],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (code, True) == (run.returncode, said in run.stdout), run.stdout
