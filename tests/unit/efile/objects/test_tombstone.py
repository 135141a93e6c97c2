"""Tombstones say the same for ever, and nobody else can write one."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from efile import IntegrityBroken
from efile.objects import tombstone
from efile.objects.tombstone import Tombstone

SECRET = b"name secret of the test house 32"
STONE = Tombstone(
    tenant="muster", akte="0b1c", kind="uvg", ground="retention", rule="Leistungsakten",
    source="§ 1", run="r-1", proposed_by="k.winter", proposed_at_us=1, approved_by="a.sommer",
    approved_at_us=2, marked_at_us=3, documents=1, parts=1, size=6, leaves=("ab",), places=(0,),
)  # fmt: skip


@pytest.mark.parametrize("document", ["", "d-1"])
def test_what_is_written_is_read_again(document: str) -> None:
    stone = replace(STONE, document=document)
    stored = tombstone.write(stone, SECRET)

    assert stored == tombstone.write(stone, SECRET)
    assert stone == tombstone.read(stored, SECRET, stone.key)
    assert stone.key == ("v1/t/0b1c/d-1.json" if document else "v1/t/0b1c.json")


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content | {"leaves": ["ab", "cd"]},
        lambda content: content | {"seal": "00" * 32},
        lambda content: content | {"more": 1},
        lambda content: {k: v for k, v in content.items() if k != "seal"},
        lambda _: [],
    ],
)
def test_a_forged_one_is_found(damage: object) -> None:
    content = json.loads(tombstone.write(STONE, SECRET))
    assert callable(damage)

    with pytest.raises(IntegrityBroken, match="tombstone_altered"):
        tombstone.read(json.dumps(damage(content)).encode(), SECRET, STONE.key)


def test_one_of_another_secret_or_place_is_found() -> None:
    stored = tombstone.write(STONE, SECRET)

    with pytest.raises(IntegrityBroken, match="tombstone_altered"):
        tombstone.read(stored, bytes(32), STONE.key)
    with pytest.raises(IntegrityBroken, match="tombstone_altered"):
        tombstone.read(stored, SECRET, "v1/t/other.json")
