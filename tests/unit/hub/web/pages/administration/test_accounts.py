"""Accounts are kept by administrators of their office, never by their owner."""

from __future__ import annotations

import pytest

from tests.small_house import SmallHouse
from tests.unit.hub.web.conftest import Arrive, LogOf

LIST = "/verwaltung/konten"


def page_of(house: SmallHouse, login: str) -> str:
    return f"{LIST}/{house.accounts[login]}"


async def test_an_office_sees_its_accounts_and_the_operator_all(arrive: Arrive) -> None:
    own = await (await (await arrive("verwalter")).get(LIST)).text()
    every = await (await (await arrive("betrieb")).get(LIST)).text()

    assert ("Petra Ahrens" in own, "Rolf Fremdling" in own) == (True, False)
    assert ("Petra Ahrens" in every, "Rolf Fremdling" in every) == (True, True)
    assert "argon2" not in own + every


async def test_a_locked_person_is_out_at_once_and_may_come_in_again(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    ahrens, keeper = await arrive("ahrens"), await arrive("verwalter")
    page = page_of(house, "ahrens")

    await keeper.post(f"{page}/sperren")
    out = (await ahrens.get("/akten")).status
    locked = await (await keeper.get(page)).text()
    await keeper.post(f"{page}/freigeben")

    assert (303, True) == (out, "gesperrt" in locked)
    assert 200 == (await (await arrive("ahrens")).get("/akten")).status
    done = [row["action"] for row in await log_of() if row["actor"] == "verwalter"]
    assert ["account_locked", "account_viewed", "account_unlocked"] == done[-3:]


async def test_roles_count_from_the_next_click(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    ahrens, keeper = await arrive("ahrens"), await arrive("verwalter")

    await keeper.post(f"{page_of(house, 'ahrens')}/rollen", rolle="auditor")

    noted = next(row for row in await log_of() if row["action"] == "account_roles_set")
    assert f"{house.accounts['ahrens']} auditor" == noted["object_id"]
    assert [403, 200] == [
        (await ahrens.get(path)).status for path in ("/akten", "/zugriffsprotokoll")
    ]


@pytest.mark.parametrize("act", ["sperren", "freigeben", "rollen"])
async def test_nobody_changes_their_own_account(
    house: SmallHouse, arrive: Arrive, act: str
) -> None:
    keeper = await arrive("verwalter")
    page = page_of(house, "verwalter")

    answer = await keeper.post(f"{page}/{act}", rolle="caseworker")

    assert 409 == answer.status
    assert "eigenes Konto" in await (await keeper.get(page)).text()


async def test_the_last_administrator_of_an_office_stays(house: SmallHouse, arrive: Arrive) -> None:
    operator = await arrive("betrieb")
    page = page_of(house, "verwalter")

    refused = [
        (await operator.post(f"{page}/sperren")).status,
        (await operator.post(f"{page}/rollen", rolle="auditor")).status,
    ]

    assert [422, 422] == refused
    assert "zugelassen" in await (await operator.get(page)).text()


async def test_an_account_of_another_office_is_not_there(house: SmallHouse, arrive: Arrive) -> None:
    keeper = await arrive("verwalter")
    foreign = page_of(house, "fremd")

    assert [404, 404] == [
        (await keeper.get(foreign)).status, (await keeper.post(f"{foreign}/sperren")).status,
    ]  # fmt: skip


async def test_changes_ask_who_it_is_after_a_while(house: SmallHouse, arrive: Arrive) -> None:
    keeper = await arrive("verwalter")
    house.clock.advance(16 * 60)

    answer = await keeper.post(f"{page_of(house, 'ahrens')}/sperren")
    shown = await keeper.get(page_of(house, "ahrens"))

    assert (403, 303) == (answer.status, shown.status)
    assert shown.headers["Location"].startswith("/bestaetigen")
