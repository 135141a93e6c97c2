"""What a caseworker does with two notices: tell what is new, and keep one for long."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from efile import Part
from tests.browser.conftest import Stage
from tests.browser.test_accessibility import AXE
from tests.small_house import LETTER, REASONS, file_more, pdf

pytestmark = pytest.mark.browser


async def faultless(page: Page) -> None:
    """Demand the rules of axe and a page no wider than its window."""
    found = await Axe().run(page, options=AXE)
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

    assert [] == [one["id"] for one in found.response["violations"]]
    assert not await page.evaluate(wider)


async def test_two_notices_are_compared_and_one_becomes_pdf_a(stage: Stage) -> None:
    letter = pdf(LETTER.replace("299,00", "310,00"), REASONS)
    parts = {"Neuer Bescheid": Part("original", "b.pdf", "", letter)}
    newer = (await file_more(stage.house, parts))["Neuer Bescheid"]
    for width, dark in ((1280, False), (320, True)):
        page = await stage.signed_in("ahrens", width=width, dark=dark)
        await page.goto(stage.house.document("bescheid"))
        await page.keyboard.press("v")
        await expect(page.get_by_role("heading", name="Womit vergleichen?")).to_be_visible()
        await faultless(page)
        await page.get_by_role("link", name="Neuer Bescheid").click()
        await expect(page.locator("del", has_text="299,00")).to_be_visible()
        await expect(page.locator("ins", has_text="310,00")).to_be_visible()
        await faultless(page)
        await page.get_by_role("link", name="Bisher Seite 3").click()
        await expect(page.get_by_role("heading", name="Bewilligungsbescheid")).to_be_visible()
    await page.goto(f"/akten/{stage.house.akte}/dokumente/{newer}")
    await page.get_by_role("button", name="Als PDF/A").click()
    await expect(page.get_by_role("link", name="PDF/A laden")).to_be_visible()
    await faultless(page)
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="PDF/A laden").click()

    assert "b (PDF-A).pdf" == (await saved.value).suggested_filename
