import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest
from aiohttp.test_utils import TestClient, TestServer

from hub.core.errors import Unavailable
from hub.web.gate import HEADERS
from hub.web.server import build_site
from tests.small_house import SmallHouse, Visitor
from tests.unit.hub.web.conftest import Arrive, LogOf


@pytest.mark.parametrize("path", ["/anmelden", "/akten", "/gibt-es-nicht", "/bilanz"])
async def test_every_page_carries_the_headers_that_protect_it(arrive: Arrive, path: str) -> None:
    visitor = await arrive("ahrens")
    answer = await visitor.get(path)

    assert HEADERS.items() <= dict(answer.headers).items()
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers


async def test_over_https_the_browser_is_told_to_stay_there(house: SmallHouse) -> None:
    site = build_site(replace(house.services, https=True))
    async with TestClient(TestServer(site)) as client:
        answer = await client.get("/anmelden")

        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


async def test_a_stylesheet_may_be_kept_only_under_its_own_fingerprint(nobody: Visitor) -> None:
    page = await (await nobody.get("/anmelden")).text()
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    exact = await nobody.get(address)
    other = await nobody.get("/static/style.css?v=old")

    assert "immutable" in exact.headers["Cache-Control"]
    assert "no-cache" == other.headers["Cache-Control"]
    assert 404 == (await nobody.get("/static/..%2Fserver.py")).status


async def test_the_original_leaves_as_a_download_in_a_sandbox(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    answer = await visitor.get(house.document("bescheid") + "/original")

    assert b"%PDF-1.4" == (await answer.read())[:8]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "sandbox; default-src 'none'" == answer.headers["Content-Security-Policy"]
    assert "application/octet-stream" == answer.headers["Content-Type"]


async def test_an_access_is_on_record_before_its_page_leaves(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    visitor = await arrive("ahrens")
    await visitor.get(house.document("bescheid"))
    entry = (await log_of())[-1]

    assert ("ahrens", "document_viewed", "granted", "Fallbearbeitung") == (
        entry["actor"], entry["action"], entry["result"], entry["purpose"],
    )  # fmt: skip
    assert (house.akte, house.files["bescheid"]) == (entry["akte"], entry["document"])


async def test_nothing_is_shown_when_the_access_cannot_be_recorded(
    house: SmallHouse, tmp_path: Path
) -> None:
    class ReadOnly:
        """A database that has lost its disk."""

        broken = False

        async def read(self, work: Callable[[Any], Any]) -> Any:
            return await house.database.read(work)

        async def write(self, work: Callable[[Any], Any]) -> Any:
            if self.broken:
                raise Unavailable("database_not_durable", "Die Datenbank schreibt nicht.")
            return await house.database.write(work)

    database = ReadOnly()
    site = build_site(replace(house.services, database=database))
    async with TestClient(TestServer(site)) as client:
        visitor = Visitor(client)
        await visitor.sign_in("ahrens")
        database.broken = True
        answer = await visitor.get(f"/akten/{house.akte}")
        page = await answer.text()

    assert 503 == answer.status
    assert "Sommerfeld" not in page
    assert "database_not_durable" in page


async def test_each_page_view_is_exactly_one_entry(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    visitor = await arrive("ahrens")
    paths = ["/akten", f"/akten/{house.akte}", house.document("bescheid") + "/seiten/2.png"]
    for path in paths:
        await visitor.get(path)
    entries = (await log_of())[1:]

    assert ["files_listed", "file_viewed", "page_viewed"] == [e["action"] for e in entries]
    assert f"{house.files['bescheid']}#2" == entries[2]["object_id"]


async def test_requests_at_once_keep_the_chain_whole(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    visitor = await arrive("ahrens")
    await asyncio.gather(*(visitor.get("/akten") for _ in range(20)))

    assert list(range(1, 22)) == [entry["seq"] for entry in await log_of()]


async def test_another_offices_file_and_a_missing_one_look_the_same(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    own_number = "correlation"
    pages = []
    for akte in (house.other_akte, "00000000-0000-0000-0000-000000000000"):
        answer = await visitor.get(f"/akten/{akte}")
        text = await answer.text()
        pages.append((answer.status, text.split("Vorgangsnummer")[0]))
        assert own_number not in text

    assert 404 == pages[0][0]
    assert pages[0] == pages[1]


async def test_a_document_opens_only_within_its_own_file(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    for key, akte in (("fremd", house.akte), ("bescheid", house.other_akte)):
        answer = await visitor.get(f"/akten/{akte}/dokumente/{house.files[key]}")

        assert 404 == answer.status


async def test_an_unexpected_fault_shows_no_words_of_its_own(
    house: SmallHouse, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> Any:
        raise apsw.Error("secret: Sommerfeld")

    site = build_site(replace(house.services, balance=broken))
    async with TestClient(TestServer(site)) as client:
        visitor = Visitor(client)
        await visitor.sign_in("verwalter")
        answer = await visitor.get("/bilanz")
        page = await answer.text()

    assert 500 == answer.status
    assert "internal_error" in page
    assert "Sommerfeld" not in page
    assert "Traceback" not in page
    assert "page_failed" in caplog.messages


async def test_a_form_that_is_too_large_is_refused(arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    answer = await visitor.post("/passwort", alt="x" * 100_000, neu="y")

    assert 413 == answer.status


async def test_an_unknown_address_still_shows_the_menu_to_whom_it_belongs(
    arrive: Arrive, nobody: Visitor
) -> None:
    visitor = await arrive("ahrens")

    assert "Klärfälle" in await (await visitor.get("/gibt-es-nicht")).text()
    assert "Klärfälle" not in await (await nobody.get("/gibt-es-nicht")).text()
