"""Signing in with a second factor, as a person does: set up, out, in again, step-up."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.conftest import Stage, opened
from tests.browser.test_accessibility import AXE
from tests.factor import App, strict
from tests.small_house import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
async def strict_stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A house where every role needs a second factor."""
    async with opened(tmp_path, tmp_path / "nothing", strict) as one:
        yield one


async def sound(page: Page) -> None:
    """See that axe finds nothing, and that the page fits into 320 pixels."""
    result: Any = await Axe().run(page, options=AXE)
    await page.set_viewport_size({"width": 320, "height": 800})
    width = await page.evaluate("document.documentElement.scrollWidth")
    await page.set_viewport_size({"width": 1280, "height": 800})

    assert [] == [(one["id"], one["nodes"]) for one in result.response["violations"]]
    assert width <= 320


async def give_password(page: Page) -> None:
    await page.fill("#kennung", "ahrens")
    await page.fill("#passwort", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/anmelden/" in url)


async def give_code(page: Page, app: App, stage: Stage) -> None:
    await page.fill("#code", app.code(stage.house.clock.now_us()))
    await page.keyboard.press("Enter")


async def test_set_up_sign_out_sign_in_with_code_and_step_up(strict_stage: Stage) -> None:
    stage, page = strict_stage, await strict_stage.page()
    await page.goto("/akten")
    await give_password(page)
    await sound(page)
    typed = "".join((await page.inner_text("#schluessel")).split())
    app = App(base64.b32decode(typed), ())
    await give_code(page, app, stage)
    await expect(page.locator(".codes li")).to_have_count(8)
    await sound(page)
    await page.get_by_role("link", name="Codes verwahrt").click()
    await expect(page.get_by_role("heading", name="Akten", level=1)).to_be_visible()

    await page.click(".person summary")
    await page.get_by_role("button", name="Abmelden").click()
    await give_password(page)
    await sound(page)
    stage.house.clock.advance(30)
    await give_code(page, app, stage)
    await expect(page.get_by_role("heading", name="Akten", level=1)).to_be_visible()

    stage.house.clock.advance(16 * 60)
    await page.goto(f"/akten/{stage.house.akte}/ausgabe")
    await sound(page)
    await page.fill("#passwort", PASSWORD)
    await give_code(page, app, stage)
    await page.wait_for_url(lambda url: url.endswith("/ausgabe"))
    await page.goto("/zweiter-faktor")
    await sound(page)
