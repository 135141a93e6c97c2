"""Walls, units and deputies are set on the page of an account, never of the own one."""

from __future__ import annotations

from hub.store.accounts import find_account
from hub.store.casework import keeping
from tests.small_house import OFFICE, SmallHouse
from tests.unit.hub.web.conftest import Arrive, LogOf

SPAN = {"von": "2026-11-20", "bis": "2099-12-31"}


def page_of(house: SmallHouse, login: str) -> str:
    return f"/verwaltung/konten/{house.accounts[login]}"


async def test_walls_count_from_the_next_click(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    ahrens, keeper = await arrive("ahrens"), await arrive("verwalter")
    before = (await ahrens.get(f"/akten/{house.akte}")).status
    done = await keeper.post(f"{page_of(house, 'ahrens')}/mauern", mauer="beistandschaft")

    assert (200, 303, 404) == (
        before, done.status, (await ahrens.get(f"/akten/{house.akte}")).status,
    )  # fmt: skip
    noted = next(row for row in await log_of() if row["action"] == "account_walls_set")
    assert f"{house.accounts['ahrens']} beistandschaft" == noted["object_id"]


async def test_units_are_those_of_the_office(house: SmallHouse, arrive: Arrive) -> None:
    keeper, page = await arrive("verwalter"), page_of(house, "ahrens")
    await house.database.write(lambda tx: keeping.create(tx, OFFICE, "neu", "Sachgebiet Neu"))
    await house.database.write(lambda tx: keeping.create(tx, "beispielkreis", "fern", "Fern"))
    done = await keeper.post(f"{page}/sachgebiete", sachgebiet="neu")
    foreign = await keeper.post(f"{page}/sachgebiete", sachgebiet="fern")
    account = await house.database.read(lambda tx: find_account(tx, "ahrens"))

    assert (303, 422, {"neu"}) == (done.status, foreign.status, account and account.units)


async def deputies(house: SmallHouse) -> list[str]:
    rows = await house.database.read(lambda tx: tx.all("SELECT * FROM deputy"))
    return [row["deputy"] for row in rows if row["person"] == "ahrens"]


async def test_a_deputy_is_put_down_and_taken_out_again(house: SmallHouse, arrive: Arrive) -> None:
    keeper, page = await arrive("verwalter"), page_of(house, "ahrens")
    before = await deputies(house)
    set_up = await keeper.post(f"{page}/vertretung", vertretung="revision", **SPAN)
    shown = await (await keeper.get(page)).text()
    during = await deputies(house)
    ended = await keeper.post(f"{page}/vertretung/ende", vertretung="revision")
    again = await keeper.post(f"{page}/vertretung/ende", vertretung="revision")

    assert [303, 303, 422] == [one.status for one in (set_up, ended, again)]
    assert "Vertreten von Dr. Ines Vogt vom 20.11.2026 bis 31.12.2099" in shown
    assert (before, [*before, "revision"]) == (await deputies(house), during)


WRONG = [
    ({"vertretung": "verwalter"}, 409),
    ({"vertretung": "fremd"}, 422),
    ({"vertretung": "niemand"}, 422),
    ({"bis": "irgendwann"}, 422),
    ({"bis": "2020-01-01"}, 422),
]
"""What cannot be put down as a deputy, and how it is answered."""


async def test_no_deputy_is_oneself_elsewhere_or_over(house: SmallHouse, arrive: Arrive) -> None:
    keeper, page = await arrive("verwalter"), f"{page_of(house, 'ahrens')}/vertretung"
    before = await deputies(house)
    sent = [{"vertretung": "revision"} | SPAN | change for change, _ in WRONG]
    got = [(await keeper.post(page, **fields)).status for fields in sent]

    assert [status for _, status in WRONG] == got
    assert before == await deputies(house)


async def test_nobody_changes_what_they_work_on_themselves(
    house: SmallHouse, arrive: Arrive
) -> None:
    keeper, page = await arrive("verwalter"), page_of(house, "verwalter")
    acts = [
        "mauern",
        "sachgebiete",
        "vertretung",
        "vertretung/ende",
        "einmalpasswort",
        "zweiter-faktor",
    ]
    got = [(await keeper.post(f"{page}/{act}", vertretung="ahrens", **SPAN)).status for act in acts]

    assert [409] * 6 == got


async def test_the_central_operator_has_no_files_to_work_on(
    house: SmallHouse, arrive: Arrive
) -> None:
    other = await arrive("betrieb")
    await other.post(
        "/verwaltung/konten/neu", kennung="zweite", name="Zweite", rolle="administrator", amt=""
    )
    account = await house.database.read(lambda tx: find_account(tx, "zweite"))
    assert account is not None
    page = f"/verwaltung/konten/{account.id}"

    assert 200 == (await other.get(page)).status
    assert 422 == (await other.post(f"{page}/mauern", mauer="uvg")).status
