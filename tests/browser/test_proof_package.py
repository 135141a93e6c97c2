"""The page of a proof package verifies it from the disk, and finds whatever was done to it."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.proof_package import FINGERPRINT, TAMPERING, Built, build, forged_as_a_whole

pytestmark = pytest.mark.browser
VERDICT = "#urteil[data-state=gut], #urteil[data-state=schlecht]"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return asyncio.run(build(tmp_path_factory.mktemp("package")))


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()


async def opened(browser: Browser, folder: Path, width: int = 1280) -> tuple[Page, list[str]]:
    """Open the page; return it with every address it asked for."""
    page = await browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(30_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto((folder / "index.html").as_uri())
    return page, asked


async def judged(page: Page, field: str, chosen: Path) -> str:
    await page.set_input_files(field, chosen)
    await page.wait_for_selector(VERDICT)
    return await page.inner_text("#urteil-titel")


async def test_a_package_is_proven_from_the_disk_without_a_net(
    browser: Browser, built: Built
) -> None:
    page, asked = await opened(browser, built.folder)
    assert "Die Ablage ist bewiesen" == await page.inner_text("#urteil-titel")
    assert "Alles stimmt" == await judged(page, "#ordner", built.folder)

    states = await page.locator(".stand").all_inner_texts()
    assert ["Original, unverändert"] * 6 == states
    assert FINGERPRINT == await page.inner_text("#schluessel")
    assert [(built.folder / "index.html").as_uri()] == asked


async def test_the_zip_itself_can_be_chosen(browser: Browser, built: Built) -> None:
    page, _ = await opened(browser, built.folder, 320)

    assert "Alles stimmt" == await judged(page, "#zip", built.zip)
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert 320 >= wide


async def test_whatever_was_done_is_found(browser: Browser, built: Built, tmp_path: Path) -> None:
    overlooked = []
    for tamper in TAMPERING:
        folder = tmp_path / tamper.__name__
        shutil.copytree(built.folder, folder)
        tamper(folder)
        page, _ = await opened(browser, folder)
        title = await judged(page, "#ordner", folder)
        told = await page.inner_text("#fehler") or await page.inner_text("#urteil-text")
        if title not in {"Das Paket ist nicht in Ordnung", "Nicht prüfbar"} or not told:
            overlooked.append(tamper.__name__)
        await page.close()

    assert [] == overlooked


async def test_a_whole_forgery_shows_by_its_key(
    browser: Browser, built: Built, tmp_path: Path
) -> None:
    folder = tmp_path / "paket"
    shutil.copytree(built.folder, folder)
    forged_as_a_whole(folder)
    page, _ = await opened(browser, folder)
    await judged(page, "#ordner", folder)

    assert 2 == len((await page.inner_text("#schluessel")).split())


async def test_documents_are_searched_and_filtered(browser: Browser, built: Built) -> None:
    page, _ = await opened(browser, built.folder)
    await page.fill("#suche", "antrag unterhalts")
    assert "1 Dokument" == await page.inner_text("#anzahl")
    await page.fill("#suche", "falldaten")
    assert "3 Dokumente" == await page.inner_text("#anzahl")


async def test_its_own_digests_and_signatures_are_those_of_the_libraries(
    browser: Browser, built: Built
) -> None:
    page, _ = await opened(browser, built.folder)
    key = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
    public = list(key.public_key().public_bytes_raw())
    for size in (0, 1, 55, 56, 63, 64, 65, 111, 112, 119, 120, 127, 128, 129, 1000):
        data = bytes(n * 7 % 256 for n in range(size))
        found = await page.evaluate(
            "([data, key, signature]) => [hex(sha256(Uint8Array.from(data))),"
            " hex(sha512(Uint8Array.from(data))),"
            " isSigned(Uint8Array.from(key), Uint8Array.from(data), Uint8Array.from(signature)),"
            " isSigned(Uint8Array.from(key), Uint8Array.from([...data, 1]),"
            " Uint8Array.from(signature))]",
            [list(data), public, list(key.sign(data))],
        )
        digests = [hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest()]
        assert [*digests, True, False] == found
