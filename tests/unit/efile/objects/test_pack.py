"""A pack tells what lies in it, whole or damaged, and never what does not."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from efile.objects import pack
from efile.objects.pack import Contents, Item
from tests import pack_reader

IDS = st.uuids().map(str)
ITEMS = st.lists(
    st.builds(
        Item,
        id=IDS,
        version=st.just(1),
        manifest=st.binary(min_size=1, max_size=60),
        parts=st.lists(st.binary(max_size=60), min_size=1, max_size=3).map(tuple),
    ),
    max_size=6,
    unique_by=lambda item: item.id,
)
THREE = [
    Item(str(number), 1, f"manifest {number}".encode(), (b"first", f"part {number}".encode()))
    for number in range(3)
]


def taken_out(data: bytes, contents: Contents) -> list[tuple[bytes, tuple[bytes, ...]]]:
    """Return manifest and parts of each document as they lie in the pack."""

    def cut(slot: pack.Slot) -> bytes:
        return data[slot.start : slot.start + slot.size]

    return [(cut(d.manifest), tuple(cut(part) for part in d.parts)) for d in contents.documents]


@given(items=ITEMS)
def test_what_was_packed_is_read_again(items: list[Item]) -> None:
    data, starts = pack.build("muster", items)

    contents = pack.read(data)

    assert (True, "muster") == (contents.sound, contents.tenant)
    assert [(item.manifest, item.parts) for item in items] == taken_out(data, contents)
    assert starts == [tuple(slot.start for slot in each.parts) for each in contents.documents]
    assert all(start > 0 for begin in starts for start in begin)


@given(items=ITEMS, at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_no_flipped_bit_goes_unnoticed(items: list[Item], at: int, bit: int) -> None:
    whole, _ = pack.build("muster", items)
    data = bytearray(whole)
    data[at % len(data)] ^= 1 << bit

    assert not pack.read(bytes(data)).sound


@given(items=ITEMS, cut=st.integers(min_value=1))
def test_a_shortened_pack_yields_its_beginning(items: list[Item], cut: int) -> None:
    whole, _ = pack.build("muster", items)
    data = whole[: -1 - cut % len(whole)]

    contents = pack.read(data)
    found = taken_out(data, contents)

    assert not contents.sound
    assert [(item.manifest, item.parts) for item in items][: len(found)] == found


@given(data=st.binary(max_size=300))
@example(pack.MAGIC)
@example(pack.MAGIC + pack.MAGIC)
@example(pack.MAGIC + b"\xff" * 60)
def test_what_is_no_pack_is_read_as_nothing_sound(data: bytes) -> None:
    assert not pack.read(data).sound


@pytest.mark.parametrize("victim", [0, 1, 2])
def test_a_broken_length_takes_only_its_own_document_along(victim: int) -> None:
    data, starts = pack.build("muster", THREE)
    broken = bytearray(data)
    broken[starts[victim][0] - 34] ^= 0x40

    contents = pack.read(bytes(broken))

    kept = [(item.manifest, item.parts) for item in THREE if item.id != str(victim)]
    assert kept == [each for each in taken_out(data, contents) if each in kept]
    assert not contents.sound


@pytest.mark.parametrize(
    "index",
    [
        b"[]",
        b"{}",
        b'{"documents":1}',
        b'{"documents":[[1]]}',
        b'{"documents":[["a",1,"x","y"]]}',
        b'{"documents":[["a",1,500,8]]}',
        b'{"documents":[["a",1,-5,8]]}',
        b'{"documents":[["a",1,8,99999999]]}',
        b'{"documents":[["a",1,8,9],["b",1,8,9]]}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_a_forged_index_is_not_followed(index: bytes) -> None:
    data, _ = pack.build("muster", THREE)
    begin = int.from_bytes(data[-16:-8])
    entry = b"I" + len(index).to_bytes(4) + hashlib.sha256(index).digest() + index
    forged = data[:begin] + entry + begin.to_bytes(8) + pack.MAGIC

    contents = pack.read(forged)

    assert not contents.sound
    assert [(item.manifest, item.parts) for item in THREE] == taken_out(forged, contents)


def test_a_document_hidden_from_the_index_is_noticed() -> None:
    data, _ = pack.build("muster", THREE)
    begin = int.from_bytes(data[-16:-8])
    listed = json.loads(data[begin + 37 : -16])["documents"]
    index = json.dumps({"documents": listed[1:]}).encode()
    entry = b"I" + len(index).to_bytes(4) + hashlib.sha256(index).digest() + index

    assert not pack.read(data[:begin] + entry + begin.to_bytes(8) + pack.MAGIC).sound


@given(items=ITEMS)
def test_the_description_suffices_to_read_a_pack(items: list[Item]) -> None:
    items = [replace(item, manifest=_manifest(item.id)) for item in items]
    data, _ = pack.build("muster", items)

    assert [(item.id, list(item.parts)) for item in items] == [
        (manifest["id"], parts) for manifest, parts in pack_reader.documents(data)
    ]
    kinds = [kind for kind, _ in pack_reader.entries(data)]
    assert ("H", "I") == (kinds[0], kinds[-1])
    assert {"format": "efile-pack-1", "tenant": "muster"} == json.loads(
        next(content for _, content in pack_reader.entries(data))
    )


def _manifest(name: str) -> bytes:
    return json.dumps({"id": name, "version": 1}).encode()


@given(items=ITEMS)
def test_portions_hold_everything_once_in_order(items: list[Item]) -> None:
    found = [item for portion in pack.portions(items) for item in portion]

    assert sorted(items, key=lambda item: item.id) == found


def test_no_portion_grows_beyond_its_bounds() -> None:
    large = [Item(f"{n:036}", 1, b"m" * 900, (os.urandom(60_000),)) for n in range(150)]
    many = [Item(f"{n:036}", 1, b"m", (b"p",)) for n in range(2_500)]

    for items in (large, many):
        portions = list(pack.portions(items))
        sizes = [len(pack.build("muster", portion)[0]) for portion in portions]

        assert len(portions) == 3
        assert max(sizes) <= pack.MAX_BYTES
        assert max(map(len, portions)) <= pack.MAX_DOCUMENTS


def test_equal_documents_give_an_equal_pack_whatever_their_order() -> None:
    (one,) = pack.portions(THREE)
    (other,) = pack.portions(THREE[::-1])

    assert pack.build("muster", one) == pack.build("muster", other)
