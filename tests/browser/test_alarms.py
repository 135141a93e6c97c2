"""The banner is read out when an alarm comes or goes, and not on every page."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Stage

pytestmark = pytest.mark.browser


async def test_an_alarm_is_read_out_once(stage: Stage) -> None:
    page = await stage.signed_in("verwalter")
    await expect(page.locator("#ansage")).to_contain_text("Alarm: ")
    key = await page.evaluate("sessionStorage.getItem('alarme')")

    await page.goto("/nachrichten")
    again = await page.evaluate("sessionStorage.getItem('alarme')")
    shown = await page.get_by_role("complementary", name="Alarme").count()
    said = await page.text_content("#ansage")

    assert (key, 1, "") == (again, shown, said)

    await stage.house.database.write(lambda tx: tx.run("UPDATE alarm SET state = 'cleared'"))
    await page.goto("/nachrichten")
    await expect(page.locator("#ansage")).to_have_text("Alle Alarme sind vorbei.")


async def test_the_banner_leads_to_the_cause_by_keyboard(stage: Stage) -> None:
    page = await stage.signed_in("betrieb", width=320)
    link = page.get_by_role("complementary", name="Alarme").get_by_role("link").first
    await link.focus()

    await page.keyboard.press("Enter")
    await page.wait_for_url("**/ziele")

    assert "Ziele" == await page.text_content("h1")
