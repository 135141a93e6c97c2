"""Offices, rights and kinds are shown as they are in force."""

from __future__ import annotations

from tests.unit.hub.web.conftest import Arrive


async def read(arrive: Arrive, login: str, path: str) -> str:
    return await (await (await arrive(login)).get(path)).text()


async def test_rights_are_made_from_the_table_of_routes(arrive: Arrive) -> None:
    page = await read(arrive, "verwalter", "/verwaltung/rechte")

    row = page.partition("proof_package_issued")[2].partition("</tr>")[0]
    assert "nur im eigenen Amt, nach erneuter Bestätigung" in row
    assert 1 == row.count("ja</td>")


async def test_an_office_sees_itself_and_the_operator_all(arrive: Arrive) -> None:
    own = await read(arrive, "verwalter", "/verwaltung/aemter")
    every = await read(arrive, "betrieb", "/verwaltung/aemter")

    assert ("beispielkreis" in own, "beispielkreis" in every) == (False, True)
    assert "musterstadt" in own


async def test_kinds_show_their_period_with_its_source(arrive: Arrive) -> None:
    page = await read(arrive, "betrieb", "/verwaltung/aktenarten")

    assert "Unterhaltsvorschuss" in page
    assert "vor Ort zu bestätigen" in page
