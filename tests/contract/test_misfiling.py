"""A misfiled document is moved with four eyes, on either engine and either store."""

from __future__ import annotations

import pytest

from efile import Conflict, FilingRequest, InvalidRequest, Misfiled, NotFound
from efile.objects import layout
from efile.sealing.store import SealedStore
from tests.efile_house import EFileHouse, message, request
from tests.ending_files import TODAY, by, carry_out

LETTER = request(1, aktenzeichen="AZ 1")
TWIN = request(2, aktenzeichen="AZ 1", parts=LETTER.parts)
PACKED = message(3, aktenzeichen="AZ 1")
NEIGHBOUR = message(4, aktenzeichen="AZ 1")


@pytest.fixture
async def house(either_house: EFileHouse) -> EFileHouse:
    efile = either_house.efile
    await efile.file(request_of_right_file())
    for one in (LETTER, TWIN):
        await efile.file(one)
    await efile.file_all([PACKED, NEIGHBOUR])
    return either_house


def request_of_right_file() -> FilingRequest:
    return request(9, aktenzeichen="AZ 2", akte_title="Schmidt, Ben")


async def moved(house: EFileHouse, document: str, number: int = 1) -> str:
    """Let one person report a document and another say yes; return the run."""
    room = house.efile.disposal
    found = Misfiled(document, "AZ 2", "person", "Namensgleiche Kinder")
    run = await room.misfiled("muster", found, TODAY, by(number))
    await room.approve("muster", run.id, TODAY, by(number + 1, "a.sommer"))
    await carry_out(house.efile)
    return run.id


async def ids(house: EFileHouse, akte: str = "AZ 1") -> dict[str, str]:
    """Return the ids of the documents of a file by their titles."""
    view = await house.efile.akte("muster", akte)
    return {one.title: one.id for one in view.documents}


@pytest.mark.parametrize("title", ["Bescheid 1", "Falldaten 3"])
async def test_it_is_in_the_right_file_and_gone_from_the_wrong_one(
    house: EFileHouse, title: str
) -> None:
    document = (await ids(house))[title]
    before = await house.efile.fetch("muster", document)

    run = await moved(house, document)

    right, wrong = await ids(house, "AZ 2"), await ids(house)
    assert {"Bescheid 9", title, "Fehlablage berichtigt"} == set(right)
    assert before == await house.efile.fetch("muster", right[title])
    assert 3 == len(wrong)
    for left in wrong.values():
        await house.efile.fetch("muster", left)
    with pytest.raises(NotFound):
        await house.efile.fetch("muster", document)
    (said,) = await house.efile.disposal.taken_out("muster", (await akte_id(house)))
    assert ("person", "k.winter", "a.sommer", run) == (
        said.ground, said.proposed_by, said.approved_by, said.run,
    )  # fmt: skip
    assert () == (await house.efile.verify("muster")).faults
    assert () == (await house.efile.reconcile("muster")).faults


async def akte_id(house: EFileHouse, name: str = "AZ 1") -> str:
    return (await house.efile.akte("muster", name)).akte.id


async def test_no_object_of_the_wrong_file_holds_it_any_more(house: EFileHouse) -> None:
    akte = await akte_id(house)
    names = await ids(house)
    view = await house.efile.akte("muster", "AZ 1")
    parts = {one.id: one.parts[0].object_key for one in view.documents}
    for title in ("Bescheid 1", "Falldaten 3"):
        await house.efile.pdfa.make("muster", names[title])
    await moved(house, names["Bescheid 1"], 1)
    twin = await house.efile.fetch("muster", names["Bescheid 2"])
    await moved(house, names["Bescheid 2"], 10)
    await moved(house, names["Falldaten 3"], 20)

    keys = [i.key async for page in house.objects.pages("muster", "v1/") for i in page]
    assert b"Text 1" == twin, "equal contents share an object: it stays while one needs it"
    assert parts[names["Bescheid 1"]] == parts[names["Bescheid 2"]]
    assert parts[names["Bescheid 1"]] not in keys
    assert parts[names["Falldaten 3"]] not in keys
    assert not [key for key in keys if key.startswith((f"v1/a/{akte}/", f"v1/r/{akte}/"))]
    assert ["Falldaten 4"] == list(await ids(house))


async def test_a_rebuild_knows_what_was_moved_and_nothing_brings_it_back(
    house: EFileHouse,
) -> None:
    await moved(house, (await ids(house))["Bescheid 1"])
    grown = house.snapshot()
    with pytest.raises(Conflict, match="document_moved"):
        await house.efile.file(LETTER)
    for table in ("akten", "vorgaenge", "documents", "parts", "texts", "keys", "destroyed", "log"):
        await house.tamper(f"DELETE FROM efile_{table}")  # noqa: S608  fixed names

    report = await house.efile.rebuild("muster")
    await carry_out(house.efile)

    assert () == report.faults
    assert grown == house.snapshot()
    with pytest.raises(Conflict, match="document_moved"):
        await house.efile.file(LETTER)
    assert () == (await house.efile.verify("muster")).faults


async def test_what_cannot_be_moved_is_refused_in_words(house: EFileHouse) -> None:
    room, names = house.efile.disposal, await ids(house)
    letter = names["Bescheid 1"]
    hold = await house.efile.retention.hold("muster", "AZ 1", "Klage", TODAY, None, by(1))
    note = (await ids(house))["Löschsperre ohne Enddatum"]
    refused = [
        (Misfiled(letter, "AZ 1", "person", "x"), Conflict, "misfiling_in_place"),
        (Misfiled(letter, "AZ 2", "person", "x"), Conflict, "misfiling_hindered"),
        (Misfiled(letter, "AZ 7", "person", "x"), NotFound, "akte_missing"),
        (Misfiled("none", "AZ 2", "person", "x"), NotFound, "document_missing"),
        (Misfiled(note, "AZ 2", "person", "x"), InvalidRequest, "misfiling_of_note"),
        (Misfiled(letter, "AZ 2", "whim", "x"), InvalidRequest, "disposal_invalid"),
    ]

    for number, (found, error, code) in enumerate(refused, 2):
        with pytest.raises(error, match=code):
            await room.misfiled("muster", found, TODAY, by(number))
    await house.efile.retention.lift("muster", "AZ 1", hold, "Vergleich", by(20))
    run = await room.misfiled("muster", refused[1][0], TODAY, by(21))
    with pytest.raises(Conflict, match="disposal_same_person"):
        await room.approve("muster", run.id, TODAY, by(22))
    await house.efile.retention.hold("muster", "AZ 1", "Klage", TODAY, None, by(23))
    await room.approve("muster", run.id, TODAY, by(24, "a.sommer"))
    await carry_out(house.efile)
    (line,) = (await room.run("muster", run.id, TODAY)).lines
    assert ("kept", "Löschsperre: Klage") == (line.item.state, line.item.why)
    assert b"Text 1" == await house.efile.fetch("muster", letter)


async def test_a_picture_that_came_too_late_is_found_and_destroyed(house: EFileHouse) -> None:
    document = await house.efile.document("muster", (await ids(house))["Bescheid 1"])
    late = layout.first_page_key(document.akte_id, document.leaf)
    await moved(house, document.id)
    # A process that drew it all the while stored it and ended before it saw the tombstone.
    await SealedStore(house.objects, house.efile.keys).put_once("muster", late, b"picture")

    told = [(one.what, one.where) for one in (await house.efile.verify("muster")).faults]
    await house.efile.reconcile("muster")
    await carry_out(house.efile)

    assert [("destroyed_remains", late)] == told
    with pytest.raises(NotFound):
        await house.objects.head("muster", late)
    assert () == (await house.efile.verify("muster")).faults
