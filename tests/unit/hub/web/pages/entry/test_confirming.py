"""What leaves the house asks anew who is there."""

from __future__ import annotations

from hub.web.visit import csrf_token
from tests.small_house import PASSWORD, SmallHouse
from tests.unit.hub.web.conftest import Arrive, LogOf

ASK = "/bestaetigen?weiter="


async def test_soon_after_signing_in_nobody_is_asked(house: SmallHouse, arrive: Arrive) -> None:
    clerk = await arrive("ahrens")
    house.clock.advance(14 * 60)

    assert 200 == (await clerk.get(f"/akten/{house.akte}/ausgabe")).status


async def test_later_an_export_asks_for_the_password_and_then_goes_on(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    clerk, page = await arrive("ahrens"), f"/akten/{house.akte}/ausgabe"
    house.clock.advance(16 * 60)
    asked = await clerk.get(page)
    form = await clerk.get(asked.headers["Location"])
    confirmed = await clerk.post("/bestaetigen", passwort=PASSWORD, weiter=page)

    assert asked.headers["Location"] == f"{ASK}{page.replace('/', '%2F')}"
    assert "Bestätigen und weiter" in await form.text()
    assert (303, page) == (confirmed.status, confirmed.headers["Location"])
    assert 200 == (await clerk.get(page)).status
    assert "identity_confirmed" in {row["action"] for row in await log_of()}


async def test_with_a_proof_the_session_gets_another_token_and_open_pages_stay_of_use(
    house: SmallHouse, arrive: Arrive
) -> None:
    clerk = await arrive("ahrens")
    before, form = clerk.token, csrf_token(clerk.token)
    await clerk.post("/bestaetigen", passwort=PASSWORD)
    after = clerk.token
    clerk.token = before
    with_the_old = await clerk.get(f"/akten/{house.akte}")
    clerk.token = after

    assert before != after
    assert (303, "/anmelden") == (
        with_the_old.status, with_the_old.headers["Location"].partition("?")[0],
    )  # fmt: skip
    assert 200 == (await clerk.get(f"/akten/{house.akte}")).status
    assert form == csrf_token(after)


async def test_a_wrong_password_opens_nothing(house: SmallHouse, arrive: Arrive) -> None:
    clerk, page = await arrive("ahrens"), f"/akten/{house.akte}/ausgabe"
    house.clock.advance(16 * 60)
    answer = await clerk.post("/bestaetigen", passwort="falsch", weiter=page)

    assert 422 == answer.status
    assert "passt nicht" in await answer.text()
    assert 303 == (await clerk.get(page)).status


async def test_guessing_is_limited_here_as_well(house: SmallHouse, arrive: Arrive) -> None:
    clerk = await arrive("ahrens")
    house.clock.advance(16 * 60)
    answers = [await clerk.post("/bestaetigen", passwort="falsch") for _ in range(6)]

    assert [422] * 5 + [429] == [one.status for one in answers]


async def test_a_form_sent_too_late_lets_nothing_out(house: SmallHouse, arrive: Arrive) -> None:
    clerk = await arrive("ahrens")
    house.clock.advance(16 * 60)
    answer = await clerk.post(f"/akten/{house.akte}/ausgaben", groesse="25", dokument="x")

    assert 403 == answer.status
    assert "noch einmal" in await answer.text()


async def test_nobody_is_led_elsewhere_after_confirming(house: SmallHouse, arrive: Arrive) -> None:
    clerk = await arrive("ahrens")
    answer = await clerk.post("/bestaetigen", passwort=PASSWORD, weiter="https://boese.example/")

    assert "/akten" == answer.headers["Location"]
