"""Renditions as PDF/A on either store and engine."""

from __future__ import annotations

import asyncio

import pytest

from efile import NotDisplayable, NotFound, Part
from efile.pdfa.room import Standing
from tests.efile_house import EFileHouse, request
from tests.foreign_files import locked_pdf

TEXT = "Unterhalt für Anna Müller".encode()


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


async def test_a_rendition_is_made_once_kept_sealed_and_goes_with_its_document(
    either_house: EFileHouse,
) -> None:
    room = either_house.efile.pdfa
    document = await file(either_house, 1, TEXT)
    assert Standing() == await room.standing("muster", document, 0)
    await asyncio.gather(*(room.begin("muster", document, 0) for _ in range(2)))
    made = (await settled(either_house, document)).rendition
    data = await room.fetch("muster", document, 0)

    assert made is not None
    assert ("set", "2b", len(data)) == (made.way, made.flavour, made.size)
    filed = await either_house.efile.document("muster", document)
    assert filed.sha256 == made.original
    assert 0 == len((await either_house.efile.verify("muster")).faults)
    assert TEXT == await either_house.efile.fetch("muster", document)
    for tenant, seen in (("andere", room), ("muster", either_house.efile.behind([]).pdfa)):
        with pytest.raises(NotFound):
            await seen.fetch(tenant, document, 0)


async def test_why_there_is_none_is_kept_and_it_can_be_tried_again(
    either_house: EFileHouse,
) -> None:
    document = await file(either_house, 1, locked_pdf())
    await either_house.efile.pdfa.begin("muster", document, 0)
    standing = await settled(either_house, document)

    assert ("document_locked", None) == (standing.fault, standing.rendition)
    assert "Kennwort" in standing.reason
    with pytest.raises(NotDisplayable, match="document_locked"):
        await either_house.efile.pdfa.make("muster", document)
    with pytest.raises(NotFound):
        await either_house.efile.pdfa.fetch("muster", document, 0)


async def test_formats_are_counted_with_what_endangers_them(either_house: EFileHouse) -> None:
    for number, data in enumerate((TEXT, TEXT, locked_pdf(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        await file(either_house, number, data)
    found = await either_house.efile.pdfa.formats("muster")

    assert [("Text", "", 2), ("PDF", "locked", 1), ("altes Office-Format", "unknown", 1)] == [
        (one.name, one.risk, one.parts) for one in found
    ]
    assert [] == await either_house.efile.pdfa.formats("andere")
