"""What a caseworker does with two notices: tell what is new, and keep one for long."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from efile import Part
from tests.browser.conftest import Stage
from tests.browser.hands import MOST_TABS, Hands
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
        hands = Hands(page)
        await page.goto(stage.house.document("bescheid"))
        await hands.press("v")
        await hands.arrive("Womit vergleichen?")
        await faultless(page)
        await hands.tab_to("Neuer Bescheid")
        await hands.press("Enter")
        await expect(page.locator("del", has_text="299,00")).to_be_visible()
        await expect(page.locator("ins", has_text="310,00")).to_be_visible()
        await faultless(page)
        await hands.tab_to("Bisher Seite 3")
        await hands.press("Enter")
        await hands.arrive("Bewilligungsbescheid", level=1)
        keys, tabs = hands.done()
        assert 3 == keys, "V, one Enter for the choice, one for the page"
        assert tabs <= MOST_TABS
    await page.goto(f"/akten/{stage.house.akte}/dokumente/{newer}")
    await hands.tab_to("Als PDF/A")
    await hands.press("Enter")
    await expect(page.get_by_role("link", name="PDF/A laden")).to_be_visible()
    await faultless(page)
    await hands.tab_to("PDF/A laden")
    async with page.expect_download() as saved:
        await hands.press("Enter")
    assert 2 == hands.done()[0], "one Enter to make it, one to fetch it"

    assert "b (PDF-A).pdf" == (await saved.value).suggested_filename
