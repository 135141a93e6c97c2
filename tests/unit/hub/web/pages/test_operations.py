from dataclasses import replace

from aiohttp.test_utils import TestClient, TestServer

from hub.core.errors import Unavailable
from hub.web.server import build_site
from tests.small_house import SmallHouse, Visitor
from tests.unit.hub.web.conftest import Arrive


async def test_the_certificate_that_expires_first_stands_on_top(arrive: Arrive) -> None:
    page = await (await (await arrive("verwalter")).get("/zertifikate")).text()

    assert page.index("9 Tage") < page.index("45 Tage") < page.index("300 Tage")


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
