"""The text of a page as paragraphs, found by the gaps between its lines.

The text comes line by line without empty lines; where the words stand says what belongs
together. Residual risk: columns and tables come out line by line.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from efile import PageText

_GAP: Final = 1.5
"""A step this much larger than a close one begins a paragraph; descenders vary it less."""


def paragraphs(sheet: PageText) -> list[str]:
    """Return paragraphs in reading order; lines within one are kept."""
    lines = [line.strip() for line in sheet.text.splitlines()]
    tops = _tops(sheet, lines)
    steps = sorted(below - above for above, below in pairwise(tops) if below > above)
    # The lower quarter: on short letters most steps are gaps.
    close = steps[len(steps) // 4] if steps else 0.0
    found: list[list[str]] = []
    last: float | None = None
    for line, top in zip(lines, tops, strict=True):
        apart = last is None or not 0 <= top - last <= close * _GAP
        if not line:
            last = None
            continue
        if apart:
            found.append([])
        found[-1].append(line)
        last = top
    return ["\n".join(block) for block in found]


def _tops(sheet: PageText, lines: list[str]) -> list[float]:
    """Return where each line begins from the top; all alike when words and lines differ."""
    counts = [len(line.split()) for line in lines]
    if sum(counts) != len(sheet.words):
        return [0.0] * len(lines)
    tops, at = [], 0
    for count in counts:
        inside = sheet.words[at : at + count]
        # The lower edge: letters of different height stand on the same line.
        tops.append(max((word.y + word.height for word in inside), default=0.0))
        at += count
    return tops
