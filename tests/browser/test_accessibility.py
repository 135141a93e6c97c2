"""Every page for everybody: rules of axe in light and dark, narrow windows, big targets."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browser.conftest import Stage
from tests.disposal_desk import RUN, WAITING
from tests.small_house import (
    BUSY_INSPECTION,
    CORRECTION,
    DOUBT,
    DOUBT_MESSAGE,
    GROUP,
    HELD,
    HELD_MESSAGE,
    INSPECTION,
    JOB,
    LOOSE,
    OPEN_INSPECTION,
    PROCESS,
    REPEATABLE,
    TABLE_MESSAGE,
)

pytestmark = pytest.mark.browser

INSPECTIONS = (INSPECTION, OPEN_INSPECTION, BUSY_INSPECTION)
_BROKEN = {"resultTypes": ["violations"]}
"""Where everything that is in order is named as well, that takes three times as long."""
COLOURS = _BROKEN | {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
}
"""All that can differ between light and dark."""
AXE = _BROKEN | {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
}
SMALLEST_TARGET = 24
"""CSS pixels that WCAG 2.2 AA (2.5.8) demands of every target; ours aim at 44."""
SMALL = """least => [...document.querySelectorAll('main a, main button, main summary, header a')]
  .filter(one => one.checkVisibility() && !(one.matches('p > a') &&
    [...one.parentElement.childNodes].some(near => near !== one && near.textContent.trim())))
  .map(one => [one.textContent.trim(), one.getBoundingClientRect()])
  .filter(([, box]) => box.height < least || box.width < least)
  .map(([text]) => text)"""
"""Texts of the targets that are smaller; links within sentences may be (2.5.8, *inline*)."""


def pages(stage: Stage, login: str) -> list[str]:
    """Return the addresses a person may open."""
    house = stage.house
    document = house.document("bescheid")
    return {
        "": ["/anmelden", "/anmelden?abgemeldet=1"],
        "ahrens": [
            "/akten", "/akten?q=Bescheid", "/akten?q=Nirgendwo", f"/akten/{house.akte}",
            f"/akten/{house.akte}/aufbewahrung", f"/akten/{house.akte}/ausgabe",
            f"/akten/{house.akte}/beweispaket", f"/akten/{house.akte}/akteneinsicht",
            *(f"/akten/{house.akte}/akteneinsicht/{name}" for name in INSPECTIONS),
            f"/akten/{house.akte}/akteneinsicht/{OPEN_INSPECTION}/dokumente/{house.files['bescheid']}",
            f"/akten/{house.akte}/akteneinsicht/{INSPECTION}/kopie?seite=2",
            f"/akten?q=Bescheid&akte={house.akte}", "/akten?q=Vorschuss",
            f"/akten/{house.akte}/zugriff", f"/akten/{house.akte}/dokumente",
            f"/akten/{house.akte}/dokumente?neu=1", f"/akten/{house.akte}/verlauf",
            f"/akten/{house.akte}/stand/2026-11-10", f"/akten/{house.akte}/stand/2020-01-01",
            f"/akten/{house.akte}/verzeichnis?am=2026-11-10", "/mein-tag", "/mein-tag/neu",
            "/wiedervorlagen", "/wiedervorlagen?wessen=team", "/notzugriff",
            f"{document}/fehlablage", f"/akten/{house.akte}/zugriffe", document, f"{document}?seite=3", f"{document}/text",
            f"{document}?ansicht=formular", house.document("anordnung"),
            house.document("tabelle"), "/klaerfaelle", "/klaerfaelle/clearing-1", "/hilfe",
            "/passwort", "/zweiter-faktor", "/zweiter-faktor/einrichten", "/gibt-es-nicht", "/bilanz", f"/klaerfaelle?gruppe={GROUP}",
            f"/klaerfaelle/{LOOSE}", f"/klaerfaelle/{LOOSE}/anlage?seite=2",
            f"/klaerfaelle/{HELD}", f"/nachrichten/{HELD_MESSAGE}/einsicht",
            f"/nachrichten/{HELD_MESSAGE}/inhalt", f"/klaerfaelle/{HELD}/berichtigen",
            f"/berichtigungen/{CORRECTION}", f"/nachrichten/{TABLE_MESSAGE}/saetze", "/sammelauftraege", f"/sammelauftraege/{JOB}",
        ],
        "verwalter": [
            "/bilanz", "/nachrichten", "/nachrichten?zustand=clearing",
            "/nachrichten/0192f0a0-0000-7000-8000-000000000007", "/sperren", "/zertifikate",
            "/vernichtung", "/vernichtung/vorschlag", f"/vernichtung/{RUN}",
            f"/vernichtung/{RUN}/protokoll", f"/vernichtung/{WAITING}",
            f"/vernichtung/{WAITING}/zustimmen",
            "/aufbewahrung", "/aufbewahrung?alle=1", "/aufbewahrung?am=1990-01-01",
            "/aufbewahrung/archiv", f"/aufbewahrung/archiv/{PROCESS}",
            f"/aufbewahrung/archiv/{PROCESS}?gelesen=0502&neu=1&empfang=1",
            f"/aufbewahrung/archiv/{PROCESS}/uebergabe",
            "/zustand", "/klaerfaelle/clearing-1", f"/nachrichten/{REPEATABLE}",
            f"/klaerfaelle/{DOUBT}", f"/nachrichten/{DOUBT_MESSAGE}", "/verwaltung",
            "/verwaltung/aemter", "/verwaltung/rechte", "/verwaltung/aktenarten",
            "/verwaltung/speicher", "/verwaltung/konten", "/verwaltung/konten/neu",
            f"/verwaltung/konten/{house.accounts['ahrens']}",
            f"/verwaltung/konten/{house.accounts['verwalter']}",
            "/verwaltung/lesbarkeit", "/verwaltung/lesbarkeit/musterstadt/gefaehrdet",
            "/verwaltung/lesbarkeit/musterstadt/fehlt?was=picture",
            "/verwaltung/sachgebiete", "/verwaltung/sachgebiete/musterstadt/uv1",
        ],
        "revision": ["/notzugriffe", "/zugriffsprotokoll", "/zugriffsprotokoll/pruefung"],
        "betrieb": ["/verwaltung/speicher", "/verwaltung/sachgebiete", "/alarme", "/ziele", "/bilanz", "/nachrichten", "/sperren", "/zertifikate"],
    }[login]  # fmt: skip


LOGINS = ["", "ahrens", "verwalter", "revision", "betrieb"]


@pytest.mark.parametrize("login", LOGINS)
async def test_no_page_hinders_anybody(stage: Stage, login: str) -> None:
    page = await (stage.signed_in(login) if login else stage.page())
    found = {path: await hindrances(page, path) for path in pages(stage, login)}

    assert {} == {path: wrong for path, wrong in found.items() if wrong}


async def hindrances(page: Page, path: str) -> list[str]:
    """Return what is wrong with a page in a narrow window, in light and in dark.

    Width and colours are a matter of style alone: one load shows them all.
    """
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 320, "height": 800})
    await page.goto(path)
    width = await page.evaluate("document.documentElement.scrollWidth")
    await page.set_viewport_size({"width": 1280, "height": 800})
    small = await page.evaluate(SMALL, SMALLEST_TARGET)
    light = await violations(page, AXE)
    await page.emulate_media(color_scheme="dark")
    dark = await violations(page, COLOURS)
    wide = [f"wide: {width}"] if width > 320 else []
    return [*wide, *(f"small: {text}" for text in small), *light, *dark]


async def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    """Return which rules of axe a page breaks as it is shown, and where."""
    result: Any = await Axe().run(page, options=rules)
    return [f"{one['id']}: {one['nodes']}"[:600] for one in result.response["violations"]]


async def test_the_menu_of_the_person_and_the_dialog_are_accessible_when_open(
    stage: Stage,
) -> None:
    page = await stage.signed_in("ahrens")
    await page.click(".person summary")
    menu = await violations(page, AXE)
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    dialog = await violations(page, AXE)

    assert [] == menu
    assert [] == dialog


async def test_the_skip_link_comes_first_and_leads_to_the_content(stage: Stage) -> None:
    page = await stage.signed_in("ahrens")
    await page.goto(f"/akten/{stage.house.akte}")
    await page.keyboard.press("Tab")
    first = await page.evaluate("document.activeElement.textContent")
    await page.keyboard.press("Enter")

    assert "Zum Inhalt springen" == first
    assert "inhalt" == await page.evaluate("document.activeElement.id")


async def test_forced_colours_keep_the_current_place_visible(stage: Stage) -> None:
    page = await stage.signed_in("ahrens")
    await page.emulate_media(forced_colors="active")
    await page.goto(stage.house.document("bescheid"))
    style = await page.evaluate(
        "getComputedStyle(document.querySelector('.leaf[aria-current]')).outlineStyle"
    )

    assert "solid" == style
