"""Files on their way to the archive, on either engine and either store, after the official schema."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path

import pytest

from efile import (
    AnswerContradicts,
    Appraised,
    Author,
    Bounds,
    Conflict,
    NotFound,
    Part,
    Parties,
    Statement,
    TakenIn,
    Voice,
    archive_messages,
)
from tests import archive_desk
from tests.archive_desk import SCHEMA, WHY_SKIPPED, check_sums, texts, unpack
from tests.efile_house import EFileHouse, request

TODAY = date(2026, 11, 22)
ENDED = date(2010, 5, 4)
PARTIES = Parties("Jugendamt Musterstadt", "Stadtarchiv Musterstadt", "aktenhub")
OVER = Statement(dates={"benefit_ended": ENDED, "claims_settled": ENDED})
needs_schema = pytest.mark.skipif(not SCHEMA.exists(), reason=WHY_SKIPPED)


@pytest.fixture
async def house(either_house: EFileHouse) -> EFileHouse:
    for number in (1, 2, 3):
        await fill(either_house, number)
    return either_house


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    """Return a folder for packages."""
    folder = tmp_path / "outbox"
    folder.mkdir()
    return folder


async def fill(house: EFileHouse, number: int) -> None:
    """File letters and an attachment into a file whose time is over."""
    name = {"aktenzeichen": f"51.3-000{number}", "akte_title": f"Müller {number} \x7f"}
    at_us = 1_262_300_000_000_000 + number
    parts = (
        Part("original", "Bescheid ä.DOCX", "text/plain", f"Bescheid {number}".encode()),
        Part("rendition", "Bescheid.pdf", "text/plain", f"Bescheid {number} als PDF/A".encode()),
        Part("message", "fall\x01.xml", "text/plain", b"Fall"),
    )
    await house.efile.file(request(
        number * 10, parts=parts, filed_at_us=at_us, received_at_us=at_us, retention=OVER, **name
    ))  # fmt: skip
    await house.efile.file(request(
        number * 10 + 1, vorgang="Rückforderung", direction="in", filed_at_us=at_us + 1,
        received_at_us=at_us + 1, **name,
    ))  # fmt: skip


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def by(number: int, name: str = "k.winter") -> Author:
    return Author(name, 1_780_000_000_000_000 + number, f"act-{number}")


async def offered(house: EFileHouse, number: int = 1) -> str:
    (process,) = await house.efile.handover.offer("muster", by(number), TODAY)
    return process


async def message(house: EFileHouse, process: str, *, titles: bool = False) -> bytes:
    return await house.efile.handover.offer_message(
        "muster", process, PARTIES, TODAY, titles=titles
    )


async def states(house: EFileHouse, process: str) -> dict[str, str]:
    found = await house.efile.handover.files("muster", process, TODAY)
    return {one.akte.id: one.standing.offer.state for one in found if one.standing.offer}


async def appraise(house: EFileHouse, process: str, says: dict[str, str], number: int = 2) -> None:
    objects = [Appraised(name, word) for name, word in says.items()]
    voice = Voice(by(number), TODAY, process, f"{number:064x}")
    await house.efile.handover.hearing.take_appraisal("muster", objects, voice)


async def decision(house: EFileHouse, akte: str) -> str:
    return (await house.efile.retention.outlook("muster", akte, TODAY)).decision.state


@needs_schema
async def test_an_offer_is_valid_and_names_nobody(house: EFileHouse) -> None:
    process = await offered(house)
    plain, named = await message(house, process), await message(house, process, titles=True)

    assert ([], []) == (archive_desk.faults(plain), archive_desk.faults(named))
    assert process == archive_desk.process_of(plain)
    assert b"ller" not in plain
    assert 3 == named.count("Müller".encode())
    assert {"Unterhaltsvorschuss, Leistungsakte"} == set(texts(plain, ".//x:Betreff"))
    assert ["51.3-0001", "51.3-0002", "51.3-0003"] == texts(
        plain, ".//x:AllgemeineMetadaten/x:Kennzeichen"
    )
    assert ({"10"}, {"2020-12-31"}) == (
        set(texts(plain, ".//x:AnzahlJahre")), set(texts(plain, ".//x:Aufbewahrungsende")),
    )  # fmt: skip
    assert {"2010-05-04"} == set(texts(plain, ".//x:ZdADatum"))
    assert [] == texts(plain, ".//x:Dateiname")
    assert set(await states(house, process)) == set(
        texts(plain, "x:Schriftgutobjekt/x:Akte/x:Identifikation/x:ID")
    )


@needs_schema
async def test_from_offer_to_destruction(house: EFileHouse, outbox: Path) -> None:
    room, process = house.efile.handover, await offered(house)
    one, two, three = sorted(await states(house, process))
    await appraise(house, process, {one: "A", two: "V", three: "B"})
    assert {one: "wanted", two: "declined", three: "appraising"} == await states(house, process)
    assert ("offer", "due") == (await decision(house, one), await decision(house, two))
    with pytest.raises(Conflict, match="offer_unanswered"):
        await room.deliver("muster", outbox, PARTIES, Voice(by(3), TODAY, process))
    await appraise(house, process, {three: "A"}, 4)

    made = await room.deliver("muster", outbox, PARTIES, Voice(by(5), TODAY, process))

    package = unpack(made.written.package)
    assert [] == archive_desk.faults(package.message)
    assert sorted([one, three]) == sorted(package.akten)
    assert sorted(package.named) == sorted(package.files)
    assert {one: "delivered", two: "declined", three: "delivered"} == await states(house, process)
    assert "offer" == await decision(house, one)
    done = [
        TakenIn(one, done=True, name="StadtA 51/1"),
        TakenIn(three, done=False, faults=("voll",)),
    ]
    await room.hearing.take_confirmation("muster", done, Voice(by(6), TODAY, process, "c" * 64))
    assert {one: "taken", two: "declined", three: "refused"} == await states(house, process)
    assert ("due", "offer") == (await decision(house, one), await decision(house, three))
    before = house.snapshot()
    await house.efile.rebuild("muster")
    assert before == house.snapshot()


async def test_a_package_has_every_byte_and_says_so(house: EFileHouse, outbox: Path) -> None:
    process = await offered(house)
    await appraise(house, process, dict.fromkeys(await states(house, process), "A"))
    voice = Voice(by(5), TODAY, process)

    made = await house.efile.handover.deliver("muster", outbox, PARTIES, voice)

    package, written = unpack(made.written.package), made.written
    contents = sorted(data for data in package.files.values() if b"Vermerk" not in data)
    expected = [f"Bescheid {n}".encode() for n in (1, 2, 3)]
    expected += [f"Bescheid {n} als PDF/A".encode() for n in (1, 2, 3)]
    expected += [b"Fall"] * 3 + [f"Text {n}".encode() for n in (11, 21, 31)]
    assert sorted(expected) == contents
    assert [[written.package.name, f"{written.package.stem}.xml", *package.files]] * 2 == [
        check_sums(path) for path in written.sums
    ]
    # Each file has two documents and two notes: of the offer and of the answer.
    assert (12, 18, 18) == (written.documents, written.parts, len(package.files))
    akte = "x:Schriftgutobjekt/x:Akte"
    matter = "x:Akteninhalt/x:Vorgang/x:AllgemeineMetadaten/x:Betreff"
    assert ["Rückforderung", "Aktenführung"] * 3 == texts(package.message, f"{akte}/{matter}")
    assert ["Bewilligung"] * 3 == texts(
        package.message, f"{akte}/x:Akteninhalt/x:Teilakte/{matter}"
    )
    assert ["Dem Archiv angeboten", "Archiv übernimmt die Akte"] * 3 == texts(
        package.message, f"{akte}/x:HistorienProtokollInformation/x:Aktion"
    )
    assert 6 == len(texts(package.message, ".//x:Version/x:Format/x:Primaerdokument/..")) - 12
    assert ["fall\ufffd.xml"] * 3 == texts(
        package.message, ".//x:Anlage/x:AllgemeineMetadaten/x:Betreff"
    )


async def test_a_package_that_was_lost_is_made_again(house: EFileHouse, outbox: Path) -> None:
    room, process = house.efile.handover, await offered(house)
    await appraise(house, process, dict.fromkeys(await states(house, process), "A"))
    voice = Voice(by(5), TODAY, process)
    first = (await room.deliver("muster", outbox, PARTIES, voice)).written
    names = set(unpack(first.package).files)

    again = (await room.deliver("muster", outbox, PARTIES, Voice(by(6), TODAY, process))).written

    assert names < set(unpack(again.package).files)
    assert 3 * (first.documents // 3 + 1) == again.documents
    assert {again.package.name, *(path.name for path in again.sums)} == names_in(outbox)
    assert {"delivered"} == set((await states(house, process)).values())


async def test_an_offer_is_split_before_a_package_grows_too_large(house: EFileHouse) -> None:
    room = house.efile.handover

    made = await room.offer("muster", by(1), TODAY, bounds=Bounds(files=2))
    again = await room.offer("muster", by(1), TODAY, bounds=Bounds(files=2))
    listed = await room.processes("muster")

    (first,) = await room.processes("muster", limit=1)
    (second,) = await room.processes("muster", first.cursor)
    assert [first, second] == listed
    assert (2, []) == (len(made), again)
    assert sorted(made) == sorted(one.id for one in listed)
    assert [1, 2] == sorted(one.files for one in listed)
    assert {"offered"} == {state for one in listed for state in one.states}
    assert [] == await room.processes("other")
    with pytest.raises(NotFound, match="offer_missing"):
        await room.files("other", made[0], TODAY)


async def test_what_is_kept_or_held_is_not_offered(house: EFileHouse) -> None:
    room, retention = house.efile.handover, house.efile.retention
    await retention.hold("muster", "51.3-0001", "Klage", TODAY, None, by(1))
    await retention.record_day("muster", "51.3-0002", "benefit_ended", None, "läuft", by(2))

    assert ["51.3-0003"] == [
        one.akte.aktenzeichen for one in await room.candidates("muster", TODAY)
    ]
    with pytest.raises(Conflict, match="not_to_be_offered"):
        await room.offer("muster", by(3), TODAY, ["51.3-0003", "51.3-0001"])


async def test_a_later_offer_takes_the_place_of_an_earlier(house: EFileHouse) -> None:
    room, first = house.efile.handover, await offered(house)
    (second,) = await room.offer("muster", by(2), TODAY, ["51.3-0001"])

    assert (2, 1) == (len(await states(house, first)), len(await states(house, second)))
    (name,) = await states(house, second)
    with pytest.raises(AnswerContradicts, match="offer_superseded"):
        await appraise(house, first, {name: "A"})


async def test_an_answer_counts_whole_or_not_at_all(house: EFileHouse) -> None:
    process = await offered(house)
    one, two, _ = sorted(await states(house, process))
    with pytest.raises(AnswerContradicts, match="appraised_object_unknown"):
        await appraise(house, process, {one: "A", str(uuid.uuid4()): "V"})
    assert {"offered"} == set((await states(house, process)).values())
    await appraise(house, process, {one: "A", two: "V"}, 3)
    again = house.snapshot()
    await appraise(house, process, {one: "A", two: "V"}, 4)
    assert again == house.snapshot()
    with pytest.raises(AnswerContradicts, match="appraisal_changed"):
        await appraise(house, process, {one: "V"}, 5)
    with pytest.raises(NotFound, match="offer_missing"):
        await appraise(house, str(uuid.uuid4()), {one: "A"}, 6)


async def test_receipts_are_noted_once(house: EFileHouse, outbox: Path) -> None:
    hearing, process = house.efile.handover.hearing, await offered(house)
    early = Voice(by(2), TODAY, process, "a" * 64)
    with pytest.raises(Conflict, match="nothing_delivered"):
        await hearing.take_receipt("muster", archive_messages.DELIVERY_RECEIVED, early)
    first = await hearing.take_receipt("muster", archive_messages.OFFER_RECEIVED, early)
    again = await hearing.take_receipt("muster", archive_messages.OFFER_RECEIVED, early)

    every = tuple(f"51.3-000{number}" for number in (1, 2, 3))
    assert ({"received": every}, {}) == (first.new | {"received": every}, again.new)
    assert set(every) == set(first.new["received"])
    (offer, *_) = [
        one.standing.offer for one in await house.efile.handover.files("muster", process, TODAY)
    ]
    assert offer is not None
    assert (TODAY, None) == (offer.arrived, offer.delivery_arrived)


async def test_what_comes_after_the_delivery_is_not_destroyed(
    house: EFileHouse, outbox: Path
) -> None:
    room, process = house.efile.handover, await offered(house)
    says = await states(house, process)
    await appraise(house, process, dict.fromkeys(says, "A"))
    await room.deliver("muster", outbox, PARTIES, Voice(by(5), TODAY, process))
    done = [TakenIn(name, done=True) for name in says]
    await room.hearing.take_confirmation("muster", done, Voice(by(6), TODAY, process, "c" * 64))
    assert [] == await room.candidates("muster", TODAY)
    await house.efile.file(request(99, filed_at_us=1_790_000_000_000_000))

    found = await house.efile.retention.outlook("muster", "51.3-0001", TODAY)

    assert ("offer", True) == (found.decision.state, found.standing.late)
    assert "kamen Dokumente hinzu" in found.decision.sentence
    assert ["51.3-0001"] == [
        one.akte.aktenzeichen for one in await room.candidates("muster", TODAY)
    ]
    assert "due" == await decision(house, "51.3-0002")
