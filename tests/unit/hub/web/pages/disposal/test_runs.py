"""Proposing, approving and reading disposal runs on the pages."""

from __future__ import annotations

import io
import json
import re

import pikepdf
import pypdfium2 as pdfium

from efile.pdfa import checking
from tests.disposal_desk import KEY, RUN, WAITING, carried_out, keep_runs, old_file, proposed
from tests.small_house import OFFICE, SmallHouse, Visitor
from tests.unit.hub.web.conftest import Arrive, LogOf


async def text_of(visitor: Visitor, path: str) -> str:
    answer = await visitor.get(path)
    assert 200 == answer.status
    return re.sub(r"\s+", " ", await answer.text())


async def test_one_proposes_another_approves_and_both_are_written_down(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    akte = await old_file(house, 1)
    caseworker, leader = await arrive("ahrens"), await arrive("verwalter")
    form = await text_of(caseworker, "/vernichtung/vorschlag")
    fields = {"akte": akte, f"grund-{akte}": "Frist", "anlass": "Jahr 2026",
              "schluessel": KEY.format(1)}  # fmt: skip
    sent = await caseworker.post("/vernichtung/vorschlag", **fields)
    run = sent.headers["Location"]
    await caseworker.post("/vernichtung/vorschlag", **fields)
    own = await caseworker.post(f"{run}/zustimmen", schluessel=KEY.format(2), geprueft="1")
    shown = await text_of(leader, f"{run}/zustimmen")
    unread = await leader.post(f"{run}/zustimmen", schluessel=KEY.format(3))
    yes = await leader.post(f"{run}/zustimmen", schluessel=KEY.format(3), geprueft="1")
    await carried_out(house)

    assert "51.3-ALT-1" in form
    assert "Altmann, Kind 1" in shown
    assert "nicht wiederherstellbar" in shown
    assert (303, 409, 422, 303) == (sent.status, own.status, unread.status, yes.status)
    assert "abgeschlossen" in await text_of(caseworker, run)
    assert 404 == (await caseworker.get(f"/akten/{akte}")).status
    acts = [entry["action"] for entry in await log_of()]
    assert {"disposal_prepared", "disposal_proposed", "disposal_approved"} <= set(acts)
    steps = await house.database.read(lambda tx: tx.all("SELECT action, actor FROM journal"))
    assert {("disposal_proposed", "ahrens"), ("disposal_approved", "verwalter"),
            ("file_destroyed", "hub"), ("disposal_done", "hub")} == {
        (step["action"], step["actor"]) for step in steps
        if step["action"].startswith(("disposal", "file_d"))
    }  # fmt: skip


async def test_approving_wants_a_fresh_proof_of_who_it_is(
    house: SmallHouse, arrive: Arrive
) -> None:
    await proposed(house, WAITING, await old_file(house, 1))
    leader = await arrive("verwalter")
    house.clock.advance(16 * 60)

    asked = await leader.get(f"/vernichtung/{WAITING}/zustimmen")
    sent = await leader.post(f"/vernichtung/{WAITING}/zustimmen", schluessel=KEY.format(1))

    assert (303, 403) == (asked.status, sent.status)
    assert asked.headers["Location"].startswith("/bestaetigen?weiter=")


async def test_a_proposal_is_declined_with_a_reason(house: SmallHouse, arrive: Arrive) -> None:
    akte = await old_file(house, 1)
    await proposed(house, WAITING, akte)
    leader = await arrive("verwalter")
    mute = await leader.post(f"/vernichtung/{WAITING}/ablehnen", schluessel=KEY.format(1))
    said = await leader.post(
        f"/vernichtung/{WAITING}/ablehnen", schluessel=KEY.format(1), grund="Strafverfahren"
    )

    assert (422, 303) == (mute.status, said.status)
    page = await text_of(leader, f"/vernichtung/{WAITING}")
    assert "Strafverfahren" in page
    await carried_out(house)
    assert 2 == len((await house.services.efile.akte(OFFICE, akte)).documents)


async def test_what_stands_against_it_is_said_in_words(house: SmallHouse, arrive: Arrive) -> None:
    akte = await old_file(house, 1)
    visitor = await arrive("ahrens")
    await visitor.post(f"/akten/{akte}/wiedervorlagen", wann="1t Nachweis",
                       schluessel=KEY.format(1))  # fmt: skip

    page = await text_of(visitor, "/vernichtung/vorschlag")
    sent = await visitor.post(
        "/vernichtung/vorschlag", akte=akte, anlass="Jahr 2026", schluessel=KEY.format(2),
        **{f"grund-{akte}": "Frist"},
    )  # fmt: skip

    assert "Offene Wiedervorlagen: 1" in page
    assert 409 == sent.status
    assert "Offene Wiedervorlagen: 1" in await sent.text()


async def test_the_certificate_is_read_and_fetched(house: SmallHouse, arrive: Arrive) -> None:
    await keep_runs(house)
    visitor = await arrive("verwalter")

    page = await text_of(visitor, f"/vernichtung/{RUN}/protokoll")
    fetched = await visitor.get(f"/vernichtung/{RUN}/protokoll.json")
    sheet = await (await visitor.get(f"/vernichtung/{RUN}/protokoll.pdf")).read()

    assert "Vorgeschlagen</dt><dd>ahrens" in page
    assert "Altmann" not in page
    assert "ALT-1" not in page
    assert RUN == json.loads(await fetched.text())["certificate"]["run"]
    assert "attachment" in fetched.headers["Content-Disposition"]
    assert checking.passes(sheet, "3b")
    with pikepdf.open(io.BytesIO(sheet)) as document:
        ((name, inside),) = document.attachments.items()
        assert (f"Loeschprotokoll-{RUN}.json", await fetched.read()) == (
            name, inside.get_file().read_bytes(),
        )  # fmt: skip
    with pdfium.PdfDocument(sheet) as document:
        told = " ".join(document[0].get_textpage().get_text_range().split())
    assert f"Lauf: {RUN}" in told
    assert "Vorgeschlagen: ahrens" in told
    assert "Altmann" not in told
    listed = await text_of(visitor, "/vernichtung")
    assert "abgeschlossen" in listed
    assert "wartet auf Zustimmung" in listed


async def test_a_misfiled_document_is_reported_and_the_file_says_so(
    house: SmallHouse, arrive: Arrive
) -> None:
    await old_file(house, 1)
    document = house.files["bescheid"]
    here = f"/akten/{house.akte}/dokumente/{document}"
    caseworker = await arrive("ahrens")
    assert f'href="{here}/fehlablage"' in await text_of(caseworker, here)
    form = await text_of(caseworker, f"{here}/fehlablage")
    wrong = await caseworker.post(
        f"{here}/fehlablage", ziel="nirgends", anlass="person", grund="x", schluessel=KEY.format(1)
    )
    sent = await caseworker.post(
        f"{here}/fehlablage", ziel="51.3-ALT-1", anlass="person", grund="Namensgleich",
        schluessel=KEY.format(2),
    )  # fmt: skip
    run = sent.headers["Location"]
    leader = await arrive("verwalter")
    shown = await text_of(leader, f"{run}/zustimmen")
    await leader.post(f"{run}/zustimmen", schluessel=KEY.format(3), geprueft="1")
    await carried_out(house)

    assert "Aktenzeichen der richtigen Akte" in form
    assert (404, 303) == (wrong.status, sent.status)
    assert "Berichtigung zustimmen" in shown
    assert "51.3-ALT-1" in shown
    assert 404 == (await caseworker.get(here)).status
    page = await text_of(caseworker, f"/akten/{house.akte}")
    assert "Fehlablage berichtigt am" in page
    assert "Verwechslung der Person; vorgeschlagen von ahrens" in page
    assert "ALT-1" not in page
    assert "Verwechslung der Person" in await text_of(caseworker, f"{run}/protokoll")
