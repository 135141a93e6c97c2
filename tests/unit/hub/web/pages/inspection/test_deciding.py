"""From the form to the filed copy, as two people do it on the pages."""

from __future__ import annotations

import re
from urllib.parse import unquote

from hub.store.accounts import Role
from tests.small_house import (
    BUSY_INSPECTION,
    INSPECTION,
    OFFICE,
    OPEN_INSPECTION,
    PASSWORD,
    SmallHouse,
    Visitor,
    keep_inspections,
)
from tests.unit.hub.web.conftest import Arrive, LogOf

FORM = {
    "rolle": "other_parent", "name": "Timo Brückner", "als": "für sich selbst",
    "zweck": "Anhörung zum Rückgriff",
}  # fmt: skip


async def begun(house: SmallHouse, visitor: Visitor, **changes: str) -> str:
    """Begin an inspection of the notice and return its address once it was looked through."""
    given = FORM | {"dokument": house.files["bescheid"]} | changes
    answer = await visitor.post(f"/akten/{house.akte}/akteneinsicht", **given)
    place = answer.headers["Location"]
    await house.services.efile.inspections.settled(place.rpartition("/")[2])
    return place


async def second(house: SmallHouse, arrive: Arrive) -> Visitor:
    """Return another caseworker of the office."""
    roles = frozenset({Role.CASEWORKER})
    await house.services.accounts.create(
        "berger", PASSWORD, name="Uwe Berger", tenant=OFFICE, roles=roles
    )
    return await arrive("berger")


async def test_two_people_make_a_copy_without_where_the_mother_lives(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    first, other = await arrive("ahrens"), await second(house, arrive)
    place = await begun(house, first)
    proposed = await (await first.get(place)).text()
    await first.post(f"{place}/entscheidung", was="redact", alle="1")
    made = await first.post(f"{place}/erstellen")
    await house.services.efile.inspections.settled(place.rpartition("/")[2])
    own = await (await first.get(f"{place}/kopie")).text()
    page = await (await other.get(f"{place}/kopie?seite=2")).text()
    sha256 = re.findall(r'name="kopie" value="([0-9a-f]{64})"', page)
    refused = await first.post(f"{place}/freigeben", kopie=sha256[0])
    early = await other.get(f"{place}/kopie.pdf")
    approved = await other.post(f"{place}/freigeben", kopie=sha256[0])
    copy = await (await first.get(f"{place}/kopie.pdf")).read()

    assert "Lindenweg 12a" in proposed
    assert "Anschrift, betreuender Elternteil" in proposed
    assert (303, 1, "Freigeben und ablegen" in own) == (made.status, len(sha256), False)
    assert (422, 422, 303) == (refused.status, early.status, approved.status)
    assert copy.startswith(b"%PDF-")
    assert b"Lindenweg" not in copy
    assert {
        "inspection_begun", "redaction_decided", "inspection_made", "copy_viewed",
        "inspection_approved", "copy_downloaded",
    } <= {entry["action"] for entry in await log_of()}  # fmt: skip


async def test_a_copy_in_parts_is_seen_page_by_page_approved_as_one_and_loaded_in_parts(
    house: SmallHouse, arrive: Arrive
) -> None:
    await keep_inspections(house, "bauer")
    visitor = await arrive("ahrens")
    place = f"/akten/{house.akte}/akteneinsicht/{INSPECTION}"
    waiting = await (await visitor.get(place)).text()
    page = await (await visitor.get(f"{place}/kopie?seite=4")).text()
    drawn = await visitor.get(f"{place}/kopie/seiten/4.png")
    beyond = await visitor.get(f"{place}/kopie/seiten/5.png")
    (sha256,) = re.findall(r'name="kopie" value="([0-9a-f]{64})"', page)
    await visitor.post(f"{place}/freigeben", kopie=sha256)
    filed = await (await visitor.get(place)).text()
    loaded = [await visitor.get(f"{place}/kopie.pdf?teil={number}") for number in (1, 2, 3)]

    assert "in 2 Teile geteilt" in waiting
    assert "Teil 2, Seite 2" in page
    assert "genau diese Kopie frei, alle 2 Teile" in page
    assert (200, 422) == (drawn.status, beyond.status)
    assert all(f"Teil {number} laden" in filed for number in (1, 2))
    assert [200, 200, 404] == [answer.status for answer in loaded]
    assert "Teil 2 von 2.pdf" in unquote(loaded[1].headers["Content-Disposition"])
    assert b"Seite 2" in await loaded[1].read()


async def test_it_says_how_far_the_copy_is_and_how_long_the_rest_takes(
    house: SmallHouse, arrive: Arrive
) -> None:
    await keep_inspections(house)
    place = f"/akten/{house.akte}/akteneinsicht/{BUSY_INSPECTION}"
    page = await (await (await arrive("ahrens")).get(place)).text()

    assert "44 % fertig, noch etwa 5 Minuten" in page


async def test_places_are_decided_on_one_by_one_and_by_term(
    house: SmallHouse, arrive: Arrive
) -> None:
    await keep_inspections(house, "ahrens")
    visitor = await arrive("ahrens")
    place = f"/akten/{house.akte}/akteneinsicht/{OPEN_INSPECTION}"
    sheet = f"{place}/dokumente/{house.files['bescheid']}"
    page = await (await visitor.get(sheet)).text()
    (opened, _) = re.findall(r'name="stelle" value="(\w+)"', page)[::2]
    blatt = f"{house.files['bescheid']}/1"
    kept = await visitor.post(f"{place}/entscheidung", was="keep", stelle=opened, blatt=blatt)
    after = await (await visitor.get(place)).text()

    assert f"{sheet}?seite=1" == kept.headers["Location"]
    assert "davon <strong>0 offen</strong>" in after
    assert "Kopie erstellen und prüfen" in after
    for given in ({"was": "keep"}, {"was": "weg", "alle": "1"}, {"was": "keep", "stelle": "x"}):
        assert 422 == (await visitor.post(f"{place}/entscheidung", **given)).status


async def test_a_rectangle_is_redacted_and_a_document_withheld(
    house: SmallHouse, arrive: Arrive
) -> None:
    await keep_inspections(house, "ahrens")
    visitor = await arrive("ahrens")
    place = f"/akten/{house.akte}/akteneinsicht/{OPEN_INSPECTION}"
    document = house.files["bescheid"]
    edges = {"seite": "2", "links": "10", "oben": "10,5", "rechts": "40", "unten": "20"}
    made = await visitor.post(f"{place}/dokumente/{document}/stelle", grund="B", **edges)
    sheet = await (await visitor.get(made.headers["Location"])).text()
    drawn = await visitor.get(f"{place}/dokumente/{document}/seiten/2.png")
    wrong = await visitor.post(f"{place}/dokumente/{document}/stelle", grund="B")
    await visitor.post(f"{place}/zurueckhalten", dokument=document, grund="D", vermerk="Arzt")
    held = await (await visitor.get(place)).text()
    await visitor.post(f"{place}/zurueckhalten", dokument=document, zeigen="1")
    shown = await (await visitor.get(place)).text()

    assert "Stelle von Hand" in sheet
    assert (await drawn.read()).startswith(b"\x89PNG")
    assert 422 == wrong.status
    assert "Grund D. Arzt" in held
    assert "Grund D. Arzt" not in shown


async def test_a_form_that_says_nothing_begins_nothing(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    given = FORM | {"dokument": house.files["bescheid"]}
    wrong = ({"rolle": "x"}, {"als": "x"}, {"zweck": " "}, {"dokument": "x"}, {"name": ""})
    place = f"/akten/{house.akte}/akteneinsicht"

    assert [422] * 5 == [(await visitor.post(place, **given | one)).status for one in wrong]


async def test_an_inspection_can_be_thrown_away(house: SmallHouse, arrive: Arrive) -> None:
    await keep_inspections(house)
    visitor = await arrive("ahrens")
    place = f"/akten/{house.akte}/akteneinsicht/{OPEN_INSPECTION}"
    gone = await visitor.post(f"{place}/verwerfen")

    assert f"/akten/{house.akte}/akteneinsicht" == gone.headers["Location"]
    assert 404 == (await visitor.get(place)).status
