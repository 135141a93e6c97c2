import re

from efile import Author
from tests.small_house import ARCHIVE, OFFICE, SmallHouse, archive_a_year
from tests.unit.hub.web.conftest import Arrive


async def test_a_file_shows_its_facts_structure_and_way(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    page = await (await visitor.get(f"/akten/{house.akte}")).text()

    for text in ("Sommerfeld, Mila Charlotte", "09.03.2015", "Jana Sommerfeld",
                 "Anspruch und Leistung", "Bewilligung", "Zahlungen", "Berechnungsblatt",
                 "Forderung zum Soll gestellt.", "Das AZR hat Auskunft erteilt.",
                 "Prüfung bestanden", "Klärfall eröffnet"):  # fmt: skip
        assert text in page


async def test_documents_of_one_part_of_a_file_are_listed_alone(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    page = await (await visitor.get(f"/akten/{house.akte}/dokumente?teilakte=payment")).text()

    assert "<h1>Teilakte Zahlung</h1>" in page
    assert "Berechnungsblatt" in page
    assert "Bewilligungsbescheid" not in page


async def test_the_newest_station_stands_on_top_and_each_message_once(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    page = await (await visitor.get(f"/akten/{house.akte}")).text()

    assert [
        "Art noch unbekannt", "Auskunft des AZR", "Isteinnahme", "Sollbestätigung",
        "Kassenprotokoll", "Bescheid", "Falldaten",
    ] == re.findall(r"<h3>(.*?)</h3>", page)  # fmt: skip


async def test_another_offices_case_of_the_same_number_stays_out(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("fremd")
    page = await (await visitor.get(f"/akten/{house.other_akte}")).text()

    assert "Fremdling" in page
    assert "Sommerfeld" not in page
    assert "Soll gestellt" not in page


async def test_who_has_read_a_file_is_told_and_told_on(house: SmallHouse, arrive: Arrive) -> None:
    worker, auditor = await arrive("ahrens"), await arrive("revision")
    await worker.get(house.document("bescheid"))
    first = await (await auditor.get(f"/akten/{house.akte}/zugriffe")).text()
    second = await (await auditor.get(f"/akten/{house.akte}/zugriffe")).text()

    assert "Dokument geöffnet" in first
    assert "Lesende der Akte angesehen" not in first
    assert "Lesende der Akte angesehen" in second


async def test_a_file_names_the_archive_of_its_older_steps(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    before = await (await visitor.get(f"/akten/{house.akte}")).text()
    await archive_a_year(house)
    after = await (await visitor.get(f"/akten/{house.akte}")).text()

    assert ARCHIVE not in before
    assert f"{ARCHIVE}</span>" in after
    assert "<h3>Falldaten</h3>" in before
    assert "<h3>Falldaten</h3>" not in after


async def test_a_file_behind_another_wall_is_not_there(house: SmallHouse, arrive: Arrive) -> None:
    room, at_us = house.services.efile.retention, house.clock.now_us()
    akte = await room.open(OFFICE, "beistandschaft", "Geheim, Greta", 2026, Author("x", at_us, "1"))
    view = await house.services.efile.akte(OFFICE, akte.id)
    document = f"/akten/{akte.id}/dokumente/{view.documents[0].id}"
    paths = [f"/akten/{akte.id}{rest}" for rest in ("", "/aufbewahrung", "/zugriffe")]
    paths += [f"{document}{rest}" for rest in ("", "/text", "/original", "/seiten/1.png")]
    visitor, auditor = await arrive("ahrens"), await arrive("revision")

    before = [(await visitor.get(path)).status for path in paths]
    lists = [await (await visitor.get(path)).text() for path in ("/akten", "/akten?q=Geheim")]
    control = (await auditor.get(f"/akten/{akte.id}/zugriffe")).status
    await house.services.accounts.let_behind("ahrens", frozenset({"uvg", "beistandschaft"}))
    after = [(await visitor.get(path)).status for path in paths]
    await house.services.accounts.let_behind("ahrens", frozenset())

    assert ([404] * 7, 200) == (before, control)
    assert "Greta" not in "".join(lists)
    assert [200] * 6 == after[:6]
    assert 404 == (await visitor.get(f"/akten/{house.akte}")).status
