"""Signing in with a second factor by keyboard alone: set up, out, in again, step-up."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.conftest import Stage, opened
from tests.browser.hands import Hands
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


async def give_password(hands: Hands) -> None:
    await hands.type("ahrens")
    await hands.press("Tab")
    await hands.type(PASSWORD)
    await hands.press("Enter")
    await hands.page.wait_for_url(lambda url: "/anmelden/" in url)
    await hands.page.wait_for_load_state()


async def give_code(hands: Hands, app: App, stage: Stage) -> None:
    await hands.type(app.code(stage.house.clock.now_us()))
    await hands.press("Enter")


async def set_up(hands: Hands, stage: Stage) -> App:
    """Set the second factor up as the sign-in asks for it."""
    await give_password(hands)
    await sound(hands.page)
    typed = "".join((await hands.page.inner_text("#schluessel")).split())
    app = App(base64.b32decode(typed), ())
    await give_code(hands, app, stage)
    await expect(hands.page.locator(".codes li")).to_have_count(8)
    await sound(hands.page)
    await hands.tab_to("Codes verwahrt")
    await hands.press("Enter")
    await hands.arrive("Akten", level=1)
    return app


async def sign_in(hands: Hands, app: App, stage: Stage) -> None:
    await give_password(hands)
    await sound(hands.page)
    await give_code(hands, app, stage)
    await hands.arrive("Akten", level=1)


async def test_set_up_sign_out_sign_in_with_code_and_step_up(strict_stage: Stage) -> None:
    stage, page = strict_stage, await strict_stage.page()
    hands = Hands(page)
    await page.goto("/akten")
    app = await set_up(hands, stage)
    assert 6 == hands.done()[0], "login, password, Enter, code, Enter, the link behind the codes"

    await page.click(".person summary")
    await page.get_by_role("button", name="Abmelden").click()
    await hands.arrive("Anmelden", level=1)
    stage.house.clock.advance(30)
    await sign_in(hands, app, stage)
    assert (5, 1) == hands.done(), "login, Tab, password, Enter, code, Enter"

    stage.house.clock.advance(16 * 60)
    await page.goto(f"/akten/{stage.house.akte}/ausgabe")
    await sound(page)
    await hands.type(PASSWORD)
    await hands.press("Tab")
    await give_code(hands, app, stage)
    await page.wait_for_url(lambda url: url.endswith("/ausgabe"))
    assert (3, 1) == hands.done(), "password, Tab, code, Enter"
    await page.goto("/zweiter-faktor")
    await sound(page)
