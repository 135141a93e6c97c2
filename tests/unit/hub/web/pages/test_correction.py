"""A corrected copy needs two persons; the difference is shown to both."""

import hashlib

from hub.store.accounts import Role
from tests.small_house import (
    CORRECTION,
    HELD,
    HELD_MESSAGE,
    OFFICE,
    PASSWORD,
    TABLE_MESSAGE,
    WRONG,
    SmallHouse,
    hold_a_message,
    refuse_rows,
)
from tests.unit.hub.web.conftest import Arrive

FORM = f"/klaerfaelle/{HELD}/berichtigen"
PLACE = f"/berichtigungen/{CORRECTION}"
WHY = "Komma statt Punkt"


async def test_content_is_corrected_only_after_a_reason(house: SmallHouse, arrive: Arrive) -> None:
    await hold_a_message(house)
    visitor = await arrive("ahrens")
    away = [(await visitor.get(path)).headers["Location"] for path in (FORM, PLACE)]

    assert all(place.startswith(f"/nachrichten/{HELD_MESSAGE}/einsicht?weiter=") for place in away)


async def test_another_person_sees_the_difference_and_approves_once(
    house: SmallHouse, arrive: Arrive
) -> None:
    await hold_a_message(house)
    visitor = await arrive("ahrens")
    ask = f"/nachrichten/{HELD_MESSAGE}/einsicht"
    opened = await visitor.post(ask, zweck="klaerung", grund=WHY, weiter=PLACE)
    page = await (await visitor.get(PLACE)).text()
    await visitor.post(f"{PLACE}/zustimmen", grund="Stimmt")
    await visitor.post(f"{PLACE}/ablehnen", grund="Doch nicht")
    after = await (await visitor.get(PLACE)).text()

    assert PLACE == opened.headers["Location"]
    assert "-  &lt;betrag&gt;1,0&lt;/betrag&gt;" in page
    assert "+  &lt;betrag&gt;1.0&lt;/betrag&gt;" in page
    assert "Zugestimmt von ahrens" in after


async def test_nobody_approves_their_own(house: SmallHouse, arrive: Arrive) -> None:
    await hold_a_message(house)
    await house.services.accounts.create(
        "bauer", PASSWORD, name="B. Bauer", tenant=OFFICE, roles=frozenset({Role.CASEWORKER})
    )
    visitor = await arrive("bauer")
    own = await visitor.post(f"{PLACE}/zustimmen", grund="Stimmt")

    assert 422 == own.status
    assert "four_eyes" in await own.text()


async def test_a_proposal_keeps_the_line_ends_of_the_original(
    house: SmallHouse, arrive: Arrive
) -> None:
    await hold_a_message(house)
    await house.database.write(lambda tx: tx.run("DELETE FROM correction"))
    visitor = await arrive("ahrens")
    await visitor.post(f"/nachrichten/{HELD_MESSAGE}/einsicht", zweck="klaerung", grund=WHY)
    right = WRONG.replace("1,0", "1.0")

    answer = await visitor.post(FORM, kopie=right.replace("\n", "\r\n").strip(), grund=WHY)

    [row] = await house.database.read(lambda tx: tx.all("SELECT * FROM correction"))
    assert f"/berichtigungen/{row['id']}" == answer.headers["Location"]
    assert hashlib.sha256(right.encode()).hexdigest() == row["copy_sha256"]


async def test_another_offices_correction_does_not_exist(house: SmallHouse, arrive: Arrive) -> None:
    await hold_a_message(house)
    visitor = await arrive("fremd")

    assert [404, 404] == [(await visitor.get(path)).status for path in (FORM, PLACE)]


ROWS = f"/nachrichten/{TABLE_MESSAGE}/saetze"


async def test_refused_rows_are_found_on_the_desk_and_proposed_corrected(
    house: SmallHouse, arrive: Arrive
) -> None:
    await refuse_rows(house)
    visitor = await arrive("ahrens")
    desk = await (await visitor.get("/klaerfaelle")).text()
    away = (await visitor.get(ROWS)).headers["Location"]
    await visitor.post(f"/nachrichten/{TABLE_MESSAGE}/einsicht", zweck="klaerung", grund=WHY)
    form = await (await visitor.get(ROWS)).text()
    text = form.partition('autocomplete="off">\n')[2].partition("</textarea>")[0]

    answer = await visitor.post(ROWS, kopie=text.replace(";00x;", ";000;"), grund=WHY)
    shown = await (await visitor.get(answer.headers["Location"])).text()
    again = await (await visitor.get(ROWS)).text()

    assert f'href="{ROWS}"' in desk
    assert "/einsicht?weiter=" in away
    assert ("value_not_listed", 2) == (form[form.find("value_") :][:16], text.count("\n"))
    assert "Eine andere Person muss zustimmen." in shown
    assert f'href="{ROWS}"' in shown
    assert "wartet auf Zustimmung" in again


async def test_rows_of_another_kind_are_refused_with_the_reason(
    house: SmallHouse, arrive: Arrive
) -> None:
    await hold_a_message(house)
    await refuse_rows(house)
    visitor = await arrive("ahrens")
    await visitor.post(f"/nachrichten/{TABLE_MESSAGE}/einsicht", zweck="klaerung", grund=WHY)

    foreign = await visitor.post(ROWS, kopie="Spalte\r\nWert", grund=WHY)
    strange = await visitor.post(ROWS, kopie="\u4e2d", grund=WHY)
    none = await visitor.get(f"/nachrichten/{HELD_MESSAGE}/saetze")

    assert [422, 422, 422] == [foreign.status, strange.status, none.status]
    assert "rows_foreign" in await foreign.text()
