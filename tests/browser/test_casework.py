"""A caseworker's day by keyboard alone; the actions of each task are counted."""

import re

import pytest
from playwright.async_api import expect

from hub.store.casework import tasks
from tests.browser.conftest import Stage
from tests.browser.hands import Hands
from tests.small_house import OFFICE

pytestmark = pytest.mark.browser


async def at_the_file(stage: Stage) -> Hands:
    page = await stage.signed_in("ahrens")
    await page.goto(f"/akten/{stage.house.akte}")
    return Hands(page)


async def test_a_task_in_three_weeks_is_one_key_a_line_and_enter(stage: Stage) -> None:
    hands = await at_the_file(stage)
    await hands.press("w")
    await hands.type("3w Einkommensnachweis")
    await hands.press("Enter")
    await expect(hands.page.get_by_text("Einkommensnachweis", exact=True)).to_be_visible()

    assert 3 == len(hands.actions)
    rows = await stage.house.database.read(
        lambda tx: tasks.due(tx, OFFICE, ["p:ahrens"], "2026-12-09", "", 9)
    )
    assert ("2026-12-09", "Einkommensnachweis") == (rows[-1]["due"], rows[-1]["text"])


async def test_what_is_new_the_list_and_the_readers_are_one_key_away(stage: Stage) -> None:
    headings = {
        "n": "Neu seit meinem letzten Besuch", "p": re.compile("^Aktenverzeichnis"),
        "l": "Wer hat diese Akte gelesen?", "d": "Mein Tag",
    }  # fmt: skip
    for key, heading in headings.items():
        hands = await at_the_file(stage)
        await hands.press(key)
        await expect(hands.page.get_by_role("heading", name=heading, level=1)).to_be_visible()

        assert (1, 0) == hands.done()
        if key == "d":
            await what_waits_for_the_second_person(hands)
        await hands.page.context.close()


async def what_waits_for_the_second_person(hands: Hands) -> None:
    """Open from my day what has waited longest."""
    await hands.page.wait_for_load_state()
    await hands.press("z")
    await hands.page.wait_for_url(lambda url: url.endswith("/kopie"))


async def test_a_note_is_a_key_a_text_and_two_more(stage: Stage) -> None:
    hands = await at_the_file(stage)
    await hands.press("m")
    await hands.type("Lehrerin angerufen")
    for key in ("Tab", "Tab", "Enter"):
        await hands.press(key)
    await expect(hands.page.get_by_text("Lehrerin angerufen", exact=True)).to_be_visible()

    assert 5 == len(hands.actions)


async def test_new_documents_are_taken_note_of_with_one_key_each(stage: Stage) -> None:
    page = await stage.signed_in("ahrens")
    await page.goto("/mein-tag/neu")
    count = await page.get_by_role("button", name="Zur Kenntnis").count()
    for left in range(count - 1, -1, -1):
        await page.keyboard.press("z")
        await expect(page.get_by_role("button", name="Zur Kenntnis")).to_have_count(left)
        await page.wait_for_load_state()

    assert count > 1
    await expect(page.get_by_text("Nichts Neues.")).to_be_visible()


async def test_days_are_turned_with_two_keys(stage: Stage) -> None:
    hands = await at_the_file(stage)
    await hands.page.goto(f"/akten/{stage.house.akte}/stand/2026-11-10")
    await expect(hands.page.get_by_text("Auszahlungsanordnung").first).to_be_visible()
    await hands.press("k")
    await hands.page.wait_for_url(lambda url: url.endswith("2026-11-09"))
    await expect(hands.page.get_by_text("2 (heute 5)")).to_be_visible()
    await expect(hands.page.get_by_text("Auszahlungsanordnung")).to_have_count(0)
    await hands.page.wait_for_load_state()
    await hands.press("j")
    await hands.page.wait_for_url(lambda url: url.endswith("2026-11-10"))

    assert 2 == len(hands.actions)
