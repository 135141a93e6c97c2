"""The staff pages in a real browser: served on loopback, nothing from elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from hub.web.pages.viewer.scripts import base
from hub.web.server import build_site
from hub.web.services import PDFJS, SiteServices
from tests.disposal_desk import keep_runs
from tests.small_house import PASSWORD, SmallHouse, build_small_house, fill_the_desk, serve

expect.set_options(timeout=30_000)
"""Generous: a busy machine is no fault of a page."""
CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass
class Stage:
    """A served house and a browser before it."""

    house: SmallHouse
    address: str
    browser: Browser

    async def page(self, *, width: int = 1280, dark: bool = False) -> Page:
        """Open a window of its own, with no cookie."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            base_url=self.address,
            reduced_motion="reduce",
        )
        page = await context.new_page()
        page.set_default_timeout(30_000)
        return page

    async def signed_in(self, login: str, *, width: int = 1280, dark: bool = False) -> Page:
        """Open a window and sign in, as a person does."""
        page = await self.page(width=width, dark=dark)
        await page.goto("/anmelden")
        await page.fill("#kennung", login)
        await page.fill("#passwort", PASSWORD)
        await page.click("button[type=submit]")
        await page.wait_for_url(lambda url: "/anmelden" not in url)
        return page


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The house as set-up leaves it: the browser draws PDF itself."""
    if not base(PDFJS):
        pytest.skip("PDF.js is not installed: make setup")
    async with opened(tmp_path, PDFJS) as one:
        yield one


@pytest.fixture
async def bare_stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The same without PDF.js: the server draws every page."""
    async with opened(tmp_path, tmp_path / "nothing") as one:
        yield one


@asynccontextmanager
async def opened(
    folder: Path, pdfjs: Path, rules: Callable[[SiteServices], SiteServices] = lambda one: one
) -> AsyncIterator[Stage]:
    """Serve a house of its own, under other rules if wanted, and start a browser."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    house = await build_small_house(folder)
    await fill_the_desk(house)
    await keep_runs(house)
    runner, address = await serve(build_site(rules(replace(house.services, pdfjs=pdfjs))))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield Stage(house, address, browser)
        await browser.close()
    await runner.cleanup()
    await house.close()
