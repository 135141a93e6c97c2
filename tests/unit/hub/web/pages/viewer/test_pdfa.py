import asyncio

from tests.small_house import SmallHouse, Visitor, keep_a_rendition
from tests.unit.hub.web.conftest import Arrive, LogOf


async def settled(visitor: Visitor, here: str) -> str:
    async with asyncio.timeout(120):
        while True:
            page = await (await visitor.get(here)).text()
            if "data-watch" not in page:
                return page
            await asyncio.sleep(0.02)


async def test_a_message_becomes_pdf_a_at_a_click(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    visitor = await arrive("ahrens")
    here = f"{house.document('anordnung')}/pdfa/0"
    assert f'action="{here}"' in await (await visitor.get(house.document("anordnung"))).text()
    begun = await visitor.post(here)
    page = await settled(visitor, here)
    answer = await visitor.get(f"{here}/datei")

    assert (303, here) == (begun.status, begun.headers["Location"])
    assert "PDF/A-2b, geprüft." in page
    assert "Der Wortlaut ist neu gesetzt" in page
    assert "(PDF-A).pdf" in answer.headers["Content-Disposition"].replace("%20", " ").replace(
        "%28", "("
    ).replace("%29", ")")
    assert b"%PDF-" == (await answer.read())[:5]
    last = (await log_of())[-1]
    assert ("rendition_downloaded", house.files["anordnung"]) == (last["action"], last["document"])


async def test_what_is_held_is_made_again_only_when_asked_and_some_cannot_be_made(
    house: SmallHouse, arrive: Arrive
) -> None:
    await keep_a_rendition(house)
    visitor = await arrive("ahrens")
    here = f"{house.document('bescheid')}/pdfa/0"
    await visitor.post(here)
    kept = await settled(visitor, here)
    await visitor.post(here, neu="1")
    made = await settled(visitor, here)

    assert "Neu erstellen" in kept
    assert "mit aktenhub" in kept
    assert "pikepdf 1" in made
    there = f"{house.document('tabelle')}/pdfa/0"
    await visitor.post(there)
    assert "keinen Weg zu PDF/A" in await settled(visitor, there)
    for missing in (f"{there}/datei", f"{there[:-1]}1", f"{there[:-1]}x"):
        assert 404 == (await visitor.get(missing)).status
