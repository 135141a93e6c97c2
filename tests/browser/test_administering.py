"""What administrators do by keyboard alone, from the overview; the actions are counted.

First comes the count without Tab, then how often Tab was pressed to find something.
"""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from hub.store.casework import keeping
from tests.browser.conftest import Stage
from tests.browser.hands import MOST_TABS, Hands
from tests.small_house import OFFICE

pytestmark = pytest.mark.browser


async def begin(hands: Hands, name: str, heading: str) -> None:
    """Open a page of administration from the overview."""
    await hands.page.goto("/verwaltung")
    hands.done()
    await follow(hands, name, heading)


async def follow(hands: Hands, name: str, heading: str) -> None:
    """Go to a link by Tab and follow it."""
    await hands.tab_to(name)
    await hands.press("Enter")
    await hands.arrive(heading, level=1, exact=True)


async def fill(hands: Hands, fields: dict[str, str]) -> None:
    """Go to each field by Tab and type a line, or choose from a list by its first letters."""
    for field, line in fields.items():
        await hands.tab_to(field)
        await hands.type(line)


async def make_an_account(hands: Hands) -> None:
    await begin(hands, "Konten", "Konten")
    await follow(hands, "Konto anlegen", "Konto anlegen")
    await fill(hands, {"Name": "Nora Neu", "Kennung für die Anmeldung": "n.neu"})
    await hands.tab_to("Sachbearbeitung")
    await hands.press("Space", "Enter")
    await expect(hands.page.get_by_text("n.neu").first).to_be_visible()


async def close_a_unit(hands: Hands) -> None:
    await begin(hands, "Sachgebiete", "Sachgebiete: Jugendamt Musterstadt")
    await fill(hands, {"Name": "Beistandschaft", "Kürzel": "bei"})
    await hands.press("Enter")
    await expect(hands.page.get_by_role("link", name="Beistandschaft")).to_be_visible()
    await hands.page.wait_for_load_state()
    await follow(hands, "Unterhaltsvorschuss A-K", "Unterhaltsvorschuss A-K")
    await fill(hands, {"Wer übernimmt?": "Beistandschaft"})
    await hands.tab_to("Schließen")
    await hands.press("Enter")
    await expect(hands.page.get_by_text("Nachfolge Beistandschaft")).to_be_visible()


async def try_again(hands: Hands) -> None:
    title = "Formate und Lesbarkeit"
    await begin(hands, title, f"{title}: Jugendamt Musterstadt")
    await hands.tab_to("Erneut versuchen")
    await hands.press("Enter")
    await expect(hands.page.get_by_text("wieder vorgemerkt")).to_be_visible()


async def test_accounts_units_and_legibility_are_kept_by_keyboard_alone(stage: Stage) -> None:
    hands, counts = Hands(await stage.signed_in("verwalter")), {}
    for task in (make_an_account, close_a_unit, try_again):
        await task(hands)
        counts[task.__name__], tabs = hands.done()
        assert tabs <= 2 * MOST_TABS
    rows = await stage.house.database.read(lambda tx: keeping.kept(tx, OFFICE))

    assert {"make_an_account": 6, "close_a_unit": 7, "try_again": 2} == counts
    assert [("bei", 1), ("uv1", 0)] == [(row["id"], row["members"]) for row in rows]
