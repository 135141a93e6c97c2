"""Formats in the files, and a document as PDF/A, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from efile.pdfa import checking
from hub.demo.cast import BEISPIELHAUSEN
from tests.command_line import OFFICE, CommandLine

pytestmark = [pytest.mark.s3]

FAMILY = BEISPIELHAUSEN.xml[0]


def test_a_message_is_written_as_pdf_a_and_its_format_is_counted(
    command: CommandLine, tmp_path: Path
) -> None:
    shown = command("efile", "show", FAMILY.case_id, "--tenant", OFFICE, "--json").json
    message = next(one for one in shown["documents"] if one["type"] == "Falldaten")
    target = tmp_path / "falldaten.pdf"
    made = command("efile", "rendition", message["id"], "--tenant", OFFICE, "--to", str(target))
    formats = command("efile", "formats", "--tenant", OFFICE, "--json").json["formats"]

    assert 0 == made.code, made.err
    assert "PDF/A-2b" in made.out
    assert message["sha256"] in made.out
    assert checking.passes(target.read_bytes(), "2b")
    assert {"XML", "JSON"} == {one["name"] for one in formats}
