"""A whole file as PDF from the command line, out of a real S3 server."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from hub.demo.cast import BEISPIELHAUSEN
from tests.command_line import OFFICE, CommandLine

pytestmark = [pytest.mark.s3]

FAMILY = BEISPIELHAUSEN.xml[0]


def test_a_file_is_written_as_one_pdf(command: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "akte.pdf"
    answer = command("efile", "export", FAMILY.case_id, "--pdf", str(target), "--tenant", OFFICE,
                     "--json")  # fmt: skip
    (volume,) = answer.json["volumes"]
    reader = PdfReader(io.BytesIO(target.read_bytes()))

    assert 0 == answer.code, answer.err
    assert (str(target), 1, []) == (volume["file"], volume["first"], volume["attached"])
    assert FAMILY.case_id in reader.pages[0].extract_text()
    assert f"Blatt {volume['last']}" in reader.pages[-1].extract_text()


def test_a_package_needs_a_place_a_reason_and_a_person(command: CommandLine) -> None:
    answer = command("efile", "export", FAMILY.case_id, "--proof", "--tenant", OFFICE)

    assert 2 == answer.code
