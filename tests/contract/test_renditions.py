"""Renditions as PDF/A on either store and engine."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict

import pytest

from efile import NotFound, Part
from efile.integrity.digest import sha256_hex
from efile.objects import layout
from efile.pdfa.room import Standing
from tests.efile_house import EFileHouse, request
from tests.foreign_files import locked_pdf

TEXT = "Unterhalt für Anna Müller".encode()
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


async def file(house: EFileHouse, number: int, data: bytes) -> str:
    part = Part("original", "a", "", data)
    return (await house.efile.file(request(number, parts=(part,)))).id


async def settled(house: EFileHouse, document: str) -> Standing:
    async with asyncio.timeout(120):
        while True:
            standing = await house.efile.pdfa.standing("muster", document, 0)
            if not standing.running:
                return standing
            await asyncio.sleep(0.02)


async def test_a_rendition_is_made_once_and_why_there_is_none_is_kept(
    either_house: EFileHouse,
) -> None:
    room = either_house.efile.pdfa
    letter, locked, _ = [
        await file(either_house, number, data)
        for number, data in enumerate((TEXT, locked_pdf(), OLD))
    ]
    assert Standing() == await room.standing("muster", letter, 0)
    await asyncio.gather(*(room.begin("muster", one, 0) for one in (letter, letter, locked)))
    made = (await settled(either_house, letter)).rendition
    refused = await settled(either_house, locked)
    data = await room.fetch("muster", letter, 0)

    assert made is not None
    assert ("set", "2b", len(data)) == (made.way, made.flavour, made.size)
    assert (await either_house.efile.document("muster", letter)).sha256 == made.original
    assert () == (await either_house.efile.verify("muster")).faults
    assert TEXT == await either_house.efile.fetch("muster", letter)
    assert ("document_locked", None) == (refused.fault, refused.rendition)
    assert "Kennwort" in refused.reason
    unseen = either_house.efile.behind([]).pdfa
    for seen, tenant, one in (
        (room, "andere", letter),
        (unseen, "muster", letter),
        (room, "muster", locked),
    ):
        with pytest.raises(NotFound):
            await seen.fetch(tenant, one, 0)
    formats = await either_house.efile.legibility.formats("muster")
    assert {
        ("Text", "", 1, 1), ("PDF", "locked", 1, 0), ("altes Office-Format", "unknown", 1, 0),
    } == {(one.name, one.risk, one.documents, one.renditions) for one in formats}  # fmt: skip
    assert [] == await either_house.efile.legibility.formats("andere")


async def test_what_somebody_else_put_in_its_place_is_taken_away(either_house: EFileHouse) -> None:
    room, objects = either_house.efile.pdfa, either_house.objects
    letter = await file(either_house, 0, TEXT)
    made = await room.make("muster", letter)
    document = await either_house.efile.document("muster", letter)
    key = layout.rendition_key(document.akte_id, document.leaf, 0)
    forged = asdict(made) | {"sha256": sha256_hex(b"%PDF forged")}
    await objects.destroy("muster", key)
    await objects.put_once("muster", key, json.dumps(forged).encode() + b"\n%PDF forged")

    assert Standing() == await room.standing("muster", letter, 0)
    with pytest.raises(NotFound, match="rendition_missing"):
        await room.fetch("muster", letter, 0)
    await room.make("muster", letter)
    assert b"forged" not in await room.fetch("muster", letter, 0)
