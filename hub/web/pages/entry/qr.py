"""QR codes as the path of an inline SVG: drawn here, nothing leaves the house."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

import segno

QUIET: Final = 4
"""Empty modules around the code; scanners need them."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A square of modules."""

    size: int
    """Modules of a side, with the empty ones around."""
    path: str
    """Dark modules as the ``d`` of a path."""


def drawn(text: str) -> Drawing:
    """Draw a text; a seventh of it may be unreadable."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h{width}v1h-{width}z"
        for y, row in enumerate(rows)
        for x, width in _runs(row)
    )
    return Drawing(len(rows) + 2 * QUIET, path)


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Return where dark modules of a row begin and how many follow each other."""
    runs, at = [], 0
    for dark, modules in groupby(row):
        width = len(list(modules))
        if dark:
            runs.append((at, width))
        at += width
    return runs
