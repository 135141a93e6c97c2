"""Accounts are made on a page, with a password that opens once."""

from __future__ import annotations

import re

from hub.store.accounts import find_account
from hub.store.accounts.keeping import ONE_TIME_US
from tests.small_house import OFFICE, OTHER_OFFICE, SmallHouse, Visitor
from tests.unit.hub.web.conftest import Arrive, LogOf

LIST = "/verwaltung/konten"
NEW = f"{LIST}/neu"
FIELDS = {"name": " Karin  Winter", "kennung": "K.Winter ", "rolle": "caseworker", "mauer": "uvg"}


def word_in(page: str) -> str:
    found = re.search(r'break word">([a-z0-9-]{19})<', page)
    assert found
    return found[1]


async def test_a_new_person_comes_in_with_the_word_and_leaves_it_behind(
    house: SmallHouse, arrive: Arrive, nobody: Visitor, log_of: LogOf
) -> None:
    keeper = await arrive("verwalter")
    made = await keeper.post(NEW, **FIELDS)
    word = word_in(await made.text())
    account = await house.database.read(lambda tx: find_account(tx, "k.winter"))
    asked = await nobody.sign_in("k.winter", word)

    assert account is not None
    assert (OFFICE, "Karin Winter", {"uvg"}) == (account.tenant, account.name, account.walls)
    assert "/anmelden/neues-passwort" == asked.headers["Location"]
    noted = next(row for row in await log_of() if row["action"] == "account_created")
    assert f"{account.id} k.winter caseworker" == noted["object_id"]
    assert "Einmalpasswort ausgegeben" in await (await keeper.get(f"{LIST}/{account.id}")).text()


WRONG = [
    ({"kennung": "ahrens"}, "vergeben"),
    ({"kennung": "ö"}, "Kennung hat"),
    ({"name": " "}, "Name fehlt"),
    ({"rolle": "koenig"}, "Rolle"),
    ({"sachgebiet": "nirgends"}, "Sachgebiet"),
]
"""What no account is made of, and what the page says then."""


async def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    house: SmallHouse, arrive: Arrive
) -> None:
    keeper = await arrive("verwalter")
    for change, said in WRONG:
        answer = await keeper.post(NEW, **FIELDS | change)
        page = await answer.text()

        assert (422, True, True) == (answer.status, said in page, 'value="uvg" checked' in page)
    wall = await keeper.post(NEW, **FIELDS | {"mauer": "nirgends"})

    assert 422 == wall.status
    assert await house.database.read(lambda tx: find_account(tx, "k.winter")) is None


async def test_an_office_makes_accounts_of_its_own_only(house: SmallHouse, arrive: Arrive) -> None:
    keeper, operator = await arrive("verwalter"), await arrive("betrieb")
    await keeper.post(NEW, **FIELDS, amt=OTHER_OFFICE)
    await operator.post(NEW, **FIELDS | {"kennung": "fern"}, amt=OTHER_OFFICE)
    nowhere = await operator.post(NEW, **FIELDS | {"kennung": "x1"}, amt="nirgends")
    central = await operator.post(NEW, **FIELDS | {"kennung": "x2"}, amt="")
    got = [
        await house.database.read(lambda tx, one=login: find_account(tx, one))
        for login in ("k.winter", "fern", "x1", "x2")
    ]

    assert [OFFICE, OTHER_OFFICE, None, None] == [one and one.tenant for one in got]
    assert [422, 422] == [nowhere.status, central.status]
    assert [True, True, False, False] == [one is not None for one in got]


async def test_whoever_forgot_their_password_gets_another_and_is_out_everywhere(
    house: SmallHouse, arrive: Arrive, nobody: Visitor
) -> None:
    ahrens, keeper = await arrive("ahrens"), await arrive("verwalter")
    page = f"{LIST}/{house.accounts['ahrens']}"
    word = word_in(await (await keeper.post(f"{page}/einmalpasswort")).text())
    old = await nobody.sign_in("ahrens")
    new = await nobody.sign_in("ahrens", word)
    house.clock.advance(ONE_TIME_US / 1_000_000)

    assert (303, 422, 303) == ((await ahrens.get("/akten")).status, old.status, new.status)
    assert 422 == (await nobody.sign_in("ahrens", word)).status


async def test_an_account_of_the_provider_gets_no_password(
    house: SmallHouse, arrive: Arrive
) -> None:
    keeper = await arrive("verwalter")
    await house.database.write(
        lambda tx: tx.run("UPDATE account SET federated = 1 WHERE login = 'ahrens'")
    )
    page = f"{LIST}/{house.accounts['ahrens']}"
    answer = await keeper.post(f"{page}/einmalpasswort")

    assert (422, True) == (answer.status, "account_federated" in await answer.text())
    assert "Einmalpasswort ausgeben" not in await (await keeper.get(page)).text()
