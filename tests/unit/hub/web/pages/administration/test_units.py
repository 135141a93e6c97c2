"""Units are made, renamed and closed on their pages; a successor sees what it took over."""

from __future__ import annotations

from efile import Author, Competence
from hub.store.casework import keeping, units
from hub.store.database import Row
from tests.small_house import OFFICE, OTHER_OFFICE, SmallHouse, keep_beside
from tests.unit.hub.web.conftest import Arrive, LogOf

PATH = f"/verwaltung/sachgebiete/{OFFICE}"


async def kept(house: SmallHouse) -> dict[str, Row]:
    rows = await house.database.read(lambda tx: keeping.kept(tx, OFFICE))
    return {row["id"]: row for row in rows}


async def test_a_unit_is_made_and_renamed_and_both_are_on_record(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    keeper = await arrive("verwalter")
    made = await keeper.post(PATH, kuerzel="UV-2", name="  Unterhaltsvorschuss   L-Z ")
    again = await keeper.post(PATH, kuerzel="uv-2", name="Anders")
    wrong = await keeper.post(PATH, kuerzel="uv 3", name="<Drei>")
    renamed = await keeper.post(f"{PATH}/uv-2/name", name="Zweites Sachgebiet")

    assert [303, 422, 422, 303] == [one.status for one in (made, again, wrong, renamed)]
    assert "&lt;Drei&gt;" in await wrong.text()
    assert {"uv-2": "Zweites Sachgebiet"} == {
        k: row["name"] for k, row in (await kept(house)).items()
    }
    noted = [
        (row["object_id"], row["result"]) for row in await log_of() if row["object_kind"] == "unit"
    ]
    assert (f"{OFFICE} uv-2", "granted") == noted[0] == noted[-1]
    assert [f"{OFFICE} uv-2", f"{OFFICE} uv 3"] == [one for one, said in noted if said != "granted"]


async def test_who_takes_over_sees_the_files_from_the_next_click(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    await keep_beside(house)
    await house.database.write(lambda tx: keeping.create(tx, OFFICE, "uv2", "L-Z"))
    access, at_us = house.services.efile.access, house.clock.now_us()
    await access.assign(OFFICE, house.akte, Competence(unit="uv1"), "x", Author("a", at_us, "k"))
    ahrens, keeper = await arrive("ahrens"), await arrive("verwalter")
    page = await (await keeper.get(f"{PATH}/uv1")).text()
    alone = await keeper.post(f"{PATH}/uv1/schliessen")
    await house.database.write(lambda tx: units.join(tx, "ahrens", [], at_us))
    outside = await ahrens.get(f"/akten/{house.akte}")
    await house.database.write(lambda tx: units.join(tx, "ahrens", ["uv2"], at_us))
    closed = await keeper.post(f"{PATH}/uv1/schliessen", nachfolge="uv2")
    inside = await ahrens.get(f"/akten/{house.akte}/zugriff")

    assert "Unterhaltsvorschuss A-K" in page
    assert [422, 404, 303, 200] == [one.status for one in (alone, outside, closed, inside)]
    assert "(geschlossen, jetzt <strong>uv2</strong>)" in await inside.text()
    assert '<option value="uv2" selected>' in await inside.text()
    shown = await (await keeper.get(PATH)).text()
    assert "+ 1 aus geschlossenen" in shown
    acts = [row["object_id"] for row in await log_of() if row["action"] == "unit_closed"]
    assert [f"{OFFICE} uv1", f"{OFFICE} uv1 uv2"] == acts


async def test_nobody_gives_themselves_files_by_closing_a_unit(
    house: SmallHouse, arrive: Arrive
) -> None:
    for unit in ("a", "b", "c"):
        await house.database.write(lambda tx, u=unit: keeping.create(tx, OFFICE, u, u))
    await house.database.write(lambda tx: units.join(tx, "verwalter", ["a"], 1))
    keeper, operator = await arrive("verwalter"), await arrive("betrieb")
    got = [
        (await visitor.post(f"{PATH}/{unit}/schliessen", nachfolge=heir)).status
        for visitor, unit, heir in [
            (keeper, "a", "b"), (keeper, "b", "a"), (keeper, "c", "b"), (operator, "a", "b"),
        ]
    ]  # fmt: skip

    assert [409, 409, 303, 303] == got


async def test_the_central_operator_chooses_the_office_first(
    house: SmallHouse, arrive: Arrive
) -> None:
    operator, keeper = await arrive("betrieb"), await arrive("verwalter")
    offices = await (await operator.get("/verwaltung/sachgebiete")).text()

    assert all(f"/verwaltung/sachgebiete/{one}" in offices for one in (OFFICE, OTHER_OFFICE))
    assert PATH == (await keeper.get("/verwaltung/sachgebiete")).headers["Location"]
