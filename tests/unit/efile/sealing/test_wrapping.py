"""A wrapped key opens for its file, under its KEK, and for nobody else."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from efile import IntegrityBroken, KeyWrap, StorageMisconfigured
from efile.sealing.wrapping import new_key, read_wrapped

AKTE, OTHER = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
WRAP = KeyWrap(bytes(32))


def test_what_was_wrapped_opens_and_is_wrapped_alike_each_time() -> None:
    key = new_key("muster", AKTE)
    wrapped = WRAP.wrap(key)

    assert wrapped == WRAP.wrap(key) == read_wrapped(wrapped.stored(), "place")
    assert key == WRAP.unwrap("muster", AKTE, wrapped, "place")
    assert key.secret.hex() not in wrapped.stored().decode()


@pytest.mark.parametrize(("tenant", "akte"), [("muster", OTHER), ("andere", AKTE)])
def test_it_does_not_open_for_another_file_or_office(tenant: str, akte: str) -> None:
    wrapped = WRAP.wrap(new_key("muster", AKTE))
    renamed = replace(wrapped, tenant=tenant, akte=akte)
    for planted in (wrapped, renamed):
        with pytest.raises(IntegrityBroken, match="key_altered"):
            WRAP.unwrap(tenant, akte, planted, "place")


def test_every_flipped_bit_is_noticed() -> None:
    stored = bytearray(WRAP.wrap(new_key("muster", AKTE)).stored())
    for at in range(len(stored)):
        stored[at] ^= 1
        with pytest.raises((IntegrityBroken, StorageMisconfigured)):
            WRAP.unwrap("muster", AKTE, read_wrapped(bytes(stored), "place"), "place")
        stored[at] ^= 1


def test_a_key_under_an_earlier_kek_opens_and_one_under_a_strange_one_is_named() -> None:
    key = new_key("muster", AKTE)
    earlier = WRAP.wrap(key)
    changing = KeyWrap(b"n" * 32, (bytes(32),))

    assert key == changing.unwrap("muster", AKTE, earlier, "place")
    assert changing.current == changing.wrap(key).kek != earlier.kek
    with pytest.raises(StorageMisconfigured, match="efile_kek_unknown"):
        KeyWrap(b"n" * 32).unwrap("muster", AKTE, earlier, "place")


@pytest.mark.parametrize("stored", [b"", b"[]", b"{}", b'{"format":"efile-key-2"}', b"\xff"])
def test_what_is_no_key_is_said_to_be_none(stored: bytes) -> None:
    with pytest.raises(IntegrityBroken, match="key_altered"):
        read_wrapped(stored, "place")


@pytest.mark.parametrize("kek", [b"", b"short", bytes(33)])
def test_a_kek_of_another_length_is_refused(kek: bytes) -> None:
    with pytest.raises(StorageMisconfigured, match="efile_kek_invalid"):
        KeyWrap(kek)
