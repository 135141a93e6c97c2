"""Parts of a file (*Teilakten*), declared by its kind or said at filing, on either engine and store."""

from __future__ import annotations

from pathlib import Path

import pytest

from efile import Author, InvalidRequest, Parties, Portion, Statement, TakenIn, Voice
from efile.objects import layout
from tests.archive_desk import SCHEMA, WHY_SKIPPED, faults, texts, unpack
from tests.contract.test_handover import ENDED, TODAY, appraise
from tests.efile_house import EFileHouse, request

AKTE = "51.4-2026-00007"
FREE = "Schriftverkehr"


@pytest.fixture
async def house(either_house: EFileHouse) -> EFileHouse:
    """A file with a matter of a part, two of the same title in two places, and its own."""
    over = Statement(dates={"ended": ENDED})
    for number, matter, subfile in (
        (1, FREE, ""), (2, "Unterhalt", ""), (3, FREE, "paternity"), (4, FREE, "maintenance"),
        (5, "Unterhalt", "maintenance"),
    ):  # fmt: skip
        await either_house.efile.file(request(
            number, aktenzeichen=AKTE, kind="beistandschaft", vorgang=matter, subfile=subfile,
            retention=over if number == 1 else None,
        ))  # fmt: skip
    return either_house


async def listed(house: EFileHouse, subfile: str) -> list[str]:
    wanted = Portion(subfile=subfile)
    return [one.title for one in (await house.efile.contents.documents("muster", AKTE, wanted))[1]]


async def test_matters_lie_where_their_title_or_the_filing_leads(house: EFileHouse) -> None:
    view = await house.efile.akte("muster", AKTE)
    outline = await house.efile.contents.outline("muster", AKTE, 5)
    expected = [
        ("Feststellung der Vaterschaft", FREE, 1), ("Unterhalt", "Unterhalt", 2),
        ("Unterhalt", FREE, 1), ("", FREE, 1),
    ]  # fmt: skip

    assert [(name, title) for name, title, _ in expected] == [
        (one.subfile.name if one.subfile else "", one.title) for one in view.vorgaenge
    ]
    assert sorted(expected) == sorted(
        (one.subfile.name if one.subfile else "", one.title, one.documents)
        for one in outline.matters
    )
    # What the title says anyway is not written down, so the matter stays one.
    assert ["", "", "paternity", "maintenance", ""] == [one.subfile for one in view.documents]
    assert ["Bescheid 5", "Bescheid 4", "Bescheid 2"] == await listed(house, "maintenance")
    assert ["Bescheid 3"] == await listed(house, "paternity")
    assert [] == await listed(house, "benefit")


async def test_a_rebuild_finds_them_again_and_others_are_refused(house: EFileHouse) -> None:
    grown = house.snapshot()
    await house.database.write(lambda tx: tx.run("DELETE FROM efile_documents"))

    assert not (await house.efile.rebuild("muster")).faults

    assert grown == house.snapshot()
    with pytest.raises(InvalidRequest, match="unknown_subfile"):
        await house.efile.file(request(9, subfile="maintenance"))


@pytest.mark.skipif(not SCHEMA.exists(), reason=WHY_SKIPPED)
async def test_they_reach_the_archive_and_it_may_name_them(
    house: EFileHouse, tmp_path: Path
) -> None:
    room = house.efile.handover
    (process,) = await room.offer("muster", Author("k.winter", 9_000, "offer"), TODAY)
    (akte,) = await room.files("muster", process, TODAY)
    await appraise(house, process, {akte.akte.id: "A"})
    voice = Voice(Author("k.winter", 9_100, "deliver"), TODAY, process)

    made = await room.deliver("muster", tmp_path, Parties("Amt", "Archiv", "aktenhub"), voice)

    message = unpack(made.written.package).message
    inside = "x:Schriftgutobjekt/x:Akte/x:Akteninhalt"
    part = f"{inside}/x:Teilakte"
    subject = "x:AllgemeineMetadaten/x:Betreff"
    assert [] == faults(message)
    assert ["Feststellung der Vaterschaft", "Unterhalt"] == texts(message, f"{part}/{subject}")
    assert [FREE, "Unterhalt", FREE] == texts(message, f"{part}/x:Akteninhalt/x:Vorgang/{subject}")
    assert [FREE, "Aktenführung"] == texts(message, f"{inside}/x:Vorgang/{subject}")
    found = texts(message, f"{part}/x:Identifikation/x:ID")
    assert [layout.subfile_id(akte.akte.id, one) for one in ("paternity", "maintenance")] == found
    taken = [TakenIn(one, done=True) for one in (akte.akte.id, *found)]
    await room.hearing.take_confirmation("muster", taken, voice)
    assert [AKTE] == [
        one.akte.aktenzeichen
        for one in await room.files("muster", process, TODAY)
        if one.standing.offer and one.standing.offer.state == "taken"
    ]
