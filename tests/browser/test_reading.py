"""What a caseworker does all day, with the mouse and without it."""

import re

import pytest
from playwright.async_api import Error, expect

from tests.browser.conftest import Stage
from tests.browser.hands import Hands

pytestmark = pytest.mark.browser


async def test_from_the_sign_in_to_the_words_of_a_document(stage: Stage) -> None:
    page = await stage.signed_in("ahrens")
    await page.fill("#suche", "Sommerfeld")
    await page.get_by_role("button", name="Suchen").click()
    await page.get_by_role("link", name="Sommerfeld, Mila Charlotte UV").click()
    await expect(page.get_by_role("heading", name="Verlauf")).to_be_visible()
    await expect(page.get_by_text("Forderung zum Soll gestellt.")).to_be_visible()
    await page.click(".tree >> text=Bewilligungsbescheid")
    await expect(page.get_by_role("img", name="Seite 1 von 3", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Nächste Seite").click()
    await expect(page.get_by_label("Seite", exact=True)).to_have_value("2")
    assert page.url.endswith("?seite=2")
    await page.get_by_role("link", name="Text", exact=True).click()
    await expect(page.get_by_text("innerhalb eines Monats")).to_be_visible()


async def test_the_keyboard_alone_is_enough(stage: Stage) -> None:
    hands = Hands(await stage.page())
    await hands.page.goto("/anmelden")
    await hands.type("ahrens")
    await hands.press("Tab")
    await hands.type("ein langer Satz als Passwort")
    await hands.press("Enter")
    await hands.arrive("Akten", level=1)
    await hands.press("/")
    await hands.type("Mila")
    await hands.press("Enter")
    await hands.arrive("Suche „Mila“")
    await hands.tab_to("Sommerfeld, Mila Charlotte")
    await hands.press("Enter")
    await hands.arrive("Inhalt der Akte")
    await hands.tab_to("Bewilligungsbescheid")
    await hands.press("Enter")
    await hands.arrive("Bewilligungsbescheid", level=1)
    await hands.press("j")
    await hands.arrive("Antrag", level=1)
    await hands.press("k")
    await hands.arrive("Bewilligungsbescheid", level=1)
    await hands.press("t")
    await hands.arrive("Seite 3 von 3")
    await hands.press("t")
    await hands.page.wait_for_url(lambda url: not url.endswith("/text"))
    await hands.press("a")
    await hands.arrive("Verlauf")
    await hands.press("l")
    await hands.arrive("Wer hat diese Akte gelesen?")

    assert 14 == hands.done()[0]


async def test_the_server_draws_the_pages_where_pdfjs_is_missing(bare_stage: Stage) -> None:
    page = await bare_stage.signed_in("ahrens")
    await page.goto(bare_stage.house.document("bescheid"))
    image = page.get_by_role("img", name=re.compile("^Seite 1 von 3 des Dokuments"))

    await expect(image).to_be_visible()
    assert 1400 == await image.evaluate("image => image.decode().then(() => image.naturalWidth)")
    await page.get_by_role("link", name="Nächste Seite").click()
    await expect(page.get_by_text("Seite 2 von 3", exact=True)).to_be_visible()


async def test_page_down_reads_on_and_turns_at_the_end(bare_stage: Stage) -> None:
    page = await bare_stage.signed_in("ahrens")
    await page.goto(bare_stage.house.document("bescheid"))
    for turn in (2, 3):
        for _ in range(6):
            await page.keyboard.press("PageDown")
            await page.wait_for_timeout(150)
            if await page.get_by_text(f"Seite {turn} von 3", exact=True).is_visible():
                break
        await expect(page.get_by_text(f"Seite {turn} von 3", exact=True)).to_be_visible()

    assert page.url.endswith("?seite=3")
    await page.go_back()
    await expect(page.get_by_text("Seite 2 von 3", exact=True)).to_be_visible()


async def test_a_question_mark_lists_the_shortcuts_and_they_can_be_switched_off(
    stage: Stage,
) -> None:
    page = await stage.signed_in("ahrens")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Tastaturkürzel")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.goto("/hilfe")
    await page.click("text=Kürzel ausschalten")
    await expect(page.get_by_text("ausgeschaltet")).to_be_visible()
    await page.keyboard.press("?")

    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_a_shortcut_never_disturbs_typing(stage: Stage) -> None:
    page = await stage.signed_in("ahrens")
    await page.click("#suche")
    await page.keyboard.type("jklat?/")

    assert "jklat?/" == await page.input_value("#suche")
    assert page.url.endswith("/akten")


async def test_the_words_on_a_page_can_be_selected(bare_stage: Stage) -> None:
    page = await bare_stage.signed_in("ahrens")
    await page.goto(bare_stage.house.document("bescheid"))
    word = page.locator(".sheet-words text", has_text="Unterhaltsvorschussgesetz")
    await word.dblclick()

    assert "Unterhaltsvorschussgesetz" == str(
        await page.evaluate("getSelection().toString().trim()")
    )
    sheet, box = await page.locator(".sheet").bounding_box(), await word.bounding_box()
    assert sheet is not None
    assert box is not None
    assert sheet["x"] < box["x"] < box["x"] + box["width"] < sheet["x"] + sheet["width"]


async def test_the_original_is_saved_and_never_shown(stage: Stage) -> None:
    page = await stage.signed_in("ahrens")
    await page.goto(stage.house.document("bescheid"))
    async with page.expect_download() as saving:
        await page.click("text=Original laden")
    saved = await (await saving.value).path()

    assert "Bewilligungsbescheid.pdf" == (await saving.value).suggested_filename
    assert saved.read_bytes().startswith(b"%PDF")


async def test_everything_can_be_read_without_scripts(stage: Stage) -> None:
    page = await stage.signed_in("ahrens")
    context = await stage.browser.new_context(java_script_enabled=False, base_url=stage.address)
    await context.add_cookies(await page.context.cookies())
    plain = await context.new_page()
    await plain.goto(f"/akten/{stage.house.akte}")
    await plain.click(".tree >> text=Bewilligungsbescheid")
    await plain.get_by_role("link", name="Nächste Seite").click()

    await expect(plain.get_by_text("Seite 2 von 3", exact=True)).to_be_visible()


async def test_another_offices_file_is_not_found(stage: Stage) -> None:
    page = await stage.signed_in("ahrens")
    foreign = f"/akten/{stage.house.other_akte}/dokumente/{stage.house.files['fremd']}"
    for path in (f"/akten/{stage.house.other_akte}", foreign, f"{foreign}/seiten/1.png"):
        answer = await page.goto(path)

        assert answer is not None
        assert 404 == answer.status
        await expect(page.get_by_role("heading", name="Nicht gefunden")).to_be_visible()


async def test_no_page_asks_another_host_or_breaks_its_own_policy(stage: Stage) -> None:
    page = await stage.page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto("/anmelden")
    await page.fill("#kennung", "ahrens")
    await page.fill("#passwort", "ein langer Satz als Passwort")
    await page.click("button[type=submit]")
    for path in (f"/akten/{stage.house.akte}", stage.house.document("bescheid")):
        await page.goto(path)

    assert {stage.address} == {"/".join(url.split("/")[:3]) for url in asked}
    assert [] == complaints


async def test_no_other_page_may_hold_ours_in_a_frame(stage: Stage) -> None:
    page = await stage.page()
    await page.set_content(f"<iframe src='{stage.address}/anmelden'></iframe>")
    with pytest.raises(Error, match="Timeout"):
        await page.frame_locator("iframe").locator("#kennung").wait_for(timeout=1_000)
