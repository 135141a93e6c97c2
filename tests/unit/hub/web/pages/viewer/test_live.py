import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from efile import Part
from hub.web.pages.viewer.live import is_live
from hub.web.pages.viewer.scripts import base
from hub.web.services import PDFJS
from hub.web.visit import Visit
from tests.small_house import SmallHouse, Visitor, file_more
from tests.unit.hub.web.conftest import Arrive

needs_pdfjs = pytest.mark.skipif(not base(PDFJS), reason="PDF.js is not installed: make setup")


async def told(visitor: Visitor, address: str) -> dict[str, Any]:
    page = await (await visitor.get(f"{address}?rahmen=1")).text()
    found = re.findall(r"data-told='([^']+)'", page)
    return dict(json.loads(found[0]))


async def test_without_pdfjs_the_server_draws(
    house: SmallHouse, arrive: Arrive, tmp_path: Path
) -> None:
    visit = Visit(replace(house.services, pdfjs=tmp_path), "correlation")
    document = await house.services.efile.document("musterstadt", house.files["bescheid"])

    assert not is_live(visit, document)


@needs_pdfjs
async def test_the_script_is_told_where_the_bytes_lie_and_what_comes_next(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    first = await told(visitor, house.document("bescheid"))

    assert f"{house.document('bescheid')}/teile/0" == first["pdf"]["address"]
    assert [f"{house.document('antrag')}/teile/0"] == [
        one["pdf"]["address"] for one in first["around"]
    ]


@needs_pdfjs
async def test_a_page_shows_the_stored_picture_and_without_scripts_what_the_server_draws(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    page = await (await visitor.get(house.document("bescheid"))).text()
    before, _, after = page.partition("<noscript>")

    assert f'class="sheet-first" src="{house.document("bescheid")}/erste-seite.webp?' in before
    assert "sheet-image" not in before
    assert "/seiten/1.png" in after.partition("</noscript>")[0]


@needs_pdfjs
async def test_a_document_that_cannot_be_drawn_has_no_picture(
    house: SmallHouse, arrive: Arrive
) -> None:
    ids = await file_more(house, {"kaputt": Part("original", "k.pdf", "application/pdf", b"%PDF-1.7 torn")})  # fmt: skip
    while await house.services.efile.first_pages.round():
        pass
    visitor = await arrive("ahrens")
    torn = await told(visitor, f"/akten/{house.akte}/dokumente/{ids['kaputt']}")

    assert torn["first"] is None
    assert (await told(visitor, house.document("bescheid")))["first"]


async def test_what_is_no_pdf_has_no_bytes_to_draw(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")

    assert (await told(visitor, house.document("anordnung")))["pdf"] is None


@needs_pdfjs
async def test_a_frame_costs_the_server_no_drawing(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    frame = await (await visitor.get(house.document("bescheid") + "?rahmen=1")).text()
    drawn = await (await visitor.get(house.document("bescheid") + "?rahmen=1&gezeichnet=1")).text()

    assert "sheet-image" not in frame
    assert "sheet-image" in drawn
    assert "reader-tree" not in frame
