"""What somebody may not see behaves like missing, on either engine, before and after a rebuild."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from efile import Author, BlockSet, Competence, EFile, InvalidRequest, NotFound
from tests.efile_house import EFileHouse, message, open_house
from tests.engines import Engine

TODAY = date(2026, 11, 22)


@pytest.fixture
async def house(engine: Engine, tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path, index=engine.open()) as opened:
        await opened.efile.file_all([message(n, aktenzeichen="ABCD"[n % 4]) for n in range(8)])
        yield opened


def by(number: int, name: str = "ahrens") -> Author:
    return Author(name, 5_000 + number, f"key-{number}")


def block(number: int, *persons: str, document: str = "") -> BlockSet:
    return BlockSet(
        id=f"block-{number}", ground="entrusted", reason="anvertraut", persons=persons,
        document=document,
    )  # fmt: skip


def seen_by(house: EFileHouse, person: str, *units: str, opened: tuple[str, ...] = ()) -> EFile:
    return house.efile.behind(("uvg",), person=person, units=units, opened=opened)


async def seen(room: EFile) -> list[str]:
    """Return what lists show, when search, names and retention agree with them."""
    listed = [akte.aktenzeichen for akte in await room.akten("muster")]
    hits = {hit.aktenzeichen for hit in await room.search("muster", "falldaten", 200)}
    kept = [one.akte.aktenzeichen for one in await room.retention.outlooks("muster", TODAY)]
    named = await room.retention.outlooks_of("muster", ["A", "B", "C", "D"], TODAY)
    found = await room.access.visible("muster", ["A", "B", "C", "D"])
    assert [set(listed)] * 3 == [set(kept), {one.akte.aktenzeichen for one in named}, found]
    assert hits == set(listed)
    return listed


async def test_a_file_of_a_unit_is_there_for_its_members_and_persons_alone(
    house: EFileHouse,
) -> None:
    uv1 = Competence(unit="uv1", persons=("bauer",))
    await house.efile.access.assign("muster", "A", uv1, "Neuverteilung", by(1))
    await house.efile.access.assign("muster", "B", Competence(persons=("bauer",)), "x", by(2))

    deputy = house.efile.behind(("uvg",), person="winter", stands_for=("bauer",))
    assert ["A", "B", "C", "D"] == await seen(deputy)
    assert ["B", "C", "D"] == await seen(seen_by(house, "winter", "uv2"))
    assert ["A", "B", "C", "D"] == await seen(seen_by(house, "winter", "uv2", "uv1"))
    assert ["A", "B", "C", "D"] == await seen(seen_by(house, "bauer"))
    await house.efile.access.assign("muster", "A", Competence(unit="uv2"), "Umzug", by(3))
    assert ["B", "C", "D"] == await seen(seen_by(house, "bauer", "uv1"))
    assert ["A", "B", "C", "D"] == await seen(seen_by(house, "winter", "uv2"))


async def test_a_blocked_file_is_there_for_the_named_alone_until_the_last_block_is_lifted(
    house: EFileHouse,
) -> None:
    access = house.efile.access
    await access.assign("muster", "A", Competence(unit="uv1"), "x", by(1))
    await access.block("muster", "A", block(1, "bauer", "ahrens"), by(2))
    await access.block("muster", "A", block(2, "ahrens", "winter"), by(3))

    who = {"ahrens": 4, "bauer": 3, "winter": 3}
    assert who == {p: len(await seen(seen_by(house, p, "uv1"))) for p in who}
    deputy = house.efile.behind(("uvg",), person="winter", stands_for=("ahrens",))
    assert ["B", "C", "D"] == await seen(deputy)
    await access.unblock("muster", "A", "block-2", "erledigt", by(4))
    with pytest.raises(NotFound):
        await access.unblock("muster", "A", "block-2", "noch einmal", by(5))
    who = {"ahrens": 4, "bauer": 4, "winter": 3}
    assert who == {p: len(await seen(seen_by(house, p, "uv1"))) for p in who}
    await access.unblock("muster", "A", "block-1", "erledigt", by(6))
    assert ["A", "B", "C", "D"] == await seen(seen_by(house, "winter", "uv1"))


async def test_a_blocked_document_and_its_note_leave_no_trace(house: EFileHouse) -> None:
    whole = await house.efile.akte("muster", "A")
    secret = whole.documents[1]
    await house.efile.access.block("muster", "A", block(1, "bauer", document=secret.id), by(1))
    stranger, named = seen_by(house, "winter"), seen_by(house, "bauer")

    view = await stranger.akte("muster", "A")
    hits = await stranger.search("muster", "falldaten", 200)
    unseen = await stranger.access.unseen("muster", view.akte.id)
    assert [whole.documents[0]] == list(view.documents)
    assert ["Bewilligung"] == [one.title for one in view.vorgaenge]
    assert (1, view.documents[0].filed_at_us) == (view.akte.documents, view.akte.changed_at_us)
    assert view.akte == (await stranger.akten("muster"))[0]
    assert secret.id not in {hit.document_id for hit in hits}
    assert [] == await stranger.search("muster", "Sperrvermerk")
    assert frozenset({secret.source_id}) == unseen.sources
    assert () == (await stranger.access.admission("muster", "A"))[1].blocks
    assert 3 == len((await named.akte("muster", "A")).documents)
    assert [secret.id] == [h.document_id for h in await named.search("muster", f'"{secret.title}"')]
    assert 1 == len((await named.access.admission("muster", "A"))[1].blocks)


async def test_every_way_to_something_unseen_ends_as_if_it_were_missing(house: EFileHouse) -> None:
    view = await house.efile.akte("muster", "A")
    document = view.documents[0].id
    await house.efile.access.block("muster", "B", block(2, "bauer"), by(2))
    await house.efile.access.block("muster", "A", block(1, "bauer", document=document), by(1))
    hidden = (await house.efile.akte("muster", "B")).documents[0].id
    room = seen_by(house, "winter")
    ways: list[Any] = [room.akte("muster", "B"), room.access.admission("muster", "B")]
    ways += [room.retention.outlook("muster", "B", TODAY)]
    ways += [room.access.assign("muster", "B", Competence(unit="u"), "x", by(3))]
    ways += [room.access.block("muster", "A", block(3, "winter", document=document), by(4))]
    for name in (document, hidden, "missing"):
        ways += [room.document("muster", name), room.fetch("muster", name)]
        ways += [room.form("muster", name), room.page_count("muster", name)]
        ways += [room.page_image("muster", name, 1), room.page_text("muster", name, 1)]

    for way in ways:
        with pytest.raises(NotFound):
            await way


async def test_an_emergency_opens_one_file_and_nothing_behind_a_wall(house: EFileHouse) -> None:
    await house.efile.file(message(20, aktenzeichen="E", kind="beistandschaft"))
    document = (await house.efile.akte("muster", "A")).documents[0].id
    await house.efile.access.block("muster", "A", block(1, "bauer", document=document), by(1))
    for number, name in enumerate("AB", 2):
        await house.efile.access.block("muster", name, block(number, "bauer"), by(number))
    known = [await house.efile.akte("muster", name) for name in "AE"]
    room = seen_by(house, "winter", opened=tuple(view.akte.id for view in known))

    assert ["A", "C", "D"] == await seen(room)
    assert document == (await room.document("muster", document)).id


async def test_a_rebuild_guards_what_was_guarded(house: EFileHouse) -> None:
    document = (await house.efile.akte("muster", "A")).documents[0].id
    access = house.efile.access
    await access.assign("muster", "C", Competence(unit="uv1", persons=("bauer",)), "x", by(1))
    await access.block("muster", "A", block(1, "bauer", document=document), by(2))
    await access.block("muster", "B", block(2, "bauer"), by(3))
    before = house.snapshot()
    await house.database.write(lambda tx: tx.run("DELETE FROM efile_guards"))
    await house.database.write(lambda tx: tx.run("DELETE FROM efile_competence"))
    report = await house.efile.rebuild("muster")

    assert () == report.faults
    assert before == house.snapshot()
    assert before["guards"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"persons": ()}, {"persons": ("a b",)}, {"ground": "other"}, {"reason": " "},
        {"persons": ("x",) * 51},
    ],
)  # fmt: skip
async def test_a_block_for_nobody_or_for_no_reason_is_refused(
    house: EFileHouse, wrong: dict[str, Any]
) -> None:
    values = {"id": "1", "ground": "bias", "reason": "x", "persons": ("a",)}
    with pytest.raises(InvalidRequest):
        await house.efile.access.block("muster", "A", BlockSet(**(values | wrong)), by(1))
