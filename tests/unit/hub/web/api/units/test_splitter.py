"""A body means the same however it was cut; what is no multipart body is said to be none."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.web.api.units.splitter import HEAD_BYTES, Head, HeadTooLong, Malformed, Mark, Splitter

BOUNDARY = b"x-7"
Part = tuple[bytes, bytes]


def body(*parts: Part, boundary: bytes = BOUNDARY) -> bytes:
    lines = [b"--%s\r\n%s\r\n%s\r\n" % (boundary, _head(head), data) for head, data in parts]
    return b"".join(lines) + b"--%s--\r\n" % boundary


def _head(head: bytes) -> bytes:
    return head + b"\r\n" if head else b""


def split(chunks: Iterable[bytes]) -> list[Part] | str:
    """Return the parts, or the name of what is wrong."""
    splitter, parts, content = Splitter(BOUNDARY), [], b""
    try:
        for chunk in chunks:
            for piece in splitter.feed(chunk):
                if isinstance(piece, Head):
                    parts.append((piece.raw, b""))
                elif piece is Mark.PART_ENDS:
                    parts[-1] = (parts[-1][0], content)
                    content = b""
                else:
                    content += piece
        splitter.end()
    except (Malformed, HeadTooLong) as exc:
        return type(exc).__name__
    return parts


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    at = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in pairwise(at)]


ALIKE = [b"\r\n", b"--", b"--x-7", b"\r\n--x-", b"\r\n--x-8", b"\r", b"\n", b"x-7", b"\0", b"a"]
"""What a delimiter is made of, and what nearly is one."""
CONTENT = st.lists(st.sampled_from(ALIKE) | st.binary(max_size=20), max_size=8).map(b"".join)
HARMLESS = CONTENT.filter(lambda data: b"\r\n--x-7" not in b"\r\n" + data)
HEADS = st.sampled_from([b"", b"A: b", b"A: b\r\nC: d"])
PLACES = st.lists(st.integers(0, 10_000), max_size=12)


@given(st.lists(st.tuples(HEADS, HARMLESS), max_size=4), PLACES)
def test_parts_come_back_however_they_were_cut(parts: list[Part], places: list[int]) -> None:
    whole = body(*parts)

    assert parts == split(cut(whole, places))
    assert parts == split(whole[n : n + 1] for n in range(len(whole)))


@given(st.lists(st.sampled_from([*ALIKE, b"--x-7\r\n", b"--x-7--", b"\r\n\r\n"])), PLACES)
def test_what_is_wrong_is_wrong_however_it_was_cut(pieces: list[bytes], places: list[int]) -> None:
    whole = b"".join(pieces)

    assert (
        split([whole])
        == split(cut(whole, places))
        == split(whole[n : n + 1] for n in range(len(whole)))
    )


def test_a_line_end_may_stand_before_and_be_missing_behind() -> None:
    whole = body((b"A: b", b"c"))

    assert [(b"A: b", b"c")] == split([b"\r\n" + whole]) == split([whole[:-2]])


def test_headers_alone_are_an_empty_part() -> None:
    assert [(b"A: b", b"")] == split([b"--x-7\r\nA: b\r\n\r\n--x-7--"])


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"--x-7",
        b"--x-7\r\n",
        b"--x-7\r\nA: b",
        b"--x-7\r\nA: b\r\n\r\nc",
        body((b"A: b", b"c"))[:-3],
        body((b"A: b", b"c")) + b"x",
        body((b"A: b", b"c"))[:-1],
        body((b"A: b", b"c")) + b"\r\n",
        b"text before\r\n" + body((b"A: b", b"c")),
        body((b"A: b", b"c"), boundary=b"x-8"),
        b"--x-7 \r\nA: b\r\n\r\nc\r\n--x-7--",
        b"--x-7\nA: b\n\nc\n--x-7--",
        b"--x-7\r\nA: b\r\n\r\nc\r\n--x-78\r\n\r\n\r\n--x-7--",
    ],
    ids=[
        "nothing", "half delimiter", "no headers", "half headers", "no end", "half end",
        "text behind", "half line end", "two line ends", "text before", "other boundary",
        "blank behind delimiter", "lone line feeds", "longer delimiter",
    ],
)  # fmt: skip
def test_what_keeps_not_to_the_grammar_is_refused(wrong: bytes) -> None:
    assert "Malformed" == split([wrong])


@pytest.mark.parametrize("step", [1, 1000, 100_000])
def test_headers_have_a_limit_however_they_were_cut(step: int) -> None:
    longest = b"A: " + b"b" * (HEAD_BYTES - 3)
    fits, beyond = body((longest, b"c")), body((longest + b"b", b"c"))

    assert [(longest, b"c")] == split(fits[n : n + step] for n in range(0, len(fits), step))
    assert "HeadTooLong" == split(beyond[n : n + step] for n in range(0, len(beyond), step))


def test_no_more_is_held_than_could_be_a_delimiter() -> None:
    splitter = Splitter(BOUNDARY)
    list(splitter.feed(b"--x-7\r\n\r\n"))
    given_out = [len(b"".join(splitter.feed(b"\r\n--x-" * 1000))) for _ in range(20)]

    assert 20 * 6000 - sum(given_out) < len(b"\r\n--x-7")
