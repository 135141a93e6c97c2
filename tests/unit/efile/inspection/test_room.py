"""From the question to the filed copy: decided by people, proven, approved by another."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import Conflict, EFile, Host, InvalidRequest, NotFound, Part
from efile.inspection import release
from efile.inspection.plan import OPEN, REDACT
from efile.inspection.room import Wanted
from efile.objects import layout
from efile.sealing.store import SealedStore
from hub.core.clock import FixedClock
from tests.efile_house import SECRET, EFileHouse, open_house, request
from tests.inspected import (
    AKTE,
    KNOWN,
    MOTHER,
    SECRETS,
    TENANT,
    begun,
    file_letter,
    letter,
    made,
    scan,
    settled,
    waiting,
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path) as opened:
        await file_letter(opened.efile)
        yield opened


async def test_a_copy_is_proposed_made_proven_approved_and_filed(house: EFileHouse) -> None:
    efile = house.efile
    one = await begun(efile)
    (document,) = one.plan.documents
    places = [(each.page, each.state) for each in await efile.inspections.marks(one)]
    one = await made(efile, one)

    assert [(1, OPEN)] * 4 == places
    assert ("waiting", "", 3, 1) == (one.state, one.fault, one.report.pages, one.report.pictured)
    filed = await efile.inspections.release.approve(one, one.sha256, "berger")
    copy = await efile.document(TENANT, filed.document_id)
    said = await efile.page_text(TENANT, copy.id, 1)
    second = await efile.page_text(TENANT, copy.id, 2)
    record = json.loads(await efile.fetch(TENANT, copy.id, 1))["Akteneinsicht"]

    assert ("filed", "Akteneinsicht") == (filed.state, copy.doc_type)
    assert "Für: Sabine Müller" in said.text
    assert "1. Bescheid an die … (Bescheid)" in said.text
    assert not [word for word in SECRETS if word in said.text + second.text]
    assert "Sabine Müller wohnt Hauptweg 3" in second.text
    assert (["ahrens"], "berger") == (record["Vorbereitet von"], record["Freigegeben von"])
    assert [document] == record["Dokumente"]
    assert not [word for word in SECRETS if word in json.dumps(record)]
    assert [] == await efile.inspections.marks(one)


async def test_nothing_is_made_before_everything_is_decided(house: EFileHouse) -> None:
    one = await begun(house.efile)

    with pytest.raises(InvalidRequest, match="inspection_undecided"):
        await house.efile.inspections.make(one, "ahrens")


async def test_who_had_a_hand_in_it_does_not_approve(house: EFileHouse) -> None:
    one = await waiting(house)

    with pytest.raises(InvalidRequest, match="inspection_same_person"):
        await house.efile.inspections.release.approve(one, one.sha256, "ahrens")
    with pytest.raises(Conflict, match="inspection_moved_on"):
        await house.efile.inspections.release.approve(one, "0" * 64, "berger")


async def test_a_place_that_was_left_may_stand_and_no_other(house: EFileHouse) -> None:
    efile = house.efile
    one = await begun(efile)
    marks = await efile.inspections.marks(one)
    await efile.inspections.decide(one, [marks[0].id], redact=False, actor="ahrens")
    others = [each.id for each in marks[1:]]
    await efile.inspections.decide(one, others, redact=True, actor="ahrens")
    await efile.inspections.make(one, "ahrens")
    one = await settled(efile, one.id)

    assert ("waiting", 3) == (one.state, one.report.boxes)


async def test_what_the_proof_finds_stops_the_copy_and_becomes_a_proposal(
    house: EFileHouse,
) -> None:
    """The scan's word is read off it only in the proof: nobody looked at the picture before."""
    efile = house.efile
    one = await begun(efile)
    await house.tamper("DELETE FROM efile_inspection_marks")
    await efile.inspections.make(one, "ahrens")
    stopped = await settled(efile, one.id)
    marks = await efile.inspections.marks(stopped)

    assert ("open", "inspection_leaks", "") == (stopped.state, stopped.fault, stopped.sha256)
    assert {"pypdf", "pdfium", "pdftotext", "ocr"} <= {r.way for r in stopped.report.remnants}
    assert {("proof", OPEN, 1)} == {(each.source, each.state, each.page) for each in marks}
    with pytest.raises(NotFound):
        await efile.inspections.release.part(stopped, 1)
    assert "waiting" == (await made(efile, stopped)).state


async def test_a_place_by_hand_and_a_further_word_are_redacted(house: EFileHouse) -> None:
    efile = house.efile
    one = await begun(efile)
    (document,) = one.plan.documents
    await efile.inspections.mark_place(
        one, document, 2, (0.1, 0.09, 0.5, 0.03), ground="B", actor="ahrens"
    )
    await efile.inspections.look_for(one, "Sabine", "name", ground="A", actor="ahrens")
    one = await settled(efile, one.id)
    states = {each.source: each.state for each in await efile.inspections.marks(one)}
    one = await made(efile, one)

    assert {"hand": REDACT, "search": OPEN} == states
    assert ("waiting", 2, 6) == (one.state, one.report.pictured, one.report.boxes)


async def test_what_was_entrusted_is_withheld_until_somebody_shows_it(house: EFileHouse) -> None:
    efile = house.efile
    (document,) = (await efile.akte(TENANT, AKTE)).documents
    one = await begun(efile, entrusted=frozenset({document.id}))
    await efile.inspections.withhold(one, document.id, "", "", "ahrens")
    shown = await settled(efile, one.id)

    assert ("B", {}) == (one.plan.withheld[document.id].ground, shown.plan.withheld)


async def test_withheld_documents_are_named_by_their_grounds_alone(house: EFileHouse) -> None:
    """One because a person says so, one because it has no pages."""
    efile = house.efile
    data = Part("original", "daten.bin", "application/octet-stream", b"\x00\x01 Gartenstr. 12")
    await efile.file(request(3, parts=(data,)))
    part = Part("original", "b.pdf", "application/pdf", letter("Gutachten"))
    await efile.file(request(2, parts=(part,), title="Gutachten Dr. Schmidt"))
    one = await begun(efile)
    await efile.inspections.withhold(one, one.plan.documents[1], "D", "Arzt eröffnet", "ahrens")
    one = await settled(efile, one.id)
    done = await made(efile, one)
    filed = await efile.inspections.release.approve(done, done.sha256, "berger")
    front = (await efile.page_text(TENANT, filed.document_id, 1)).text

    assert {"D", "T"} == {each.ground for each in one.plan.withheld.values()}
    assert 2 == front.count(": zurückgehalten")
    assert "§ 25 Abs. 2 SGB X" in front
    assert "Schmidt" not in front


async def test_scans_and_texts_are_redacted_too(house: EFileHouse) -> None:
    text = "Sehr geehrte Frau Müller,\nder Vater wohnt Gartenstr. 12.".encode()
    for number, (mime, data) in enumerate((("image/tiff", scan()), ("text/plain", text)), 2):
        await house.efile.file(request(number, parts=(Part("original", "teil", mime, data),)))
    one = await begun(house.efile)
    done = await made(house.efile, one)

    assert "waiting" == done.state, done.report
    assert 3 == done.report.pictured


async def test_proposals_survive_a_restart_and_work_is_taken_up_again(tmp_path: Path) -> None:
    async with open_house(tmp_path) as first:
        await file_letter(first.efile)
        one = await begun(first.efile)
        marks = await first.efile.inspections.marks(one)
        await first.efile.inspections.decide(
            one, [each.id for each in marks], redact=True, actor="ahrens"
        )
        store = SealedStore(first.objects, first.efile.keys)
        await store.put_once(TENANT, layout.export_key(one.akte_id, one.id, 1), b"half a copy")
        await first.tamper("UPDATE efile_inspections SET state = 'making', touched_at_us = 0")
    async with open_house(tmp_path) as second:
        again = await settled(second.efile, one.id)
        await second.efile.inspections.resume(again)
        done = await settled(second.efile, one.id)

    assert ("making", "inspection_stopped") == (again.state, again.fault)
    assert ("waiting", 4) == (done.state, done.report.boxes)


class _Stopped(Exception):
    """The process ends here."""


@pytest.mark.parametrize("step", release.STEPS[2:])
async def test_a_copy_is_filed_once_wherever_the_process_ends(house: EFileHouse, step: str) -> None:
    one = await waiting(house)

    def passing(name: str) -> None:
        if name == step:
            raise _Stopped

    other = EFile(house.database, house.objects, FixedClock(), SECRET, Host(passing=passing))
    with pytest.raises(_Stopped):
        await other.inspections.release.approve(one, one.sha256, "berger")
    await other.inspections.close()
    between = await settled(house.efile, one.id)
    done = await house.efile.inspections.release.finish(between)
    documents = (await house.efile.akte(TENANT, AKTE)).documents

    assert ("approved", "filed") == (between.state, done.state)
    assert ["Akteneinsicht"] == [d.doc_type for d in documents if d.doc_type != "Bescheid"]


async def test_a_copy_sent_back_is_gone_and_can_be_made_again(house: EFileHouse) -> None:
    efile = house.efile
    one = await waiting(house)
    await efile.inspections.release.send_back(one, "Anlage fehlt", "berger")
    back = await settled(efile, one.id)

    assert ("open", "berger: Anlage fehlt", "") == (back.state, back.plan.sent_back, back.sha256)
    assert [] == list(house.folder.rglob("*.pdf"))
    with pytest.raises(NotFound, match="inspection_missing"):
        await efile.inspections.release.part(back, 1)


async def test_nobody_sees_an_inspection_with_documents_they_may_not_see(
    house: EFileHouse,
) -> None:
    one = await begun(house.efile)
    behind = house.efile.behind((), person="fremd")
    akte = one.akte_id

    with pytest.raises(NotFound):
        await behind.inspections.get(TENANT, akte, one.id)
    with pytest.raises(NotFound):
        await house.efile.inspections.get("andere", akte, one.id)
    await house.efile.inspections.discard(one)
    assert [] == await house.efile.inspections.of_file(TENANT, akte)


async def test_what_lies_still_for_half_a_year_is_taken_away(house: EFileHouse) -> None:
    await begun(house.efile)
    kept = await house.efile.inspections.sweep()
    await house.tamper("UPDATE efile_inspections SET touched_at_us = 0")

    assert (0, 1) == (kept, await house.efile.inspections.sweep())


@pytest.mark.parametrize(
    "changes", [{"documents": frozenset()}, {"purpose": " "}, {"purpose": "x" * 400}]
)
async def test_what_says_nothing_begins_nothing(
    house: EFileHouse, changes: dict[str, object]
) -> None:
    view = await house.efile.akte(TENANT, AKTE)
    values = {
        "akte": AKTE, "asker": MOTHER, "purpose": "Prüfung",
        "documents": frozenset({view.documents[0].id}), "known": KNOWN,
    } | changes  # fmt: skip

    with pytest.raises(InvalidRequest):
        await house.efile.inspections.begin(TENANT, Wanted(**values), "ahrens")
