"""Between a right password and a session: one step at a time, and nothing else is open."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from hub.store.accounts import totp
from hub.web.policy import SAFE
from hub.web.routes import ROUTES
from hub.web.server import build_site
from hub.web.visit import COOKIE, HALF_COOKIE, csrf_token
from tests.factor import App, equip, strict
from tests.small_house import PASSWORD, SmallHouse, Visitor
from tests.unit.hub.web.conftest import Arrive, LogOf

CODE, FACTOR, OWN = "/anmelden/code", "/anmelden/zweiter-faktor", "/anmelden/neues-passwort"


class Newcomer(Visitor):
    """Somebody who is signing in: keeps the cookie of the half-done sign-in as well."""

    half = ""

    async def begin(self, login: str = "ahrens", password: str = PASSWORD) -> ClientResponse:
        """Give a password."""
        return self.keep(await self.post("/anmelden", kennung=login, passwort=password))

    async def step(self, path: str, **fields: str) -> ClientResponse:
        """Send the form of a step."""
        form = {"csrf": csrf_token(self.half), **fields}
        headers = self.headers(**{"Sec-Fetch-Site": "same-origin"})
        answer = await self.client.post(path, data=form, headers=headers, allow_redirects=False)
        return self.keep(answer)

    def keep(self, answer: ClientResponse) -> ClientResponse:
        """Keep the cookies of an answer."""
        if HALF_COOKIE in answer.cookies:
            self.half = answer.cookies[HALF_COOKIE].value
        if COOKIE in answer.cookies:
            self.token = answer.cookies[COOKIE].value
        return answer

    def headers(self, **more: str) -> dict[str, str]:
        """Return what the browser sends along."""
        jar = {COOKIE: self.token, HALF_COOKIE: self.half}
        sent = "; ".join(f"{name}={value}" for name, value in jar.items() if value)
        return ({"Cookie": sent} if sent else {}) | more


@pytest.fixture
async def guest(house: SmallHouse) -> AsyncIterator[Newcomer]:
    """Somebody before a house where every role needs a second factor."""
    async with TestClient(TestServer(build_site(strict(house.services)))) as client:
        yield Newcomer(client)


@pytest.fixture
async def app(house: SmallHouse) -> App:
    return await equip(house, "ahrens")


async def test_the_code_opens_the_session_the_password_does_not(
    house: SmallHouse, guest: Newcomer, app: App, log_of: LogOf
) -> None:
    asked = await guest.begin()
    before = await guest.get("/akten")
    planted = guest.half
    wrong = await guest.step(CODE, code="falsch")
    right = await guest.step(CODE, code=app.code(house.clock.now_us()))

    assert (303, CODE, 303) == (asked.status, asked.headers["Location"], before.status)
    assert [(422, True), (303, False)] == [
        (one.status, "passt nicht" in await one.text()) for one in (wrong, right)
    ]
    assert 200 == (await guest.get("/akten")).status
    assert guest.token not in {"", planted}
    told = [(row["actor"], row["action"], row["result"]) for row in await log_of()]
    assert ("ahrens", "signed_in", "step_wanted") == told[0]
    assert [("ahrens", "factor_shown", one) for one in ("refused", "granted")] == told[2:4]


async def test_a_half_done_sign_in_opens_no_page_at_all(guest: Newcomer, app: App) -> None:
    await guest.begin()
    closed = [route for route in ROUTES if not route.policy.public]
    got = set()
    for route in closed:
        for named in (False, True):
            # Also where somebody puts the token into the cookie of a session.
            guest.token = guest.half if named else ""
            path = re.sub(r"\{\w+\}", "1", route.path)
            call = guest.get if route.method in SAFE else guest.step
            answer = await call(path)
            got.add((route.method in SAFE, answer.status, answer.headers.get("Location", "")[:15]))

    assert {(True, 303, "/anmelden?weite"), (False, 401, "")} == got


async def test_a_session_opens_no_step_of_signing_in(arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    steps = [route for route in ROUTES if route.policy.half]
    got = {
        (await (visitor.get if one.method in SAFE else visitor.post)(one.path)).headers["Location"]
        for one in steps
    }

    assert 6 == len(steps)
    assert {"/anmelden?abgelaufen=1"} == got


async def test_a_step_wants_its_own_form(guest: Newcomer, app: App, house: SmallHouse) -> None:
    await guest.begin()
    code = app.code(house.clock.now_us())
    forged = await guest.client.post(
        CODE, data={"csrf": "x", "code": code},
        headers=guest.headers(**{"Sec-Fetch-Site": "same-origin"}), allow_redirects=False,
    )  # fmt: skip
    elsewhere = await guest.client.post(
        CODE, data={"csrf": csrf_token(guest.half), "code": code},
        headers=guest.headers(**{"Sec-Fetch-Site": "cross-site"}), allow_redirects=False,
    )  # fmt: skip

    assert [403, 403] == [forged.status, elsewhere.status]


async def test_codes_and_passwords_are_guessed_from_one_purse(guest: Newcomer, app: App) -> None:
    await guest.begin()
    answers = [await guest.step(CODE, code="falsch") for _ in range(5)]

    assert [422] * 4 + [429] == [one.status for one in answers]


async def test_a_recovery_code_opens_as_well_and_is_on_record(
    guest: Newcomer, app: App, log_of: LogOf
) -> None:
    await guest.begin()
    answer = await guest.step(CODE, notfallcode=app.codes[3].upper())

    assert (303, 200) == (answer.status, (await guest.get("/akten")).status)
    assert "ahrens Notfallcode" in {row["object_id"] for row in await log_of()}


async def test_who_has_no_factor_is_led_to_set_one_up_and_then_into_the_house(
    house: SmallHouse, guest: Newcomer, log_of: LogOf
) -> None:
    asked = await guest.begin()
    page = await (await guest.get(FACTOR)).text()
    again = await (await guest.get(FACTOR)).text()
    text = re.search(r'id="schluessel">(.*?)</p>', page)
    assert text
    secret = _secret(text[1])
    elsewhere = await guest.get(CODE)
    wrong = await guest.step(FACTOR, code="falsch")
    done = await guest.step(FACTOR, code=totp.code_at(secret, totp.step_at(house.clock.now_us())))
    shown = re.findall(r"<li>([a-z0-9-]{19})</li>", await done.text())

    assert (FACTOR, FACTOR) == (asked.headers["Location"], elsewhere.headers["Location"])
    assert text[1] in again
    assert (422, 200, 8) == (wrong.status, done.status, len(shown))
    assert 200 == (await guest.get("/akten")).status
    assert "factor_set_up" in {row["action"] for row in await log_of()}


def _secret(spelled: str) -> bytes:
    letters = re.sub(r"<[^>]+>|\s", "", spelled)
    return base64.b32decode(letters)


async def test_whose_factor_was_reset_reads_by_whom_and_sets_one_up(
    house: SmallHouse, guest: Newcomer, app: App, arrive: Arrive
) -> None:
    keeper = await arrive("verwalter")
    page = f"/verwaltung/konten/{house.accounts['ahrens']}"
    reset = await keeper.post(f"{page}/zweiter-faktor")
    gone = await keeper.post(f"{page}/zweiter-faktor")
    asked = await guest.begin()

    assert (303, 409) == (reset.status, gone.status)
    assert FACTOR == asked.headers["Location"]
    assert "zurückgesetzt, von verwalter" in await (await guest.get(FACTOR)).text()


async def test_a_one_time_password_is_replaced_at_once(
    house: SmallHouse, guest: Newcomer, app: App
) -> None:
    later = house.clock.now_us() + 1_000_000
    await house.database.write(
        lambda tx: tx.run(
            "UPDATE account SET one_time_until_us = :later WHERE login = 'ahrens'", later=later
        )
    )
    await guest.begin()
    code = await guest.step(CODE, code=app.code(house.clock.now_us()))
    same = await guest.step(OWN, neu=PASSWORD)
    short = await guest.step(OWN, neu="kurz")
    own = await guest.step(OWN, neu="ein eigener langer Satz")

    assert (OWN, [422, 422, 303]) == (
        code.headers["Location"], [one.status for one in (same, short, own)],
    )  # fmt: skip
    assert 200 == (await guest.get("/akten")).status


async def test_an_old_window_leads_back_to_the_start(guest: Newcomer, app: App) -> None:
    guest.half = "gone"
    answers = [await guest.get(CODE), await guest.step(CODE, code="falsch")]

    assert {"/anmelden?abgelaufen=1"} == {one.headers["Location"] for one in answers}
    assert "abgelaufen" in await (await guest.get("/anmelden?abgelaufen=1")).text()
