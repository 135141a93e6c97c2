"""The report of a check in a real browser: opened as a file, it needs nothing and reads well."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from hub.core.findings import Verdict
from hub.web.presentation.checks import check_page
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.test_accessibility import AXE, COLOURS
from tests.unit.hub.web.presentation.test_checks import HINT, PLACE, ROW, report

pytestmark = pytest.mark.browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A report with every verdict, and a path without a place to break."""
    long = "/bescheid" + "/ebene" * 60
    reports = [
        report(ROW, PLACE, HINT, counts={"date_wrong": 5_000, "xsd_type": 1, "own_rule": 1}),
        report(verdict=Verdict.PASSED, file="gut.xml"),
        report(verdict=Verdict.NOT_CHECKABLE, file=f"{'x' * 200}.xml"),
        report(PLACE, findings=[PLACE.to_dict() | {"path": long}]),
    ]
    path = tmp_path / "bericht.html"
    path.write_text(check_page(reports), encoding="utf-8")
    return path


async def opened(browser: Browser, file: Path, *, width: int = 1280, dark: bool = False) -> Page:
    context = await browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light",
        # Axe is put into the page past its own policy, which allows no script.
        bypass_csp=True,
    )  # fmt: skip
    page = await context.new_page()
    await page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_axe_finds_nothing(browser: Browser, file: Path, *, dark: bool) -> None:
    page = await opened(browser, file, dark=dark)
    result: Any = await Axe().run(page, options=COLOURS if dark else AXE)

    assert [] == [(v["id"], str(v["nodes"])[:400]) for v in result.response["violations"]]


@pytest.mark.parametrize("width", [320, 1280])
async def test_the_page_itself_never_scrolls_sideways(
    browser: Browser, file: Path, width: int
) -> None:
    page = await opened(browser, file, width=width)

    assert width == await page.evaluate("document.documentElement.scrollWidth")


async def test_its_policy_lets_its_style_in_and_nothing_else(browser: Browser, file: Path) -> None:
    context = await browser.new_context(color_scheme="dark")
    page, asked, said = await context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    await page.goto(file.as_uri())
    paper = await page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert "rgb(20, 23, 27)" == paper
    assert [file.as_uri()] == asked
    assert [] == said


async def test_on_paper_it_is_black_on_white_whatever_the_screen(
    browser: Browser, file: Path
) -> None:
    page = await opened(browser, file, dark=True)
    await page.emulate_media(media="print")
    style = "const style = getComputedStyle(document.body); [style.color, style.backgroundColor]"

    assert ["rgb(0, 0, 0)", "rgb(255, 255, 255)"] == await page.evaluate(style)
