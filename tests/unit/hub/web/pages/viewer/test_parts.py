import asyncio
import re
from pathlib import Path

import pytest

from hub.core.clock import FixedClock
from hub.web.pages.viewer.parts import TICKET
from tests.small_house import SmallHouse, Visitor
from tests.unit.hub.web.conftest import Arrive, LogOf


async def ticket_of(visitor: Visitor, house: SmallHouse, key: str = "bescheid") -> str:
    page = await (await visitor.get(f"{house.document(key)}?rahmen=1")).text()
    return re.findall(r'"ticket": "([^"]+)"', page)[0]


async def test_a_part_leaves_as_a_download_in_a_sandbox(house: SmallHouse, arrive: Arrive) -> None:
    answer = await (await arrive("ahrens")).get(house.document("bescheid") + "/teile/0")

    assert 200 == answer.status
    assert "application/octet-stream" == answer.content_type
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox; default-src 'none'" == answer.headers["Content-Security-Policy"]
    assert "nosniff" == answer.headers["X-Content-Type-Options"]
    assert "bytes" == answer.headers["Accept-Ranges"]


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [
        ("bytes=0-3", 0, 4),
        ("bytes=5-", 5, None),
        ("bytes=-7", -7, None),
        ("bytes=9-99999", 9, None),
    ],
)
async def test_a_range_is_cut_from_the_proven_whole(
    house: SmallHouse, arrive: Arrive, asked: str, begin: int, end: int | None
) -> None:
    path = house.document("bescheid") + "/teile/0"
    visitor = await arrive("ahrens")
    whole = await (await visitor.get(path)).read()
    answer = await visitor.get(path, Range=asked)
    first = begin % len(whole)

    assert 206 == answer.status
    assert whole[begin:end] == await answer.read()
    last = (end or len(whole)) - 1
    assert f"bytes {first}-{last}/{len(whole)}" == answer.headers["Content-Range"]


async def test_a_range_behind_the_end_is_refused_with_the_length(
    house: SmallHouse, arrive: Arrive
) -> None:
    path = house.document("bescheid") + "/teile/0"
    visitor = await arrive("ahrens")
    size = len(await (await visitor.get(path)).read())
    for asked in (f"bytes={size}-", "bytes=-0", "bytes=7-3"):
        answer = await visitor.get(path, Range=asked)

        assert 416 == answer.status
        assert f"bytes */{size}" == answer.headers["Content-Range"]


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=1-2", "bytes=a-b", "bytes=٣-4"])
async def test_a_range_nobody_understands_gets_the_whole(
    house: SmallHouse, arrive: Arrive, asked: str
) -> None:
    answer = await (await arrive("ahrens")).get(
        house.document("bescheid") + "/teile/0", Range=asked.encode().decode("latin-1")
    )

    assert 200 == answer.status


def contents(folder: Path) -> list[Path]:
    return list(folder.rglob("v1/a/*/o/*/*"))


async def test_ranges_of_changed_bytes_are_never_given(
    house: SmallHouse, arrive: Arrive, tmp_path: Path
) -> None:
    stored = contents(tmp_path)
    for file in stored:
        await asyncio.to_thread(file.write_bytes, b"%PDF something else")
    answer = await (await arrive("ahrens")).get(
        house.document("bescheid") + "/teile/0", Range="bytes=0-3"
    )

    assert stored
    assert answer.status >= 500
    assert not (await answer.read()).startswith(b"%PDF")


async def test_a_view_is_logged_once_however_often_its_bytes_are_asked_for(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    visitor = await arrive("ahrens")
    ticket = await ticket_of(visitor, house)
    before = await log_of()
    for _ in range(3):
        await visitor.get(f"{house.document('bescheid')}/teile/0?sicht={ticket}", Range="bytes=0-9")
    await visitor.get(f"{house.document('bescheid')}/seiten/1.png?sicht={ticket}")

    assert "document_viewed" == before[-1]["action"]
    assert before == await log_of()


async def test_bytes_without_a_view_are_an_access_of_their_own(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    visitor = await arrive("ahrens")
    foreign = await ticket_of(visitor, house, "antrag")
    await visitor.get(f"{house.document('bescheid')}/teile/0")
    await visitor.get(f"{house.document('bescheid')}/teile/0?sicht={foreign}")
    clock = house.clock
    assert isinstance(clock, FixedClock)
    own = await ticket_of(visitor, house)
    for _ in range(3):
        clock.advance(25 * 60)
        await visitor.get("/hilfe")
    await visitor.get(f"{house.document('bescheid')}/teile/0?sicht={own}")
    entries = [entry for entry in await log_of() if entry["action"] == "document_fetched"]

    assert 3 == len(entries)
    assert {house.files["bescheid"]} == {entry["document"] for entry in entries}


async def test_a_refused_range_is_logged_even_with_a_ticket(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    visitor = await arrive("ahrens")
    ticket = await ticket_of(visitor, house)
    await visitor.get(f"{house.document('bescheid')}/teile/7?sicht={ticket}")

    assert "not_found" == (await log_of())[-1]["result"]


async def test_a_first_page_asked_for_ahead_is_logged_once_with_the_bytes_that_follow(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    visitor = await arrive("ahrens")
    own = await ticket_of(visitor, house)
    before = await log_of()
    place = house.document("bescheid")
    within = await visitor.get(f"{place}/erste-seite.webp?sicht={own}")
    silent = await log_of()
    ahead = await visitor.get(f"{place}/erste-seite.webp")
    await visitor.get(f"{place}/teile/0?sicht={ahead.headers[TICKET]}")
    (entry,) = (await log_of())[len(before) :]

    assert before == silent
    assert TICKET not in within.headers
    assert ("image/webp", "no-store") == (ahead.content_type, ahead.headers["Cache-Control"])
    assert await within.read() == await ahead.read()
    assert ("document_fetched", house.files["bescheid"]) == (entry["action"], entry["document"])


async def test_what_has_no_pages_has_no_first_one(house: SmallHouse, arrive: Arrive) -> None:
    answer = await (await arrive("ahrens")).get(house.document("tabelle") + "/erste-seite.webp")

    assert 404 == answer.status


async def test_a_print_is_logged(house: SmallHouse, arrive: Arrive, log_of: LogOf) -> None:
    visitor = await arrive("ahrens")
    answer = await visitor.post(house.document("bescheid") + "/druck")
    last = (await log_of())[-1]

    assert 200 == answer.status
    assert ("document_printed", house.files["bescheid"]) == (last["action"], last["document"])
