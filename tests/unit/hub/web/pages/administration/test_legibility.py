"""Formats at risk and what cannot be seen: figures for all, lists for the office's own."""

from __future__ import annotations

from efile.index.queues import first_pages
from tests.small_house import OFFICE, SmallHouse
from tests.unit.hub.web.conftest import Arrive

PAGE = f"/verwaltung/lesbarkeit/{OFFICE}"


async def test_a_page_that_cannot_be_drawn_says_why_wherever_somebody_looks(
    house: SmallHouse, arrive: Arrive
) -> None:
    document = await house.services.efile.document(OFFICE, house.files["bescheid"])
    await house.database.write(lambda tx: first_pages.give_up(tx, document, "document_too_slow"))
    ahrens, keeper, operator = [await arrive(one) for one in ("ahrens", "verwalter", "betrieb")]
    card = await (await keeper.get(PAGE)).text()
    listed = await (await keeper.get(f"{PAGE}/fehlt?was=picture")).text()
    seen = await (await ahrens.get(house.document("bescheid"))).text()
    theirs = await (await operator.get(PAGE)).text()
    refused = await operator.get(f"{PAGE}/fehlt")
    again = await keeper.post(f"{PAGE}/erneut")
    after = await (await keeper.get(again.headers["Location"])).text()

    assert all("fehlt bei 1 Dokument" in page for page in (card, theirs))
    assert "/fehlt?was=picture" in card
    assert "/fehlt?was=picture" not in theirs
    assert all("Das Lesen hätte zu lange gedauert" in page for page in (listed, seen))
    assert "Bewilligungsbescheid" in listed, "what kind of document, not its title"
    assert house.document("bescheid") not in listed, "administration opens no documents"
    assert (403, 303) == (refused.status, again.status)
    assert "1 Dokumente sind wieder vorgemerkt" in after
    assert "fehlt bei 1 Dokument" not in after


async def test_a_format_at_risk_says_what_to_do_and_which_documents_there_are(
    house: SmallHouse, arrive: Arrive
) -> None:
    keeper = await arrive("verwalter")
    card = await (await keeper.get(PAGE)).text()
    found = [one for one in await house.services.efile.legibility.formats(OFFICE) if one.risk]
    lists = [
        await (await keeper.get(f"{PAGE}/gefaehrdet?format={one.mime}&gefahr={one.risk}")).text()
        for one in found
    ]

    assert [1] == [one.documents for one in found]
    assert "anfordern und dazu ablegen" in card
    assert [True] == ["Berechnungsblatt" in page for page in lists]
