"""Finds the empty box that a font draws for a character it does not know.

The converter copies that shape (glyph 0, *.notdef*) into the embedded font under the
missing character's own number, so the text looks complete to a reader of the text layer
and a person sees a box. A copy of glyph 0 in a TrueType program gives it away.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator

_TABLE_DIRECTORY = 12
_TABLE_ENTRY = 16
_INDEX_TO_LOC_FORMAT = 50
"""Offset in ``head`` of the flag for long offsets in ``loca``."""


def has_missing_glyph(program: bytes) -> bool:
    """Tell whether an embedded TrueType program draws the box for some character.

    Raises:
        ValueError: the program cannot be read.
    """
    try:
        shapes = list(_shapes(program))
    except (struct.error, KeyError) as fault:
        raise ValueError("no TrueType program") from fault
    return len(shapes) > 1 and shapes[0] != b"" and shapes[0] in shapes[1:]


def _shapes(program: bytes) -> Iterator[bytes]:
    tables = _tables(program)
    head, loca, outlines = tables[b"head"], tables[b"loca"], tables[b"glyf"]
    (is_long,) = struct.unpack_from(">h", head, _INDEX_TO_LOC_FORMAT)
    width, code, unit = (4, "I", 1) if is_long else (2, "H", 2)
    offsets = struct.unpack_from(f">{len(loca) // width}{code}", loca)
    for begin, end in itertools.pairwise(offsets):
        yield outlines[begin * unit : end * unit]


def _tables(program: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">H", program, 4)
    entries = (
        struct.unpack_from(">4sIII", program, _TABLE_DIRECTORY + number * _TABLE_ENTRY)
        for number in range(count)
    )
    return {tag: program[begin : begin + size] for tag, _, begin, size in entries}
