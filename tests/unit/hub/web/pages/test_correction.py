"""A corrected copy needs two persons; the difference is shown to both."""

import hashlib

from hub.store.accounts import Role
from tests.small_house import (
    CORRECTION,
    HELD,
    HELD_MESSAGE,
    OFFICE,
    PASSWORD,
    WRONG,
    SmallHouse,
    hold_a_message,
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
