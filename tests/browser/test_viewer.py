"""The document view as people use it: turning, finding, comparing, printing, for a long time."""

import asyncio
import io
import os
from collections.abc import Callable
from statistics import quantiles
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Page, Route, expect

from efile import Part
from hub.store import audit
from hub.store.database import Row, Transaction
from tests.browser.conftest import Stage
from tests.browser.test_accessibility import AXE
from tests.small_house import file_more, pdf, pdf_of_picture

pytestmark = pytest.mark.browser

SWAPS = int(os.environ.get("AKTENHUB_SWAPS", "100"))
"""Documents that are read in a row; 500 on demand."""
GROWTH = 6_000_000
"""Bytes the heap may grow by meanwhile; whatever keeps each letter grows by far more."""
COLOURS = {
    "context": {"exclude": [".textLayer"]},
    "options": {
        "runOnly": {"type": "rule", "values": ["color-contrast"]},
        "resultTypes": ["violations"],
    },
}
"""The words over a page are there to be marked and read out; what is seen is the page."""


async def opened(stage: Stage, key: str = "bescheid", **how: Any) -> Page:
    """Open a document and wait until the browser has drawn it."""
    page = await stage.signed_in("ahrens", **how)
    await page.goto(stage.house.document(key))
    await drawn(page)
    return page


async def drawn(page: Page) -> None:
    """Wait for the first page and its words."""
    await expect(page.locator(".sheet-canvas").first).to_be_visible()
    await expect(page.locator(".textLayer span").first).to_be_attached()


async def turn(page: Page, key: str, title: str) -> None:
    """Press a key and wait for the document it leads to."""
    await page.keyboard.press(key)
    await expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


async def turn_in_vain(page: Page, free: asyncio.Event) -> None:
    """Press the key for the next document, whose frame is kept back until the event."""

    async def hold(route: Route) -> None:
        await free.wait()
        await route.continue_()

    await page.route("**/*rahmen=1", hold)
    async with page.expect_request("**/*rahmen=1"):
        await page.keyboard.press("j")


async def until(page: Page, expression: str) -> None:
    """Wait for something in the page; its policy forbids the waiting that scripts could do."""
    for _ in range(1500):
        if await page.evaluate(expression):
            return
        await page.wait_for_timeout(20)
    raise AssertionError(expression)


async def log_of(stage: Stage) -> list[Row]:
    """Return the access log, oldest first."""

    def work(tx: Transaction) -> list[Row]:
        assert audit.verify(tx).intact
        return tx.all("SELECT action, document FROM access_log ORDER BY seq")

    return await stage.house.database.read(work)


async def test_the_next_document_comes_without_loading_the_page_again(stage: Stage) -> None:
    page = await opened(stage)
    await page.evaluate("window.same = true")
    await page.locator(".pages").focus()
    await turn(page, "j", "Antrag")
    await expect(page.locator(".textLayer", has_text="Antrag auf Unterhalts")).to_be_attached()

    await expect(page.locator(".reader-tree [aria-current=page]")).to_contain_text("Antrag")
    assert page.url.endswith(stage.house.document("antrag"))
    await expect(page.locator("#ansage")).to_have_text("Antrag")
    assert "pages" == await page.evaluate("document.activeElement.className")
    await page.go_back()
    await expect(page.get_by_role("heading", name="Bewilligungsbescheid", level=1)).to_be_visible()
    assert await page.evaluate("window.same")


TASKS: list[tuple[str, list[str], Callable[[Page], Any]]] = [
    ("das nächste Dokument", ["j"], lambda p: expect(p.locator("h1")).to_have_text("Antrag")),
    ("das vorige Dokument", ["k"], lambda p: expect(p.locator("h1")).to_have_text("Bewilligungsbescheid")),
    ("zur Seite 3", ["g", "3\n"], lambda p: expect(p.locator("#ansage")).to_have_text("Seite 3 von 3")),
    ("ein Wort finden", ["f", "eines Monats\n"], lambda p: expect(p.locator("[data-count]")).to_have_text("1 von 1")),
    ("das Finden schließen", ["Escape"], lambda p: expect(p.locator("[data-find]")).to_be_hidden()),
    ("ein Dokument daneben legen", ["s"], lambda p: expect(p.locator(".beside .sheet-canvas")).to_be_visible()),
    ("es weglegen", ["s"], lambda p: expect(p.locator(".beside")).to_have_count(0)),
    ("größer", ["+"], lambda p: expect(p.locator("[data-zoom]")).to_have_text("110 %")),
    ("auf Breite", ["0"], lambda p: expect(p.locator("[data-zoom]")).to_have_text("100 %")),
    ("drehen", ["r"], lambda p: expect(p.locator("#ansage")).to_have_text("Ansicht gedreht")),
    ("alle Tasten", ["?"], lambda p: expect(p.get_by_role("dialog", name="Tastaturkürzel")).to_be_visible()),
    ("die Tasten schließen", ["Escape"], lambda p: expect(p.get_by_role("dialog")).to_be_hidden()),
    ("den Text lesen", ["t"], lambda p: expect(p.get_by_role("heading", name="Seite 3 von 3")).to_be_visible()),
    ("zurück zu den Seiten", ["t"], lambda p: expect(p.locator(".sheet-canvas").first).to_be_visible()),
    ("zur Akte", ["a"], lambda p: expect(p.get_by_role("heading", name="Verlauf")).to_be_visible()),
    ("wer hat gelesen", ["l"], lambda p: expect(p.get_by_role("heading", name="Wer hat diese Akte gelesen?")).to_be_visible()),
]  # fmt: skip
"""What people do most, the actions it takes (a key, or a word with Enter), and what then holds."""


async def test_the_most_frequent_tasks_take_two_actions_without_the_mouse(
    stage: Stage, record_property: Callable[[str, object], None]
) -> None:
    page = await opened(stage)
    for task, actions, done in TASKS:
        for action in actions:
            if action.endswith("\n"):
                await page.keyboard.type(action.strip())
                await page.keyboard.press("Enter")
            else:
                await page.keyboard.press(action)
        await done(page)
        await page.wait_for_load_state()
        record_property(f"actions: {task}", len(actions))

    assert max(len(actions) for _, actions, _ in TASKS) <= 2


async def test_enter_goes_from_hit_to_hit_and_back(stage: Stage) -> None:
    page = await opened(stage)
    await page.keyboard.press("f")
    await page.keyboard.type("ist nirgends")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-count]")).to_have_text("kein Treffer")
    await page.fill("#finden", "monat")
    for key, count in (("Enter", "1 von 2"), ("Enter", "2 von 2"), ("Enter", "1 von 2"),
                       ("Shift+Enter", "2 von 2")):  # fmt: skip
        await page.keyboard.press(key)
        await expect(page.locator("[data-count]")).to_have_text(count)

    await expect(page.locator("#seitenzahl")).to_have_value("3")
    marked = "[...CSS.highlights.get('treffer-hier')].map(range => range.toString())"
    await until(page, f"{marked}.length === 1")
    assert ["Monat"] == await page.evaluate(marked)


async def test_words_looked_for_are_found_in_the_next_document_too(stage: Stage) -> None:
    page = await opened(stage)
    await page.keyboard.press("f")
    await page.keyboard.type("Unterhalts")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-count]")).to_have_text("1 von 1")
    await page.get_by_role("link", name="Nächstes").click()
    await expect(page.get_by_role("heading", name="Antrag", level=1)).to_be_visible()

    await expect(page.locator("[data-count]")).to_have_text("1 von 1")
    assert "Unterhalts" == await page.input_value("#finden")


async def test_a_word_is_found_in_the_whole_file_and_leads_to_its_place(stage: Stage) -> None:
    page = await opened(stage, "antrag")
    await page.keyboard.press("f")
    await page.keyboard.type("Widerspruch")
    await page.get_by_role("button", name="In der ganzen Akte").click()
    await expect(page.locator("[data-finds]")).to_contain_text("Ein Dokument der Akte")
    await expect(page.locator("[data-finds] a")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Bewilligungsbescheid", level=1)).to_be_visible()

    await expect(page.locator("[data-count]")).to_have_text("1 von 1")
    await expect(page.locator("#seitenzahl")).to_have_value("3")
    await page.reload()
    await expect(page.locator("[data-count]")).to_have_text("1 von 1")


WATCH = """
window.seen = [];
new MutationObserver(() => {
  const sheet = document.querySelector('.reader-main > .desk > .pages > .sheet');
  const box = sheet?.getBoundingClientRect();
  if (sheet?.firstElementChild) {
    window.seen.push([sheet.firstElementChild.className, box.x, box.y, box.width, box.height]);
  }
}).observe(document.querySelector('.reader'), { childList: true, subtree: true });
"""
"""Notes what is seen of the first page, and where, whenever it changes."""


async def seen_while_turning(
    page: Page, place: str, following: str, title: str
) -> dict[str, list[float]]:
    """Open a document, turn to the next one and return what was seen of it where, in order."""
    await page.goto(place)
    await drawn(page)
    await until(page, "performance.getEntriesByName('first-ready')"
                f".some(one => one.detail.includes('{following}'))")  # fmt: skip
    await page.evaluate(WATCH)
    await turn(page, "j", title)
    await until(page, "performance.getEntriesByName('first-page').length === 1")
    await expect(page.locator(".sheet-first")).to_have_count(0)
    seen: list[list[Any]] = await page.evaluate("window.seen")
    return {kind: where for kind, *where in seen}


async def test_a_stored_picture_is_seen_first_and_nothing_moves(stage: Stage) -> None:
    photo = io.BytesIO()
    Image.effect_noise((1400, 900), 60).save(photo, "JPEG")
    ids = await file_more(stage.house, {
        "brief": Part("original", "brief.pdf", "application/pdf", pdf("Brief")),
        "foto": Part("original", "foto.jpg", "image/jpeg", photo.getvalue()),
    })  # fmt: skip
    while await stage.house.services.efile.first_pages.round():
        pass
    page, antrag = await stage.signed_in("ahrens"), stage.house.files["antrag"]
    letter = await seen_while_turning(page, stage.house.document("bescheid"), antrag, "Antrag")
    await drawn(page)
    own = f"/akten/{stage.house.akte}/dokumente/"
    scan = await seen_while_turning(page, own + ids["brief"], ids["foto"], "foto")
    entries = [one["action"] for one in await log_of(stage) if one["document"] == antrag]

    assert ["sheet-first", "sheet-canvas"] == list(letter)
    assert letter["sheet-first"] == letter["sheet-canvas"]
    assert ["sheet-first", "sheet-image"] == list(scan)
    moved = [abs(a - b) for a, b in zip(*scan.values(), strict=True)]
    assert max(moved) <= 1, scan
    assert ["document_fetched", "document_viewed"] == entries[:2]


SEQUENCE = """
window.sequence = [];
new MutationObserver(() => {
  const kind = document.querySelector('.reader-main > .desk > .pages > .sheet > *')?.className;
  const now = `${kind} under ${document.querySelector('h1').textContent}`;
  if (window.sequence.at(-1) !== now) { window.sequence.push(now); }
}).observe(document.querySelector('.reader'), { childList: true, subtree: true });
"""
"""Notes what is seen of the first page under which title, whenever one of them changes."""


async def test_a_stored_picture_comes_with_the_entry_in_the_log_and_waits_for_nothing_else(
    stage: Stage,
) -> None:
    while await stage.house.services.efile.first_pages.round():
        pass
    page, antrag, free = await opened(stage), stage.house.files["antrag"], asyncio.Event()
    await until(page, "performance.getEntriesByName('first-ready')"
                f".some(one => one.detail.includes('{antrag}'))")  # fmt: skip
    await page.evaluate(SEQUENCE)
    await turn_in_vain(page, free)
    await page.wait_for_timeout(100)
    waiting = await page.evaluate("window.sequence")
    free.set()
    await expect(page.get_by_role("heading", name="Antrag", level=1)).to_be_visible()
    await drawn(page)

    assert [] == waiting
    assert [
        "sheet-first under Bewilligungsbescheid",
        "sheet-first under Antrag",
        "sheet-canvas under Antrag",
    ] == await page.evaluate("window.sequence")


async def test_a_key_pressed_twice_at_once_goes_two_documents_on(stage: Stage) -> None:
    page = await opened(stage)
    await page.evaluate(
        "[1, 2].forEach(() => document.body.dispatchEvent("
        "new KeyboardEvent('keydown', { key: 'j', bubbles: true })))"
    )

    await expect(page.get_by_role("heading", name="Berechnungsblatt", level=1)).to_be_visible()


async def test_a_form_can_be_searched_like_pages(stage: Stage) -> None:
    page = await stage.signed_in("ahrens")
    await page.goto(stage.house.document("anordnung"))
    await until(page, "'live' in document.body.dataset")
    await page.keyboard.press("f")
    await page.keyboard.type("sommerfeld")
    await page.keyboard.press("Enter")

    await expect(page.locator("[data-count]")).to_have_text("1 von 1")


async def test_what_lies_beside_stays_while_turning_and_stands_in_the_address(
    stage: Stage,
) -> None:
    page = await opened(stage)
    await page.keyboard.press("s")
    await expect(page.locator(".beside .sheet-canvas")).to_be_visible()
    await page.locator("#daneben").select_option(label="Auszahlungsanordnung, 10.11.2026")
    await expect(page.locator(".beside")).to_contain_text("monatlich")
    await page.locator(".reader-main > .desk > .pages").focus()
    await turn(page, "j", "Antrag")
    await expect(page.locator(".beside")).to_contain_text("monatlich")
    await page.reload()

    await expect(page.locator(".beside")).to_contain_text("monatlich")
    await expect(page.get_by_role("heading", name="Antrag", level=1)).to_be_visible()


async def test_every_view_is_logged_once_and_what_is_prepared_says_so(stage: Stage) -> None:
    page = await opened(stage)
    await expect(page.locator(".sheet-canvas").first).to_be_visible()
    bescheid, antrag = stage.house.files["bescheid"], stage.house.files["antrag"]
    async with page.expect_response(lambda r: f"{antrag}/teile/0" in r.url):
        await page.reload()
    await turn(page, "j", "Antrag")
    await drawn(page)
    entries = [(one["action"], one["document"]) for one in await log_of(stage)]

    assert 2 == entries.count(("document_viewed", bescheid))
    assert 1 == entries.count(("document_viewed", antrag))
    assert ("document_fetched", antrag) in entries
    assert ("document_fetched", bescheid) not in entries
    assert not [one for one in entries if one[0] == "page_viewed"]


async def test_a_print_has_every_page_and_stands_in_the_log_before(stage: Stage) -> None:
    page = await opened(stage)
    await page.evaluate(
        "window.print = () => { window.printed = document.querySelectorAll('.print-page').length }"
    )
    await page.keyboard.press("Control+p")
    await until(page, "window.printed")

    assert 3 == await page.evaluate("window.printed")
    await expect(page.locator(".print-page")).to_have_count(0)
    assert "document_printed" in [one["action"] for one in await log_of(stage)]


async def test_nothing_is_printed_while_the_next_document_is_on_its_way(stage: Stage) -> None:
    page, free = await opened(stage), asyncio.Event()
    await turn_in_vain(page, free)
    left_to_the_browser = await page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent("
        "'keydown', { key: 'p', ctrlKey: true, bubbles: true, cancelable: true }))"
    )
    free.set()
    await drawn(page)

    assert not left_to_the_browser
    assert "document_printed" not in [one["action"] for one in await log_of(stage)]


async def test_what_nobody_can_draw_says_so(stage: Stage) -> None:
    ids = await file_more(stage.house, {"kaputt": Part("original", "kaputt.pdf", "application/pdf", b"%PDF-1.7 torn")})  # fmt: skip
    page = await stage.signed_in("ahrens")
    await page.goto(f"/akten/{stage.house.akte}/dokumente/{ids['kaputt']}")

    await expect(page.get_by_text("Das Dokument lässt sich nicht lesen.")).to_be_visible()
    await expect(page.get_by_role("link", name="Original laden")).to_be_visible()


async def test_what_the_browser_cannot_draw_says_so_after_turning_to_it_as_well(
    stage: Stage,
) -> None:
    broken = (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Count 1/Kids[9 0 R]>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
    )
    parts = {
        "gut": Part("original", "gut.pdf", "application/pdf", pdf("Gut")),
        "lose": Part("original", "lose.pdf", "application/pdf", broken),
    }
    ids = await file_more(stage.house, parts)
    page = await stage.signed_in("ahrens")
    await page.goto(f"/akten/{stage.house.akte}/dokumente/{ids['gut']}")
    await drawn(page)
    fetched = "performance.getEntriesByType('resource').map((one) => one.name)"
    await until(page, f"{fetched}.some((name) => name.includes('{ids['lose']}/'))")
    await page.locator(f'a[data-swap][href*="{ids["lose"]}"]').first.click()

    await expect(page.get_by_text("Das Dokument lässt sich nicht lesen.")).to_be_visible()


async def test_a_scan_in_jpeg_2000_is_unpacked_under_our_policy(stage: Stage) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (200, 280), (200, 30, 30)).save(picture, "JPEG2000")
    scan = pdf_of_picture(picture.getvalue(), 200, 280, "JPXDecode")
    ids = await file_more(stage.house, {"scan": Part("original", "scan.pdf", "application/pdf", scan)})  # fmt: skip
    page = await stage.signed_in("ahrens")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(f"/akten/{stage.house.akte}/dokumente/{ids['scan']}")
    await expect(page.locator(".sheet-canvas")).to_be_visible()
    red, green, _, _ = await page.locator(".sheet-canvas").evaluate(
        "one => [...one.getContext('2d').getImageData(one.width / 2, one.height / 2, 1, 1).data]"
    )

    assert red > 150 > green
    assert [] == complaints


async def test_no_state_asks_another_host_or_breaks_the_policy(stage: Stage) -> None:
    page = await stage.signed_in("ahrens")
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(stage.house.document("bescheid"))
    await drawn(page)
    for key in ("+", "r", "s"):
        await page.keyboard.press(key)
    await expect(page.locator(".beside .sheet-canvas")).to_be_visible()
    await turn(page, "j", "Antrag")
    await page.keyboard.press("f")
    await page.keyboard.type("Antrag")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-count]")).to_have_text("1 von 1")

    assert {stage.address} == {"/".join(url.split("/")[:3]) for url in asked}
    assert [] == complaints


async def faults(page: Page) -> list[str]:
    """Return what axe finds, colours apart from everything else."""
    rules: Any = await Axe().run(
        page, options={**AXE, "rules": {"color-contrast": {"enabled": False}}}
    )
    seen: Any = await Axe().run(page, **COLOURS)
    return [
        f"{v['id']} {v['nodes']}"[:400] for one in (rules, seen) for v in one.response["violations"]
    ]


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (320, False)])
async def test_axe_finds_nothing_in_any_state(stage: Stage, width: int, *, dark: bool) -> None:
    page = await opened(stage, width=width, dark=dark)
    found = {"pages": await faults(page)}
    await page.keyboard.press("f")
    await page.keyboard.type("Monat")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-count]")).to_have_text("1 von 2")
    found["found"] = await faults(page)
    await page.keyboard.press("Escape")
    await page.keyboard.press("s")
    await expect(page.locator(".beside .sheet-canvas")).to_be_visible()
    found["beside"] = await faults(page)
    await page.keyboard.press("+")
    await expect(page.locator("[data-zoom]")).to_have_text("110 %")
    found["larger"] = await faults(page)

    assert {} == {state: ids for state, ids in found.items() if ids}
    assert width == await page.evaluate("document.documentElement.scrollWidth")


async def durations(page: Page) -> dict[str, int]:
    """Return what the browser has measured of turning documents, in milliseconds."""
    swaps = await page.evaluate(
        "performance.getEntriesByName('swap').slice(1).map(e => e.duration)"
    )
    pictures = await page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter(e => e.name.includes('/erste-seite.webp')).map(e => e.responseEnd - e.startTime)"
    )
    cuts = quantiles(swaps, n=20)
    firsts = await page.evaluate("performance.getEntriesByName('first-page').map(e => e.duration)")
    # Whoever turns faster than pictures come sees few of them.
    seen = quantiles(firsts, n=20) if len(firsts) > 1 else []
    painted = {f"first paint p{at} ms": round(seen[at // 5 - 1]) for at in (50, 95) if seen}
    return {
        **painted,
        "first paints of stored pictures": len(firsts),
        "swap p50 ms": round(cuts[9]),
        "swap p95 ms": round(cuts[18]),
        "stored picture of the first page ms": round(pictures[0]),
    }


async def test_reading_on_and_on_does_not_fill_the_memory(
    stage: Stage, record_property: Callable[[str, object], None]
) -> None:
    await file_more(stage.house, {
        f"brief{number}": Part("original", f"brief{number}.pdf", "application/pdf",
                               pdf(*(f"Brief {number}, Blatt {sheet}\n" * 30 for sheet in range(3))))
        for number in range(4)
    })  # fmt: skip
    while await stage.house.services.efile.first_pages.round():
        pass
    page = await opened(stage)
    session = await page.context.new_cdp_session(page)

    async def heap() -> int:
        await session.send("HeapProfiler.collectGarbage")
        return int((await session.send("Runtime.getHeapUsage"))["usedSize"])

    titles = [text.split(",")[0] for text in await page.evaluate(
        "[...document.querySelectorAll('.leaf-title')].map(one => one.textContent)")]  # fmt: skip
    at, step, early = titles.index("Bewilligungsbescheid"), 1, 0
    for count in range(SWAPS):
        if not 0 <= at + step < len(titles):
            step = -step
        at += step
        await turn(page, "j" if step > 0 else "k", titles[at])
        if count == 20:
            early = await heap()
    late = await heap()
    for name, value in (await durations(page)).items():
        record_property(name, value)
    record_property("heap after 20 and all swaps, kB", f"{early // 1000}, {late // 1000}")

    assert late - early < GROWTH
    assert 1 == len(page.workers)
