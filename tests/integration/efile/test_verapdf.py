"""Renditions of every way in the eyes of a checker that others wrote."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from efile.capture import content
from efile.pdfa.jobs import make
from tests.foreign_files import LETTER, mail, picture
from tests.verapdf_peer import installed, judged

pytestmark = pytest.mark.verapdf


def fax() -> bytes:
    """Return a page of black and white."""
    stream = io.BytesIO()
    Image.new("1", (200, 300), 1).save(stream, "TIFF", compression="group4")
    return stream.getvalue()


def test_a_second_checker_agrees_on_every_way_and_refuses_a_mere_claim(tmp_path: Path) -> None:
    command = installed()
    if command is None:
        pytest.skip("veraPDF is not there: make verapdf, with Java and Maven")
    _, text = make({"mime": content.PLAIN, "digest": "ab" * 32}, "Żółć, Αθήνα 👍".encode())
    with pikepdf.open(io.BytesIO(text)) as document:
        del document.Root.OutputIntents
        document.save(tmp_path / "claimed.pdf", preserve_pdfa=True)
    sources = {
        "drawn": (content.PDF, LETTER), "mail": (content.MAIL, mail()),
        "corrected": (content.PDF, (tmp_path / "claimed.pdf").read_bytes()),
        "jpeg": (content.JPEG, picture("JPEG")), "fax": (content.TIFF, fax()),
    }  # fmt: skip
    for name, (mime, data) in sources.items():
        facts, made = make({"mime": mime, "digest": "ab" * 32}, data)
        assert "2b" == facts["flavour"]
        (tmp_path / f"{name}.pdf").write_bytes(made)

    assert {"claimed": "FAIL"} | dict.fromkeys(sources, "PASS") == judged(command, tmp_path, "2b")
