import json

from efile import Part
from tests.small_house import LETTER, REASONS, SmallHouse, file_more, pdf
from tests.unit.hub.web.conftest import Arrive, LogOf

ORDER = {
    "kind": "Auszahlungsanordnung",
    "data": {"mode": "standing", "amount_cents": 31000, "begin": "2027-01-01", "reason": "Alter"},
}


async def file_newer(house: SmallHouse) -> tuple[str, str]:
    """File a newer notice and a newer order; return their ids."""
    letter = pdf(LETTER.replace("299,00", "310,00"), REASONS)
    order = json.dumps(ORDER).encode()
    parts = {
        "Neuer Bescheid": Part("original", "b.pdf", "", letter),
        "Neue Anordnung": Part("original", "a.json", "application/json", order),
    }
    notice, payment = (await file_more(house, parts)).values()
    return notice, payment


async def test_values_are_compared_in_german(house: SmallHouse, arrive: Arrive) -> None:
    _, newer = await file_newer(house)
    visitor = await arrive("ahrens")
    page = await (await visitor.get(f"{house.document('anordnung')}/vergleich/{newer}")).text()

    assert '<del><span class="unseen">bisher: </span>299,00 €</del>' in page
    assert '<ins><span class="unseen">neu: </span>310,00 €</ins>' in page
    assert "01.11.2026" in page
    assert "entfallen" in page
    assert page.index("entfallen") < page.index("2 gleiche Angaben") < page.index("monatlich")


async def test_words_are_compared_and_lead_to_their_pages(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    newer, _ = await file_newer(house)
    visitor = await arrive("ahrens")
    before = house.document("bescheid")
    page = await (await visitor.get(f"{before}/vergleich/{newer}")).text()
    seen = [(one["action"], one["document"]) for one in (await log_of())[-2:]]

    assert "2 Stellen" in page
    assert "gestrichen: </span>299,00" in page
    assert f'href="{before}?seite=3">Bisher Seite 3</a>' in page
    assert [("documents_compared", one) for one in (house.files["bescheid"], newer)] == seen


async def test_documents_of_the_same_kind_are_offered_first_and_some_cannot_be_compared(
    house: SmallHouse, arrive: Arrive
) -> None:
    newer, alike = await file_newer(house)
    visitor = await arrive("ahrens")
    here = f"/akten/{house.akte}/dokumente/{newer}/vergleich"
    offered = (await (await visitor.get(here)).text()).partition("<h1>")[2]
    table, own = house.files["tabelle"], house.files["bescheid"]
    answers = [
        await visitor.get(f"{house.document('bescheid')}/vergleich/{other}")
        for other in (table, own, house.files["fremd"], "x")
    ]

    assert [200, 404, 404, 404] == [one.status for one in answers]
    assert "keine Wörter" in await answers[0].text()
    assert offered.index(alike) < offered.index("Andere Dokumente")
    assert offered.index("Andere Dokumente") < offered.index(f"{here}/{own}")
    assert f"{here}/{newer}" not in offered
