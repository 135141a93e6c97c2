"""The own second factor: set up, renewed, taken off, and asked for before anything leaves."""

from __future__ import annotations

import base64
import re

from hub.store.accounts import totp
from hub.web.visit import COOKIE
from tests.factor import equip
from tests.small_house import PASSWORD, SmallHouse, Visitor
from tests.unit.hub.web.conftest import Arrive, LogOf

PAGE = "/zweiter-faktor"
ASK = "/bestaetigen"


async def secret_of(visitor: Visitor) -> bytes:
    page = await (await visitor.get(f"{PAGE}/einrichten")).text()
    found = re.search(r'id="schluessel">(.*?)</p>', page)
    assert found
    return base64.b32decode(re.sub(r"<[^>]+>|\s", "", found[1]))


async def test_setting_one_up_ends_every_other_session_and_renames_this_one(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    here, there = await arrive("ahrens"), await arrive("ahrens")
    secret, old = await secret_of(here), here.token
    code = totp.code_at(secret, totp.step_at(house.clock.now_us()))
    wrong = await here.post(f"{PAGE}/einrichten", code="falsch")
    done = await here.post(f"{PAGE}/einrichten", code=code)
    here.token = done.cookies[COOKIE].value

    assert (422, 200) == (wrong.status, done.status)
    assert old != here.token
    assert "Eingerichtet am" in await (await here.get(PAGE)).text()
    assert 303 == (await there.get("/akten")).status
    assert "factor_set_up" in {row["action"] for row in await log_of()}


async def test_new_recovery_codes_replace_the_old_ones(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    none = await visitor.post(f"{PAGE}/notfallcodes")
    app = await equip(house, "ahrens")
    page = await (await visitor.post(f"{PAGE}/notfallcodes")).text()
    new = re.findall(r"<li>([a-z0-9-]{19})</li>", page)

    assert 409 == none.status
    assert (8, set()) == (len(new), set(new) & set(app.codes))


async def test_it_is_taken_off_only_where_the_role_needs_none(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    await equip(house, "ahrens")
    done = await visitor.post(f"{PAGE}/entfernen")
    visitor.token = done.cookies[COOKIE].value

    assert f"{PAGE}?getan=entfernt" == done.headers["Location"]
    assert "ist entfernt" in await (await visitor.get(done.headers["Location"])).text()


async def test_before_anything_leaves_password_and_code_are_asked_for(
    house: SmallHouse, arrive: Arrive
) -> None:
    clerk, page = await arrive("ahrens"), f"/akten/{house.akte}/ausgabe"
    app = await equip(house, "ahrens")
    house.clock.advance(16 * 60)
    form = await (await clerk.get(ASK)).text()
    alone = await clerk.post(ASK, passwort=PASSWORD, weiter=page)
    wrong = await clerk.post(ASK, passwort="falsch", code=app.code(house.clock.now_us()))
    both = await clerk.post(
        ASK, passwort=PASSWORD, code=app.code(house.clock.now_us()), weiter=page
    )

    assert "Code aus der App" in form
    assert [422, 422, 303] == [one.status for one in (alone, wrong, both)]
    assert "Passwort oder Code" in await alone.text()
    assert 200 == (await clerk.get(page)).status


async def test_the_page_itself_asks_who_it_is_after_a_while(
    house: SmallHouse, arrive: Arrive
) -> None:
    clerk = await arrive("ahrens")
    house.clock.advance(16 * 60)

    assert (await clerk.get(PAGE)).headers["Location"].startswith(ASK)
    assert 403 == (await clerk.post(f"{PAGE}/entfernen")).status
