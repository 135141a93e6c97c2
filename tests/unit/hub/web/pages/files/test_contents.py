"""Mails, tables and what hangs on a mail, as people see them."""

from __future__ import annotations

import pytest

from efile import FilingRequest, Part
from tests.efile_house import request
from tests.foreign_files import LETTER, mail, word_with, xlsx
from tests.small_house import CASE, OFFICE, SmallHouse
from tests.unit.hub.web.conftest import Arrive, LogOf


def post() -> FilingRequest:
    makro = word_with({"word/vbaProject.bin": b"x"})
    data = mail(lohn_pdf=LETTER, zahlen_xlsx=xlsx(), makro_docx=makro)
    parts = (Part("original", "post.eml", "message/rfc822", data),)
    return request(tenant=OFFICE, aktenzeichen=CASE, title="E-Mail des Vaters", parts=parts)


@pytest.fixture
async def here(house: SmallHouse) -> str:
    filed = await house.services.efile.file(post())
    return f"/akten/{filed.akte_id}/dokumente/{filed.id}"


async def test_a_mail_opens_as_words_and_names_its_attachments(
    here: str, arrive: Arrive, log_of: LogOf
) -> None:
    visitor = await arrive("ahrens")
    page = await (await visitor.get(here)).text()

    assert '<dt>Betreff</dt><dd class="break">Unterlagen für Anna</dd>' in page
    assert "anbei die Gehaltsabrechnung." in page
    for part, name in enumerate(["lohn.pdf", "zahlen.xlsx", "makro.docx"], 1):
        assert f'<a href="{here}/inhalt/{part}">{name}</a>' in page
    assert "Enthält Makros" in page
    assert "document_viewed" == (await log_of())[-1]["action"]


async def test_an_attachment_is_drawn_or_laid_out(here: str, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    drawn = await (await visitor.get(f"{here}/inhalt/1?seite=2")).text()
    picture = await visitor.get(f"{here}/inhalt/1/seiten/2.png?breite=900")
    table = await (await visitor.get(f"{here}/inhalt/2")).text()

    assert f'src="{here}/inhalt/1/seiten/2.png?breite=1400"' in drawn
    assert "image/png" == picture.content_type
    assert "<caption>Einkommen</caption>" in table
    assert "<td>Lohn Müller</td>" in table


async def test_a_part_there_is_not_is_not_found(here: str, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")

    assert [404, 404, 422] == [
        (await visitor.get(f"{here}{rest}")).status
        for rest in ("/inhalt/9", "/inhalt/x", "/inhalt/2/seiten/1.png")
    ]
