"""The rows of inspections, on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from efile import Author, BlockSet, Conflict, NotFound
from efile.contents.room import ContentsRoom
from efile.index.ending.erasing import erase_file
from efile.inspection import book
from efile.inspection.plan import KEEP, REDACT, Inspection, Plan, Report, mark
from tests.efile_house import EFileHouse, message, open_house
from tests.engines import Engine
from tests.inspected import KNOWN, MOTHER, TERMS

PLAN = Plan(
    asker=MOTHER, purpose="Prüfung", known=KNOWN, terms=TERMS, documents=("d1", "d2"),
    authors=("ahrens",),
)  # fmt: skip
ONE = Inspection("muster", "i", "a", "open", 5, 5, 5, 2, 0, "", PLAN)
MARKS = [
    mark("d1", 2, TERMS[0].id, [(0.1, 0.5, 0.2, 0.1)], "A"),
    mark("d1", 2, TERMS[1].id, [(0.1, 0.2, 0.2, 0.1), (0.5, 0.3, 0.1, 0.1)], "A"),
]


@pytest.fixture
async def house(engine: Engine, tmp_path: Path) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path, index=engine.open()) as opened:
        await opened.database.write(lambda tx: book.enter(tx, ONE))
        yield opened


async def test_an_inspection_and_its_marks_come_back_as_they_were(house: EFileHouse) -> None:
    write, read = house.database.write, house.database.read
    for _ in range(2):
        await write(lambda tx: book.add(tx, ONE, MARKS))
    before = await read(lambda tx: (book.find(tx, "muster", "a", "i"), book.undecided(tx, ONE)))
    await write(lambda tx: book.decide(tx, ONE, [MARKS[1].id], REDACT, "ahrens"))
    await write(lambda tx: book.decide(tx, ONE, [MARKS[0].id], KEEP, "berger"))
    marks = await read(lambda tx: book.marks(tx, ONE, "d1"))
    left = await read(lambda tx: (book.undecided(tx, ONE), book.marks(tx, ONE, "d2")))

    assert (ONE, 2) == before
    assert [
        replace(MARKS[1], state=REDACT, actor="ahrens"),
        replace(MARKS[0], state=KEEP, actor="berger"),
    ] == marks
    assert (0, []) == left


async def test_it_changes_only_in_the_states_it_may(house: EFileHouse) -> None:
    report = Report(3, 1, 4, 2, 7)
    write, read = house.database.write, house.database.read
    await write(
        lambda tx: book.change(
            tx, ONE, ("open",), lambda one: replace(one, state="making", report=report), 9
        )
    )
    await write(lambda tx: book.touch(tx, ONE, 3, 8, 11))
    changed = await read(lambda tx: book.find(tx, "muster", "a", "i"))

    assert ("making", 9, 11, 3, 8, report) == (
        changed.state, changed.changed_at_us, changed.touched_at_us, changed.done, changed.total,
        changed.report,
    )  # fmt: skip
    with pytest.raises(Conflict, match="inspection_moved_on"):
        await write(lambda tx: book.change(tx, ONE, ("open",), lambda one: one, 12))
    for tenant, akte in (("andere", "a"), ("muster", "b")):
        with pytest.raises(NotFound):
            await read(lambda tx, tenant=tenant, akte=akte: book.find(tx, tenant, akte, "i"))


async def test_it_goes_with_its_file(house: EFileHouse) -> None:
    write, read = house.database.write, house.database.read
    await write(lambda tx: book.add(tx, ONE, MARKS))
    await write(lambda tx: erase_file(tx, "muster", "a"))

    assert ([], []) == await read(lambda tx: (book.of_file(tx, "muster", "a"), book.marks(tx, ONE)))


async def test_who_sees_every_document_is_told_what_waits_and_no_file_is_read_for_it(
    house: EFileHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One inspection names a document that is blocked for others, the other does not."""
    await house.efile.file_all([message(n, aktenzeichen="A") for n in (1, 2)])
    view = await house.efile.akte("muster", "A")
    free, secret = (each.id for each in view.documents)
    for name, documents in (("both", (free, secret)), ("one", (free,)), ("gone", (free, "lost"))):
        plan = msgspec.structs.replace(PLAN, documents=documents)
        one = replace(ONE, id=name, akte_id=view.akte.id, state="waiting", plan=plan)
        await house.database.write(lambda tx, one=one: book.enter(tx, one))
    block = BlockSet(id="b", ground="bias", reason="x", persons=("berger",), document=secret)
    await house.efile.access.block("muster", "A", block, Author("chef", 9, "key-1"))
    monkeypatch.delattr(ContentsRoom, "view")
    visitors = {
        "berger": ("uvg",), "winter": ("uvg",), "ahrens": ("uvg",), "fremd": ("beistandschaft",),
    }  # fmt: skip

    async def told(person: str, limit: int = 9) -> list[str]:
        behind = house.efile.behind(visitors[person], person=person)
        found = await behind.inspections.release.waiting("muster", person, limit)
        assert {akte.aktenzeichen for _, akte in found} <= {"A"}
        return [one.id for one, _ in found]

    assert {"berger": ["both", "one"], "winter": ["one"], "ahrens": [], "fremd": []} == {
        person: await told(person) for person in visitors
    }
    assert ["both"] == await told("berger", 1)
    assert [] == await house.efile.inspections.release.waiting("andere", "berger", 9)
