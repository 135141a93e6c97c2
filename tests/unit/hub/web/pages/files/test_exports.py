"""A file as PDF: chosen, made without waiting, fetched."""

from __future__ import annotations

import asyncio

import pytest

from tests.small_house import EXPORT, SmallHouse, Visitor, keep_an_export
from tests.unit.hub.web.conftest import Arrive, LogOf


async def finished(visitor: Visitor, place: str) -> str:
    async with asyncio.timeout(60):
        while True:
            page = await (await visitor.get(place)).text()
            if "data-watch" not in page:
                return page
            await asyncio.sleep(0.02)


async def test_a_file_is_chosen_made_and_fetched(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    visitor = await arrive("ahrens")
    form = await (await visitor.get(f"/akten/{house.akte}/ausgabe")).text()
    chosen = house.files["bescheid"]
    begun = await visitor.post(f"/akten/{house.akte}/ausgaben", dokument=chosen, groesse="25")
    place = begun.headers["Location"]
    page = await finished(visitor, place)
    answer = await visitor.get(f"{place}/1.pdf")
    body = await answer.read()

    assert f'value="{chosen}" checked' in form
    assert 303 == begun.status
    assert f'href="{place}/1.pdf"' in page
    assert body.startswith(b"%PDF-")
    assert "attachment;" in answer.headers["Content-Disposition"]
    assert {"export_prepared", "file_exported", "export_viewed", "export_downloaded"} <= {
        entry["action"] for entry in await log_of()
    }


@pytest.mark.parametrize("given", [{}, {"dokument": "x"}, {"dokument": "x", "groesse": "7"}])
async def test_a_form_that_is_not_ours_is_refused(
    house: SmallHouse, arrive: Arrive, given: dict[str, str]
) -> None:
    visitor = await arrive("ahrens")

    assert 422 == (await visitor.post(f"/akten/{house.akte}/ausgaben", **given)).status


async def test_somebody_elses_export_is_missing(house: SmallHouse, arrive: Arrive) -> None:
    await keep_an_export(house, "jemand")
    visitor = await arrive("ahrens")
    place = f"/akten/{house.akte}/ausgaben/{EXPORT}"

    assert [404, 404] == [(await visitor.get(p)).status for p in (place, f"{place}/1.pdf")]
