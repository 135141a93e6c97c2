import pytest

from tests.small_house import ARCHIVE, REPEATABLE, SmallHouse, archive_a_year
from tests.unit.hub.web.conftest import Arrive

REFUSED = "/nachrichten/0192f0a0-0000-7000-8000-000000000007"


async def test_the_balance_ties_out_and_each_number_opens_its_list(arrive: Arrive) -> None:
    visitor = await arrive("verwalter")
    page = await (await visitor.get("/bilanz")).text()
    listed = await (await visitor.get("/nachrichten?zustand=received&zustand=routed")).text()

    assert "Die Bilanz geht auf." in page
    assert "/nachrichten?zustand=received&amp;zustand=routed" in page
    assert "Auskunft des AZR" in listed
    assert ">Isteinnahme</a>" not in listed


async def test_an_imbalance_is_an_alarm(house: SmallHouse, arrive: Arrive) -> None:
    await house.database.write(
        lambda tx: tx.run("UPDATE message SET state = 'closed' WHERE state = 'clearing'")
    )
    page = await (await (await arrive("verwalter")).get("/bilanz")).text()

    assert "Die Bilanz geht nicht auf." in page


async def test_the_operator_sees_the_balance_of_every_office(arrive: Arrive) -> None:
    page = await (await (await arrive("betrieb")).get("/bilanz")).text()

    assert "Nach Mandant" in page
    assert "beispielkreis" in page


async def test_a_refused_message_names_the_place_of_each_finding(arrive: Arrive) -> None:
    own = await (await (await arrive("verwalter")).get(REFUSED)).text()
    operator = await (await (await arrive("betrieb")).get(REFUSED)).text()

    assert "Das Feld fallnummer fehlt." in own
    assert "Zeile 12, Spalte 3" in own
    assert "Das Feld fallnummer fehlt." not in operator
    assert "Zeile 12, Spalte 3" in operator


async def test_a_blocked_case_shows_what_stands_and_who_decides(arrive: Arrive) -> None:
    page = await (await (await arrive("verwalter")).get("/sperren")).text()

    assert "Ablage in der Akte" in page
    assert "/klaerfaelle/clearing-1" in page


@pytest.mark.parametrize(
    "path", ["?vor=x.y", "?vor=1", f"?vor={'9' * 40}.x", "?zustand=unknown", "?fall=%00"]
)
async def test_a_crooked_question_is_answered_all_the_same(arrive: Arrive, path: str) -> None:
    visitor = await arrive("verwalter")

    assert 200 == (await visitor.get("/nachrichten" + path)).status


async def test_a_message_of_another_office_does_not_exist(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("verwalter")

    assert 404 == (await visitor.get("/nachrichten/0192f0a0-0000-7000-8000-000000000009")).status


async def test_a_message_names_the_archive_its_steps_left_for(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("verwalter")
    before = await (await visitor.get(f"/nachrichten/{REPEATABLE}")).text()
    await archive_a_year(house)
    old = await (await visitor.get(f"/nachrichten/{REPEATABLE}")).text()
    new = await (await visitor.get(REFUSED)).text()

    assert ARCHIVE not in before + new
    assert "Ältere Schritte stehen nicht mehr im Journal." in old
    assert f"{ARCHIVE}</span>" in old
    assert f"journal trace {REPEATABLE} --archive" in old
