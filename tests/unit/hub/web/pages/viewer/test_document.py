import pytest

from tests.small_house import SmallHouse
from tests.unit.hub.web.conftest import Arrive


async def test_a_page_is_named_and_its_words_can_be_marked(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    page = await (await visitor.get(house.document("bescheid") + "?seite=2")).text()

    assert 'alt="Seite 2 von 3 des Dokuments „Bewilligungsbescheid“.' in page
    assert "seiten/2.png" in page
    assert ">Mindestunterhalt </text>" in page


async def test_a_drawn_page_is_a_picture(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    answer = await visitor.get(house.document("bescheid") + "/seiten/1.png?breite=900")
    body = await answer.read()

    assert "image/png" == answer.content_type
    assert b"\x89PNG" == body[:4]
    assert 900 == int.from_bytes(body[16:20], "big")


async def test_the_text_view_has_every_page_as_real_text(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    page = await (await visitor.get(house.document("bescheid") + "/text")).text()

    assert "Seite 1 von 3" in page
    assert "Widerspruch erheben." in page
    assert page.index("Seite 1 von 3") < page.index("Begründung") < page.index("Widerspruch")


async def test_a_structured_document_is_a_form_in_german(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    page = await (await visitor.get(house.document("anordnung"))).text()

    assert "<dt>Zahlungsweise</dt><dd>monatlich</dd>" in page
    assert "<dt>Betrag</dt><dd>299,00 €</dd>" in page
    assert "<dt>Beginn</dt><dd>01.11.2026</dd>" in page


async def test_a_document_without_preview_says_so_and_offers_the_original(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    page = await (await visitor.get(house.document("tabelle"))).text()

    assert "Für dieses Dokument gibt es keine Anzeige." in page
    assert "/original" in page


async def test_a_view_the_document_does_not_have_is_explained(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    answer = await visitor.get(house.document("bescheid") + "?ansicht=formular")

    assert 200 == answer.status
    assert "keine Formularansicht" in await answer.text()


@pytest.mark.parametrize(
    "path",
    ["/seiten/4.png", "/seiten/0x1.png", "/seiten/99999999.png", "/original?teil=1",
     "/original?teil=x", "?seite=zwei"],
)  # fmt: skip
async def test_a_place_that_does_not_exist_is_not_found(
    house: SmallHouse, arrive: Arrive, path: str
) -> None:
    visitor = await arrive("ahrens")

    assert 404 == (await visitor.get(house.document("bescheid") + path)).status


async def test_a_page_behind_the_last_shows_the_last(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    page = await (await visitor.get(house.document("bescheid") + "?seite=9")).text()

    assert "Seite 3 von 3" in page


async def test_the_facts_say_how_to_prove_the_original(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    document = await house.services.efile.document("musterstadt", house.files["bescheid"])
    page = await (await visitor.get(house.document("bescheid"))).text()

    assert document.sha256 in page
    assert "message-bescheid" in page
