import json
from dataclasses import replace

from aiohttp.test_utils import TestClient, TestServer

from hub.store import clearing, lanes
from hub.store.database import Transaction
from hub.store.desk import status
from hub.store.lanes import Promise
from hub.web.server import build_site
from tests.small_house import (
    CASE,
    CLEARING,
    DOUBT,
    DOUBT_MESSAGE,
    OFFICE,
    SmallHouse,
    Visitor,
    doubt_a_delivery,
    fill_the_desk,
)
from tests.unit.hub.web.conftest import Arrive, LogOf

PLACE = f"/klaerfaelle/{CLEARING}"


async def test_a_clearing_case_says_what_happened_and_what_to_do(arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    listed = await (await visitor.get("/klaerfaelle")).text()
    page = await (await visitor.get(PLACE)).text()

    assert PLACE in listed
    assert "Eine Einzahlung lässt sich keinem Fall zuordnen." in page
    assert "Kassenzeichen prüfen" in page
    assert "T. Brückner" in page


async def test_the_operator_sees_the_case_but_not_the_persons_in_it(arrive: Arrive) -> None:
    visitor = await arrive("betrieb")
    page = await (await visitor.get(PLACE)).text()

    assert "Brückner" not in page
    assert "Angaben zum Fall sieht nur die zuständige Dienststelle." in page


async def test_a_decision_needs_a_reason(arrive: Arrive, log_of: LogOf) -> None:
    visitor = await arrive("ahrens")
    answer = await visitor.post(f"{PLACE}/freigeben", grund="  ")

    assert 422 == answer.status
    assert "Bitte geben Sie einen Grund an." in await answer.text()
    assert "form_invalid" == (await log_of())[-1]["result"]


async def test_a_decision_is_kept_with_name_and_reason_and_made_once(arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    first = await visitor.post(f"{PLACE}/ablehnen", grund="Kein Fall bekannt")
    second = await visitor.post(f"{PLACE}/freigeben", grund="Doch")
    page = await (await visitor.get(PLACE)).text()

    assert [303, 409] == [first.status, second.status]
    assert "Zurückgewiesen von ahrens" in page
    assert "Kein Fall bekannt" in page
    assert "Freigeben und weiterlaufen lassen" not in page


async def test_without_a_desk_there_is_nothing_to_press(house: SmallHouse) -> None:
    site = build_site(replace(house.services, desk=None))
    async with TestClient(TestServer(site)) as client:
        visitor = Visitor(client)
        await visitor.sign_in("ahrens")
        page = await (await visitor.get(PLACE)).text()
        answer = await visitor.post(f"{PLACE}/freigeben", grund="geprüft")

    assert "Freigeben und weiterlaufen lassen" not in page
    assert 409 == answer.status


async def test_another_offices_clearing_case_does_not_exist(arrive: Arrive) -> None:
    visitor = await arrive("fremd")

    assert 404 == (await visitor.get(PLACE)).status
    assert "Kein offener Klärfall." in await (await visitor.get("/klaerfaelle")).text()


async def test_equal_failures_open_as_a_group(house: SmallHouse, arrive: Arrive) -> None:
    await house.database.write(
        lambda tx: tx.run(
            "INSERT INTO clearing SELECT tenant, 'clearing-2', message_id, NULL, case_key, code,"
            " message, remedy, facts, fingerprint, state, opened_us, NULL, NULL, NULL, 1, last_us"
            " FROM clearing"
        )
    )
    visitor = await arrive("ahrens")
    listed = await (await visitor.get("/klaerfaelle")).text()
    group = listed.split("?gruppe=")[1].split('"')[0]
    opened = await (await visitor.get(f"/klaerfaelle?gruppe={group}")).text()

    assert "<strong>2</strong> Fälle" in listed
    assert "/klaerfaelle/clearing-2" in opened


async def test_who_asks_for_the_status_needs_no_reason_and_sees_what_came(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    await doubt_a_delivery(house)
    visitor = await arrive("ahrens")
    place = f"/klaerfaelle/{DOUBT}"

    answer = await visitor.post(f"{place}/status")
    pending = await (await visitor.get(place)).text()
    await _say(house, "none", "inquiry_unanswered")
    told = await (await visitor.get(place)).text()

    assert (303, place) == (answer.status, answer.headers["Location"])
    assert "Die Antwort steht noch aus." in pending
    assert "Die Gegenstelle gab keine Auskunft." in told
    assert "inquiry_unanswered" in told
    for way in ("Status erfragen", "Als angekommen bestätigen", "Erneut senden"):
        assert way in told
    assert "status_queried" in [row["action"] for row in await log_of()]


async def _say(house: SmallHouse, answer: str, code: str) -> None:
    """Answer the open question as a node with a line would."""

    def work(tx: Transaction) -> None:
        now_us = house.clock.now_us()
        [query] = status.take(tx, 1, now_us, now_us + 1)
        status.answered(tx, query, answer, code, now_us)

    await house.database.write(work)


async def test_a_message_offers_the_status_query_beside_its_delivery(
    house: SmallHouse, arrive: Arrive
) -> None:
    await doubt_a_delivery(house)
    visitor = await arrive("verwalter")
    page = await (await visitor.get(f"/nachrichten/{DOUBT_MESSAGE}")).text()

    assert f'action="/klaerfaelle/{DOUBT}/status"' in page
    assert f'href="/klaerfaelle/{DOUBT}"' in page


def _leave_attachment(tx: Transaction) -> None:
    """Let the clearing case be about an attachment that names no case."""
    row = clearing.find(tx, OFFICE, CLEARING)
    assert row is not None
    spec = {"name": "Nachweis.pdf", "doc_type": "Dokument"}
    promise = Promise("p-1", OFFICE, row["message_id"], "file", "file", "~p-1", spec)
    lanes.add(tx, promise, 1)
    [claimed] = [
        one for one in lanes.claim(tx, "file", limit=50, me="hub-1", now_us=2, lease_us=9)
        if one.id == "p-1"
    ]  # fmt: skip
    lanes.block(tx, claimed, "dead", "attachment_unassigned")
    tx.run("UPDATE clearing SET promise_id = 'p-1' WHERE id = :id", id=CLEARING)


async def test_an_attachment_is_released_with_its_case_only(
    house: SmallHouse, arrive: Arrive
) -> None:
    await house.database.write(_leave_attachment)
    visitor = await arrive("ahrens")
    page = await (await visitor.get(PLACE)).text()
    none = await visitor.post(f"{PLACE}/freigeben", grund="geprüft")
    wrong = await visitor.post(f"{PLACE}/freigeben", grund="geprüft", fallnummer="V-9999")
    right = await visitor.post(f"{PLACE}/freigeben", grund="geprüft", fallnummer=f" {CASE.lower()}")

    assert 'name="fallnummer"' in page
    assert [422, 422, 303] == [none.status, wrong.status, right.status]
    assert "Es fehlt die Fallnummer" in await none.text()
    assert "Diesen Fall gibt es hier nicht." in await wrong.text()
    [promise] = await house.database.read(
        lambda tx: tx.all("SELECT spec, state FROM promise WHERE id = 'p-1'")
    )
    assert ("waiting", CASE) == (promise["state"], json.loads(promise["spec"])["case_key"])


async def test_whoever_works_through_a_cause_goes_from_case_to_case(
    house: SmallHouse, arrive: Arrive
) -> None:
    await fill_the_desk(house)
    visitor = await arrive("ahrens")
    first = await (await visitor.get(PLACE)).text()
    last = await (await visitor.get("/klaerfaelle/clearing-2")).text()
    await visitor.post(f"{PLACE}/freigeben", grund="Kasse hat berichtigt")
    decided = await (await visitor.get(PLACE)).text()
    alone = await (await visitor.get("/klaerfaelle/clearing-2")).text()

    for page, following in ((first, "clearing-2"), (last, CLEARING), (decided, "clearing-2")):
        assert f'href="/klaerfaelle/{following}" data-key="j"' in page
    assert "Nächster Klärfall dieser Ursache" not in alone
