import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.letters.glyphs import has_missing_glyph


def font(shapes: list[bytes], *, is_long: bool = True) -> bytes:
    """Return a TrueType program with just the tables that hold outlines."""
    offsets = [sum(map(len, shapes[:number])) for number in range(len(shapes) + 1)]
    width, unit = ("I", 1) if is_long else ("H", 2)
    tables = {
        b"head": bytes(50) + struct.pack(">h", is_long) + bytes(2),
        b"loca": b"".join(struct.pack(f">{width}", offset // unit) for offset in offsets),
        b"glyf": b"".join(shapes),
    }
    begin = 12 + 16 * len(tables)
    directory, bodies = b"", b""
    for tag, body in tables.items():
        directory += struct.pack(">4sIII", tag, 0, begin + len(bodies), len(body))
        bodies += body
    return struct.pack(">IHHHH", 0x10000, len(tables), 0, 0, 0) + directory + bodies


@pytest.mark.parametrize("is_long", [True, False])
@pytest.mark.parametrize(
    ("shapes", "missing"),
    [
        ([b"box.", b"A...", b"B..."], False),
        ([b"box.", b"A...", b"box."], True),
        ([b"box.", b"", b"A..."], False),
        ([b"", b"", b"A..."], False),
        ([b"box."], False),
    ],
)
def test_a_copy_of_the_box_is_found(shapes: list[bytes], *, missing: bool, is_long: bool) -> None:
    assert missing is has_missing_glyph(font(shapes, is_long=is_long))


@given(st.binary(max_size=200))
def test_something_else_is_refused_in_one_way(program: bytes) -> None:
    with pytest.raises(ValueError, match="TrueType"):
        has_missing_glyph(program)


@given(st.integers(0, 200))
def test_a_cut_program_never_ends_in_an_unexpected_error(size: int) -> None:
    cut = font([b"box.", b"A..."])[:size]

    try:
        found = has_missing_glyph(cut)
    except ValueError:
        found = False

    assert found is False
