"""Equal content gives equal bytes, other content another key, and no nonce comes twice."""

from __future__ import annotations

import io
import uuid

from hypothesis import given, settings
from hypothesis import strategies as st

from efile.sealing import envelope
from efile.sealing.envelope import DataKey, header_of, seal, unseal

AKTE = str(uuid.UUID(int=7))
KEY = DataKey("muster", AKTE, bytes(range(32)))


def test_equal_content_at_one_place_gives_equal_bytes() -> None:
    assert seal(KEY, "here", b"content") == seal(KEY, "here", b"content")


def test_another_place_another_content_or_another_key_shares_no_key_of_segments() -> None:
    other = DataKey("muster", AKTE, bytes(32))
    sealed = [
        seal(KEY, "here", b"content"), seal(KEY, "there", b"content"),
        seal(KEY, "here", b"Content"), seal(other, "here", b"content"),
        seal(DataKey("andere", AKTE, KEY.secret), "here", b"content"),
    ]  # fmt: skip

    assert 5 == len({header_of(each, "").mark for each in sealed})


def test_the_header_tells_file_key_and_length_and_nothing_else() -> None:
    sealed = seal(KEY, "here", b"social data")
    header = header_of(sealed, "here")

    assert (AKTE, KEY.id, 11) == (header.akte, header.key, header.size)
    assert b"social" not in sealed
    assert repr(KEY.secret) not in repr(KEY)


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=20))
def test_whatever_is_sealed_opens(data: bytes, place: str) -> None:
    sealed = seal(KEY, place, data)

    assert data == unseal(KEY, place, sealed)
    assert envelope.sealed_size(len(data)) == len(sealed)
    assert io.BytesIO(sealed).read(8) == envelope.MAGIC
