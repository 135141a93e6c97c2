"""Reads words off pictures with Tesseract; runs in a limited child only, one page per job.

The program inherits the limits of its child and works on one thread: several at once would
only wait for each other.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from typing import Any

from PIL import Image

from efile.capture import pdf, pictures
from efile.capture.fault import Unreadable

PROGRAM = "tesseract"
_LANGUAGE = "deu"
DPI = 200
"""At which pages are drawn to be read."""
_LARGEST_SIDE = 5000
_WORDLESS = 10
"""A PDF page with fewer characters is taken for a picture."""


def recognise(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the words of page ``page`` (from 1) and the number of pages."""
    number = int(params["page"])
    if params["kind"] == "pdf":
        pages, picture = _of_pdf(data, number)
    else:
        pages, picture = _of_scan(data, number)
    return {"pages": pages}, read(picture) if picture else b""


def _of_pdf(data: bytes, number: int) -> tuple[int, Image.Image | None]:
    with pdf.opened(data) as document:
        if not 1 <= number <= len(document):
            raise Unreadable("page_missing")
        page = document[number - 1]
        if page.get_textpage().count_chars() >= _WORDLESS:
            return len(document), None
        side = max(page.get_size())
        scale = min(DPI / 72, _LARGEST_SIDE / max(side, 1))
        return len(document), page.render(scale=scale, grayscale=True).to_pil()


def _of_scan(data: bytes, number: int) -> tuple[int, Image.Image]:
    with pictures.opened(data) as scan:
        pages = getattr(scan, "n_frames", 1)
        if not 1 <= number <= pages:
            raise Unreadable("page_missing")
        scan.seek(number - 1)
        shown = scan.convert("L")
        shown.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
        return pages, shown


def read(picture: Image.Image, *settings: str) -> bytes:
    """Return what the program says of a picture: its text, unless ``settings`` want other.

    Raises:
        Unreadable: the program is not there, or fails.
    """
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1, dpi=(DPI, DPI))
    program = shutil.which(PROGRAM)
    if program is None:
        raise Unreadable("document_reader_died")
    more = [word for one in settings for word in ("-c", one)]
    answer = subprocess.run(  # noqa: S603  a fixed program; the picture comes on its input
        [program, "stdin", "stdout", "-l", _LANGUAGE, *more],
        input=stream.getvalue(), capture_output=True, check=False,
        env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    if answer.returncode != 0:
        raise Unreadable("document_unreadable")
    return answer.stdout


JOBS = {"recognise": recognise}
