import json
from dataclasses import replace

import pytest

from efile import FilingRequest, Part
from tests.small_house import OFFICE, SmallHouse
from tests.unit.hub.web.conftest import Arrive, LogOf


@pytest.mark.parametrize("query", ["Sommerfeld", "mila", "UV-2026-08", "Mindestunterhalt"])
async def test_a_file_is_found(house: SmallHouse, arrive: Arrive, query: str) -> None:
    visitor = await arrive("ahrens")
    page = await (await visitor.get(f"/akten?q={query}")).text()

    assert f"/akten/{house.akte}" in page


async def test_found_words_are_marked_and_nothing_in_them_is_markup(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    found = await (await visitor.get("/akten?q=Widerspruch")).text()
    hostile = await (await visitor.get("/akten?q=<script>alert(1)</script>")).text()

    assert "<mark>Widerspruch</mark>" in found
    assert "<script>alert" not in hostile
    assert "&lt;script&gt;" in hostile


async def test_nothing_found_is_said_and_searched_words_are_on_record(
    arrive: Arrive, log_of: LogOf
) -> None:
    visitor = await arrive("ahrens")
    page = await (await visitor.get("/akten?q=Nirgendwo")).text()

    assert "Nichts gefunden." in page
    assert ("search", "Nirgendwo") == (
        (await log_of())[-1]["object_kind"], (await log_of())[-1]["object_id"],
    )  # fmt: skip


async def test_the_list_goes_on_where_it_stopped(house: SmallHouse, arrive: Arrive) -> None:
    for number in range(30):
        await house.services.efile.file(_filing(number))
    visitor = await arrive("ahrens")
    first = await (await visitor.get("/akten")).text()
    following = first.split('href="/akten?')[1].split('"')[0].replace("&amp;", "&")
    second = await (await visitor.get(f"/akten?{following}")).text()

    assert 25 == first.count('class="row"')
    assert 6 == second.count('class="row"')
    assert 20_000 > len(first.encode())


def _filing(number: int) -> FilingRequest:
    return FilingRequest(
        tenant=OFFICE, aktenzeichen=f"UV-2025-{number:04d}", akte_title=f"Kind {number}",
        aktenplan="51.3", vorgang="V", title="T", doc_type="T", document_key=f"many-{number}",
        source_id="m", direction="in", received_at_us=1, filed_at_us=1, actor="hub",
        parts=(Part("original", "t.json", "application/json", json.dumps(number).encode()),),
    )  # fmt: skip


async def test_why_a_document_was_found_is_said_where_it_is_written_otherwise(
    house: SmallHouse, arrive: Arrive
) -> None:
    text = "Frau Müller wegen der Unterhaltsvorschussleistung vom 1. März 2026, überzahlt"
    part = Part("original", "t.txt", "text/plain", text.encode())
    await house.services.efile.file(replace(_filing(1), parts=(part,)))
    visitor = await arrive("ahrens")

    said = {
        query: await (await visitor.get(f"/akten?q={query}")).text()
        for query in ("Mueller", "Vorschuss", "01.03.2026", "über*", "Leistungen")
    }
    assert "Müller ist geschrieben wie „Mueller“" in said["Mueller"]
    assert "„Vorschuss“ als Teil von Unterhaltsvorschussleistung" in said["Vorschuss"]
    assert "Datum 1. März 2026" in said["01.03.2026"]
    assert "überzahlt beginnt mit „über“" in said["über*"]
    assert "als Teil von Unterhaltsvorschussleistung" in said["Leistungen"]


async def test_one_file_is_looked_through(house: SmallHouse, arrive: Arrive, log_of: LogOf) -> None:
    await house.services.efile.file(replace(_filing(1), title="Widerspruch anderswo"))
    visitor = await arrive("ahrens")
    everywhere = await (await visitor.get("/akten?q=Widerspruch")).text()
    within = await (await visitor.get(f"/akten?q=Widerspruch&akte={house.akte}")).text()
    (entry,) = (await log_of())[-1:]

    assert "Widerspruch anderswo" in everywhere
    assert "Widerspruch anderswo" not in within
    assert "<mark>Widerspruch</mark>" in within
    assert (house.akte, "Widerspruch") == (entry["akte"], entry["object_id"])


async def test_a_file_of_another_office_is_not_looked_through(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("fremd")

    assert 404 == (await visitor.get(f"/akten?q=Widerspruch&akte={house.akte}")).status


async def test_searching_has_its_measure(arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    statuses = [(await visitor.get(f"/akten?q=w{number}")).status for number in range(62)]

    assert [200] * 60 + [429] * 2 == statuses


async def test_another_office_finds_nothing_of_ours(arrive: Arrive) -> None:
    visitor = await arrive("fremd")
    page = await (await visitor.get("/akten?q=Sommerfeld")).text()

    assert "Nichts gefunden." in page
