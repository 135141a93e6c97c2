"""A place is chosen on a page: drawn with the mouse, or given by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Stage
from tests.small_house import OPEN_INSPECTION

pytestmark = pytest.mark.browser


async def sheet(stage: Stage) -> Page:
    page = await stage.signed_in("ahrens")
    house = stage.house
    await page.goto(
        f"/akten/{house.akte}/akteneinsicht/{OPEN_INSPECTION}/dokumente/{house.files['bescheid']}"
        "?seite=2"
    )
    await expect(page.get_by_text("Keine.")).to_be_visible()
    return page


async def test_a_rectangle_is_drawn_with_the_mouse(bare_stage: Stage) -> None:
    page = await sheet(bare_stage)
    picture = page.locator(".sheet-image")
    await picture.scroll_into_view_if_needed()
    box = await picture.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 100)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 150, steps=4)
    await page.mouse.up()
    left, right = await page.input_value("#links"), await page.input_value("#rechts")
    await page.keyboard.press("Enter")

    assert (20, 50) == (round(float(left)), round(float(right)))
    await expect(page.get_by_text("Stelle von Hand")).to_be_visible()


async def test_a_rectangle_is_given_and_left_again_by_keyboard(bare_stage: Stage) -> None:
    page = await sheet(bare_stage)
    await page.focus("#links")
    for value in ("10", "20", "40", "25"):
        await page.keyboard.press("ControlOrMeta+a")
        await page.keyboard.type(value)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    keep = page.get_by_role("button", name="Stehen lassen")
    await keep.focus()
    await page.keyboard.press("Enter")

    await expect(page.get_by_text("bleibt stehen")).to_be_visible()
