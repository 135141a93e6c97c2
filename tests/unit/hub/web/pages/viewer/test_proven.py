import asyncio

import pytest

from efile import IntegrityBroken
from hub.web.pages.viewer.proven import ProvenBytes


class Source:
    """Counts how often it is read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.reads = 0

    async def __call__(self) -> bytes:
        self.reads += 1
        await asyncio.sleep(0)
        return self.data


async def test_who_asks_at_the_same_time_shares_one_reading() -> None:
    kept, source = ProvenBytes(), Source(b"bytes")
    got = await asyncio.gather(*(kept.get(("office", "digest"), source) for _ in range(5)))

    assert [b"bytes"] * 5 == got
    assert 1 == source.reads


async def test_an_office_never_gets_what_another_read() -> None:
    kept, mine, theirs = ProvenBytes(), Source(b"mine"), Source(b"theirs")
    await kept.get(("office", "digest"), mine)

    assert b"theirs" == await kept.get(("another", "digest"), theirs)


async def test_what_was_asked_for_longest_ago_leaves_first() -> None:
    kept, source = ProvenBytes(kept_bytes=10), Source(b"12345")
    for name in ("a", "b", "a", "c", "a", "b"):
        await kept.get(("office", name), source)

    assert 4 == source.reads


async def test_what_is_too_large_is_read_every_time() -> None:
    kept, source = ProvenBytes(kept_bytes=4), Source(b"12345")
    for _ in range(2):
        assert b"12345" == await kept.get(("office", "digest"), source)

    assert 2 == source.reads


async def test_a_failed_reading_is_tried_again() -> None:
    kept = ProvenBytes()

    async def broken() -> bytes:
        raise IntegrityBroken("stored_bytes_differ", "anders", remedy="prüfen")

    with pytest.raises(IntegrityBroken):
        await kept.get(("office", "digest"), broken)

    assert b"whole" == await kept.get(("office", "digest"), Source(b"whole"))
