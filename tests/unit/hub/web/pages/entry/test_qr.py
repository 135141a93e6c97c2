"""Codes are drawn as they were made: every dark module once, with room around."""

import re

import segno

from hub.web.pages.entry.qr import QUIET, drawn

TEXT = "otpauth://totp/aktenhub:ahrens?secret=GEZDGNBVGY3TQOJQ"


def test_every_dark_module_is_in_the_path_and_no_light_one() -> None:
    drawing = drawn(TEXT)
    matrix = segno.make(TEXT, error="m", micro=False).matrix
    dark = {
        (x + QUIET, y + QUIET) for y, row in enumerate(matrix) for x, one in enumerate(row) if one
    }
    runs = [tuple(map(int, run)) for run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", drawing.path)]
    painted = [(x + at, y) for x, y, width in runs for at in range(width)]

    assert len(painted) == len(set(painted))
    assert dark == set(painted)
    assert len(matrix) + 2 * QUIET == drawing.size
