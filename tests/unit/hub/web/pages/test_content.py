"""Content is shown for a purpose and a reason, for half an hour, to those of the office."""

import json

import pytest

from tests.small_house import (
    CASE,
    HELD_MESSAGE,
    LOOSE,
    LOOSE_MESSAGE,
    SmallHouse,
    hold_a_message,
    leave_an_attachment,
)
from tests.unit.hub.web.conftest import Arrive, LogOf

CONTENT = f"/nachrichten/{HELD_MESSAGE}/inhalt"
ASK = f"/nachrichten/{HELD_MESSAGE}/einsicht"
LOOSE_PAGE = f"/klaerfaelle/{LOOSE}/anlage"
LOOSE_ASK = f"/nachrichten/{LOOSE_MESSAGE}/einsicht"
PARTS = (LOOSE_PAGE, f"{LOOSE_PAGE}/seiten/1.png", f"{LOOSE_PAGE}/original")
WHY = {"zweck": "klaerung", "grund": "Betrag unklar"}


async def test_content_needs_purpose_and_reason(house: SmallHouse, arrive: Arrive) -> None:
    await hold_a_message(house)
    visitor = await arrive("ahrens")
    closed = await visitor.get(CONTENT)
    wrong = [await visitor.post(ASK, **fields) for fields in ({**WHY, "grund": ""}, {**WHY, "zweck": "neugier"})]  # fmt: skip

    assert 422 == closed.status
    assert "betrag" not in await closed.text()
    assert [422, 422] == [answer.status for answer in wrong]


async def test_a_reason_opens_it_for_half_an_hour_and_is_kept(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    await hold_a_message(house)
    visitor = await arrive("ahrens")
    answer = await visitor.post(ASK, **WHY)
    page = await (await visitor.get(CONTENT)).text()
    house.clock.advance(31 * 60 - 60 * 2)
    still = await visitor.get(CONTENT)
    house.clock.advance(2 * 60)
    later = await visitor.get(CONTENT)
    [entry] = await house.database.read(
        lambda tx: tx.all("SELECT actor, facts FROM journal WHERE action = 'content_opened'")
    )

    assert CONTENT == answer.headers["Location"]
    assert "&lt;betrag&gt;1,0&lt;/betrag&gt;" in page
    assert [200, 422] == [still.status, later.status]
    assert ("ahrens", '{"purpose":"klaerung"}') == (entry["actor"], entry["facts"])
    assert "content_viewed" in {row["action"] for row in await log_of()}


async def test_metadata_rights_open_no_content(house: SmallHouse, arrive: Arrive) -> None:
    await hold_a_message(house)
    for login, status in (("verwalter", 403), ("betrieb", 403), ("fremd", 404)):
        visitor = await arrive(login)

        assert [status] * 2 == [
            (await visitor.get(CONTENT)).status, (await visitor.post(ASK, **WHY)).status,
        ]  # fmt: skip


async def test_one_persons_reason_is_not_anothers(house: SmallHouse, arrive: Arrive) -> None:
    await hold_a_message(house)
    await house.database.write(
        lambda tx: tx.run(
            "INSERT INTO sight VALUES ('musterstadt', :id, 'bauer', 'klaerung', 'x', 0, :until)",
            id=HELD_MESSAGE, until=1 << 60,
        )
    )  # fmt: skip
    visitor = await arrive("ahrens")

    assert 422 == (await visitor.get(CONTENT)).status


async def test_the_way_on_leads_nowhere_else(house: SmallHouse, arrive: Arrive) -> None:
    await hold_a_message(house)
    visitor = await arrive("ahrens")
    answer = await visitor.post(ASK, **WHY, weiter="https://elsewhere.example/")

    assert CONTENT == answer.headers["Location"]


async def test_an_attachment_without_a_file_is_shown_for_a_reason_only(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    await leave_an_attachment(house)
    visitor = await arrive("ahrens")
    closed = [(await visitor.get(path)).status for path in PARTS]
    case = await (await visitor.get(f"/klaerfaelle/{LOOSE}")).text()
    opened = await visitor.post(LOOSE_ASK, **WHY, weiter=LOOSE_PAGE)
    page, drawn, original = [await visitor.get(path) for path in PARTS]
    [entry] = await house.database.read(
        lambda tx: tx.all("SELECT message_id, actor FROM journal WHERE action = 'content_opened'")
    )

    assert [422] * 3 == closed
    assert f'href="{LOOSE_ASK}?weiter={LOOSE_PAGE}"' in case
    assert LOOSE_PAGE == opened.headers["Location"]
    assert "Nachweis &lt;alt&gt;.pdf" in await page.text()
    assert "Seite 1 von 2" in await page.text()
    assert (await drawn.read()).startswith(b"\x89PNG")
    assert b"%PDF-1.4" == (await original.read())[:8]
    assert "sandbox" in original.headers["Content-Security-Policy"]
    assert "filename*=UTF-8''Nachweis%20alt.pdf" in original.headers["Content-Disposition"]
    assert {"message_id": LOOSE_MESSAGE, "actor": "ahrens"} == entry
    assert {"enclosure_viewed", "enclosure_downloaded"} < {row["action"] for row in await log_of()}


async def test_an_attachment_goes_from_its_page_into_a_file_and_is_shown_there_only(
    house: SmallHouse, arrive: Arrive
) -> None:
    await leave_an_attachment(house)
    visitor = await arrive("ahrens")
    await visitor.post(LOOSE_ASK, **WHY, weiter=LOOSE_PAGE)
    page = await (await visitor.get(f"{LOOSE_PAGE}?seite=2")).text()
    beyond = await visitor.get(f"{LOOSE_PAGE}/seiten/3.png")
    given = await visitor.post(
        f"/klaerfaelle/{LOOSE}/freigeben", grund="steht darin", fallnummer=CASE
    )
    after = [(await visitor.get(path)).status for path in PARTS]
    [promise] = await house.database.read(
        lambda tx: tx.all("SELECT spec FROM promise WHERE id = 'promise-12'")
    )

    assert f'action="/klaerfaelle/{LOOSE}/freigeben"' in page
    assert "Seite 2 von 2" in page
    assert (404, 303) == (beyond.status, given.status)
    assert [422] * 3 == after
    assert CASE == json.loads(promise["spec"])["case_key"]


@pytest.mark.parametrize(
    ("mime", "data", "shown"),
    [
        ("text/plain", "Fällig für <Mila>".encode(), "Fällig für &lt;Mila&gt;"),
        ("application/vnd.oasis.opendocument.text", b"PK\x03\x04", "gibt es keine Anzeige"),
        ("application/pdf", b"no PDF at all", "gibt es keine Anzeige"),
    ],
)
async def test_what_has_no_pages_is_shown_as_text_or_offered_as_it_came(
    house: SmallHouse, arrive: Arrive, mime: str, data: bytes, shown: str
) -> None:
    await leave_an_attachment(house, "Anlage", mime, data)
    visitor = await arrive("ahrens")
    await visitor.post(LOOSE_ASK, **WHY, weiter=LOOSE_PAGE)
    page = await visitor.get(LOOSE_PAGE)

    assert 200 == page.status
    assert shown in await page.text()
    assert data == await (await visitor.get(PARTS[2])).read()


async def test_nobody_else_sees_an_attachment(house: SmallHouse, arrive: Arrive) -> None:
    await leave_an_attachment(house)
    for login, status in (("verwalter", 403), ("betrieb", 403), ("fremd", 404)):
        visitor = await arrive(login)

        assert [status] * 3 == [(await visitor.get(path)).status for path in PARTS]


async def test_a_case_about_something_else_has_no_attachment(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")

    assert 422 == (await visitor.get("/klaerfaelle/clearing-1/anlage")).status
