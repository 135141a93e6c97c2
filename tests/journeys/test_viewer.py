"""A caseworker reads the story's notice in a real browser, and every look is written down."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import apsw
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, StorageState, async_playwright, expect

from hub.demo import cast
from tests.browser.conftest import FLAGS
from tests.journeys.conftest import Played

pytestmark = [
    pytest.mark.journey, pytest.mark.browser, pytest.mark.s3, pytest.mark.office,
]  # fmt: skip

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def signed_in() -> dict[str, StorageState]:
    """Cookies per login: who signs in too often in a minute has to wait, in tests as in life."""
    return {}


@pytest.fixture
async def page(played: Played, signed_in: dict[str, StorageState]) -> AsyncIterator[Page]:
    """A window in which the first office's caseworker has signed in."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    login = cast.MUSTERSTADT.caseworker[0]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        context = await browser.new_context(
            base_url=played.viewer, storage_state=signed_in.get(login)
        )
        window = await context.new_page()
        if login not in signed_in:
            await sign_in(window, login)
            signed_in[login] = await context.storage_state()
        await window.goto("/akten")
        yield window
        await browser.close()


async def sign_in(window: Page, login: str) -> None:
    await window.goto("/anmelden")
    await window.fill("#kennung", login)
    await window.fill("#passwort", cast.PASSWORD)
    await window.click("button[type=submit]")
    await window.wait_for_url(lambda url: "/anmelden" not in url)


async def open_notice(window: Page) -> None:
    """Find the child by name and open her notice."""
    await window.fill("input[type=search]", "Beispiel")
    await window.keyboard.press("Enter")
    await window.click("text=Beispiel, Amina")
    await window.click("text=Bewilligungsbescheid B-000101-1")


async def test_the_notice_is_found_and_read(page: Page):
    await open_notice(page)
    await page.click("text=Text")
    text = await page.inner_text("main")

    assert "Bewilligungsbescheid für Amina Beispiel" in text
    assert "299,00" in text
    assert "UVG-2026-000101" in text


async def test_the_notice_is_leafed_through_page_by_page(page: Page):
    await open_notice(page)
    first = page.get_by_role("img", name="Seite 1 von 2", exact=True)
    await expect(first).to_be_visible(timeout=30_000)
    await page.get_by_role("button", name="Nächste Seite").click()
    await page.wait_for_url("**seite=2**")
    second = page.get_by_role("img", name="Seite 2 von 2", exact=True)

    await expect(second).to_be_visible(timeout=30_000)


async def test_the_timeline_tells_of_order_notice_claim_and_receipt(page: Page):
    await page.goto("/akten?q=UVG-2026-000103")
    await page.click("text=Vogel & Söhne, Ida Marie")
    text = await page.inner_text("main")

    for said in ("Bescheid", "Auszahlungsanordnung", "Annahmeanordnung",
                 "Soll", "Zahlung"):  # fmt: skip
        assert said in text


async def test_another_office_sees_nothing_of_it(page: Page, played: Played):
    await open_notice(page)
    address = page.url
    browser = page.context.browser
    assert browser is not None
    other = await browser.new_page(base_url=played.viewer)
    await sign_in(other, cast.BEISPIELHAUSEN.caseworker[0])
    answer = await other.goto(address)
    listed = await other.goto("/akten")

    assert answer is not None
    assert answer.status == 404
    assert listed is not None
    assert "Amina" not in await other.inner_text("main")


async def test_axe_finds_nothing_on_file_and_notice(page: Page):
    await open_notice(page)
    notice = await Axe().run(page)
    await page.goto("/akten")
    await page.click("text=Vogel & Söhne, Ida Marie")
    file = await Axe().run(page)

    assert [] == [v["id"] for v in (*notice.response["violations"], *file.response["violations"])]


async def test_every_look_is_in_the_access_log(page: Page, played: Played):
    before = looks(played)
    await open_notice(page)

    assert {"file_viewed", "document_viewed"} <= set(looks(played)[len(before) :])


def looks(played: Played) -> list[str]:
    """Return the actions of the caseworker so far, read past the product's own code."""
    database = apsw.Connection(
        str(played.stage.folder / "data" / "hub.sqlite"), flags=apsw.SQLITE_OPEN_READONLY
    )
    login = cast.MUSTERSTADT.caseworker[0]
    return [
        action
        for (action,) in database.execute(
            "SELECT action FROM access_log WHERE actor = ? ORDER BY seq", (login,)
        )
    ]
