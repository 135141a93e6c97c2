from dataclasses import replace

from aiohttp.test_utils import TestClient, TestServer

from hub.core.errors import Misconfigured, Unavailable
from hub.store.senders import credentials
from hub.store.senders.credentials import Credential
from hub.store.targets import peers
from hub.store.targets.peers import Peer
from hub.store.views.expiry import Expiry
from hub.web.server import build_site
from tests.small_house import SmallHouse, Visitor
from tests.unit.hub.web.conftest import Arrive


async def test_the_certificate_that_expires_first_stands_on_top(arrive: Arrive) -> None:
    page = await (await (await arrive("verwalter")).get("/zertifikate")).text()

    assert page.index("9 Tage") < page.index("45 Tage") < page.index("300 Tage")


async def test_senders_and_cas_stand_beside_with_their_ends(house: SmallHouse) -> None:
    now_us = house.clock.now_us()
    for number, days in enumerate((20, 90)):
        access = Credential(
            id=f"a-{number}", tenant="musterstadt", channel="fachverfahren", sender="portal",
            kind="token", digest=f"d-{number}", created_us=now_us,
            expires_us=now_us + days * 86_400_000_000,
        )  # fmt: skip
        await house.database.write(lambda tx, one=access: credentials.add(tx, one))

    peer = Peer("azr", "cd" * 32, now_us + 4 * 86_400_000_000)
    await house.database.write(lambda tx: peers.note(tx, peer, now_us))

    async def anchors() -> list[Expiry]:
        ends_us = now_us + 3 * 86_400_000_000
        return [Expiry(kind="anchor", name="CN=CA Amt", place="azr", not_after_us=ends_us)]

    async def broken() -> list[Expiry]:
        raise Misconfigured("trust_unreadable", "Anker nicht lesbar.", remedy="Neu einspielen.")

    pages = []
    for look in (anchors, broken):
        site = build_site(replace(house.services, anchors=look))
        async with TestClient(TestServer(site)) as client:
            visitor = Visitor(client)
            await visitor.sign_in("verwalter")
            pages.append(await (await visitor.get("/zertifikate")).text())

    places = [pages[0].index(said) for said in (
        "CN=CA Amt", "cd" * 8, "Nachfolger vorhanden", "90 Tage",
    )]  # fmt: skip
    assert sorted(places) == places
    assert "Anker nicht lesbar. Neu einspielen." in pages[1]


async def test_a_part_that_does_not_answer_is_named(house: SmallHouse) -> None:
    async def away() -> None:
        raise Unavailable("storage_unavailable")

    site = build_site(replace(house.services, parts={"storage": away}))
    async with TestClient(TestServer(site)) as client:
        visitor = Visitor(client)
        await visitor.sign_in("verwalter")
        page = await (await visitor.get("/zustand")).text()

    assert "Aktenspeicher (S3)" in page
    assert "storage_unavailable" in page
    assert "Mindestens ein Teil antwortet nicht." in page


async def test_single_key_shortcuts_can_be_switched_off_and_on(arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    off = await visitor.post("/hilfe/tasten", tasten="aus")
    name, _, value = off.headers["Set-Cookie"].partition(";")[0].partition("=")
    cookies = f"{visitor.headers()['Cookie']}; {name}={value}"
    page = await (await visitor.get("/hilfe", Cookie=cookies)).text()
    on = await visitor.post("/hilfe/tasten", tasten="an")

    assert "data-keys" not in page
    assert "Kürzel einschalten" in page
    assert "Max-Age=0" in on.headers["Set-Cookie"]
