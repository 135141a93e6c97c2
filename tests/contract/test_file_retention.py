"""Kinds, numbers, dates and holds on either engine and either store; a rebuild finds all again."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from efile import (
    ArchiveAnswer,
    Author,
    Conflict,
    EFile,
    InvalidRequest,
    NotFound,
    Outlook,
    Statement,
)
from hub.core.clock import FixedClock
from tests.efile_house import SECRET, EFileHouse, message, request
from tests.engines import Engine

TODAY = date(2026, 11, 22)
ENDED = date(2010, 5, 4)


@pytest.fixture
def house(either_house: EFileHouse) -> EFileHouse:
    return either_house


def by(number: int, name: str = "k.winter") -> Author:
    return Author(name, 5_000 + number, f"note-{number}")


async def opened(house: EFileHouse, number: int = 1, tenant: str = "muster") -> str:
    room = house.efile.retention
    akte = await room.open(tenant, "beistandschaft", f"Müller {number}", 2026, by(number))
    return akte.id


async def outlook(house: EFileHouse, akte: str, on: date = TODAY) -> Outlook:
    return await house.efile.retention.outlook("muster", akte, on)


async def test_a_file_is_opened_under_a_name_of_its_own(house: EFileHouse) -> None:
    room = house.efile.retention

    akten = [await room.open("muster", "beistandschaft", "Müller", 2026, by(n)) for n in range(3)]
    other = await room.open("muster", "vormundschaft", "Müller", 2026, by(7))

    assert [f"51.4-2026-0000{n}" for n in (1, 2, 3)] == [akte.aktenzeichen for akte in akten]
    assert ("51.5-2026-00001", "vormundschaft", "51.5 Vormundschaft", 1) == (
        other.aktenzeichen, other.kind, other.aktenplan, other.documents,
    )  # fmt: skip


async def test_two_writers_never_open_the_same_file(engine: Engine, house: EFileHouse) -> None:
    database = engine.open() if engine.name == "postgresql" else house.database
    other = EFile(database, house.objects, FixedClock(), SECRET)
    akten = await asyncio.gather(
        *(
            room.retention.open("muster", "wohngeld", f"Akte {n}", 2026, by(n, f"writer-{n}"))
            for n, room in enumerate([house.efile, other] * 10)
        )
    )
    await other._readers.close()
    if database is not house.database:
        await asyncio.to_thread(database.close)

    assert 20 == len({akte.aktenzeichen for akte in akten})
    assert {1} == {akte.documents for akte in akten}


async def test_a_lost_counter_goes_on_behind_the_highest_name(house: EFileHouse) -> None:
    for number in range(3):
        await opened(house, number)
    await house.database.write(lambda tx: tx.run("DELETE FROM efile_numbers"))

    await opened(house, 9)

    names = [akte.aktenzeichen for akte in await house.efile.akten("muster")]
    assert "51.4-2026-00004" == names[-1]


async def test_a_file_has_one_kind(house: EFileHouse) -> None:
    await house.efile.file(request(1))
    with pytest.raises(Conflict, match="akte_of_other_kind"):
        await house.efile.file(request(2, kind="uvg-rueckgriff"))
    one, two = await house.efile.file_all(
        [message(3, aktenzeichen="R 1", kind="uvg-rueckgriff"), message(4, aktenzeichen="R 1")]
    )

    assert (False, True) == (isinstance(one, Conflict), isinstance(two, Conflict))
    assert {"51.3-0001": "uvg", "R 1": "uvg-rueckgriff"} == {
        akte.aktenzeichen: akte.kind for akte in await house.efile.akten("muster")
    }
    with pytest.raises(InvalidRequest, match="unknown_file_kind"):
        await house.efile.file(request(5, kind="adoption"))


async def test_dates_decide_and_are_taken_back(house: EFileHouse) -> None:
    room, akte = house.efile.retention, await opened(house)
    unknown = (await outlook(house, akte)).decision
    await room.record_day("muster", akte, "ended", ENDED, "volljährig", by(2))
    known = (await outlook(house, akte)).decision
    await room.record_day("muster", akte, "ended", None, "Irrtum", by(3))

    assert ("undetermined", ("ended",)) == (unknown.state, unknown.missing)
    assert ("offer", date(2021, 1, 1)) == (known.state, known.day)
    assert "undetermined" == (await outlook(house, akte)).decision.state
    with pytest.raises(InvalidRequest, match="unknown_retention_event"):
        await room.record_day("muster", akte, "deed_made", ENDED, "x", by(4))


async def test_documents_tell_dates_by_the_way(house: EFileHouse) -> None:
    said = Statement(dates={"benefit_ended": ENDED, "claims_settled": ENDED})
    await house.efile.file_all([message(1, retention=said), message(2)])

    found = await outlook(house, "51.3-0001")

    assert {"benefit_ended": ENDED, "claims_settled": ENDED} == found.standing.days
    assert ("offer", "Unterhaltsvorschuss, Leistungsakte") == (found.decision.state, found.kind)


async def test_holds_are_counted_and_lifted_one_by_one(house: EFileHouse) -> None:
    room, akte = house.efile.retention, await opened(house)
    await room.record_day("muster", akte, "ended", ENDED, "volljährig", by(2))
    one = await room.hold("muster", akte, "Klage", TODAY, None, by(3))
    two = await room.hold("muster", akte, "Prüfung", TODAY, date(2027, 1, 31), by(4))
    assert two == await room.hold("muster", akte, "Prüfung", TODAY, date(2027, 1, 31), by(4))
    both = (await outlook(house, akte)).decision
    await room.lift("muster", akte, one, "Vergleich", by(5))
    left = (await outlook(house, akte)).decision

    assert ("held", None, 2) == (both.state, both.free_day, len(both.holds))
    assert ("held", date(2027, 2, 1), 1) == (left.state, left.free_day, len(left.holds))
    assert "offer" == (await outlook(house, akte, date(2027, 2, 1))).decision.state
    with pytest.raises(NotFound, match="hold_missing"):
        await room.lift("muster", akte, one, "noch einmal", by(6))
    with pytest.raises(InvalidRequest, match="hold_already_over"):
        await room.hold("muster", akte, "x", TODAY, date(2026, 11, 21), by(7))


async def test_another_office_has_no_such_file(house: EFileHouse) -> None:
    room, akte = house.efile.retention, await opened(house)
    acts: list[Any] = [
        room.outlook("andere", akte, TODAY),
        room.record_day("andere", akte, "ended", ENDED, "x", by(2)),
        room.hold("andere", akte, "x", TODAY, None, by(3)),
        room.lift("andere", akte, "note-1", "x", by(4)),
    ]

    for act in acts:
        with pytest.raises(NotFound, match="akte_missing"):
            await act
    assert [] == await room.outlooks("andere", TODAY)
    assert (
        "51.4-2026-00001"
        == (await house.efile.akte("andere", await opened(house, 8, "andere"))).akte.aktenzeichen
    )


async def test_a_rebuild_finds_kinds_dates_and_holds_again(house: EFileHouse) -> None:
    room = house.efile.retention
    for number in range(3):
        akte = await opened(house, number)
        await room.record_day("muster", akte, "ended", ENDED, "volljährig", by(10 + number))
    await room.hold("muster", akte, "Klage", TODAY, None, by(20))
    await house.efile.file_all([request(1), message(2, aktenzeichen="R", kind="uvg-rueckgriff")])
    grown, before = house.snapshot(), await room.outlooks("muster", TODAY)
    for table in ("efile_akten", "efile_vorgaenge", "efile_documents", "efile_parts"):
        await house.database.write(lambda tx, table=table: tx.run(f"DELETE FROM {table}"))  # type: ignore[misc]  # noqa: S608  one of four fixed names

    report = await house.efile.rebuild("muster")

    assert (5, ()) == (report.akten, report.faults)
    assert grown == house.snapshot()
    assert before == await room.outlooks("muster", TODAY)
    assert ["undetermined", "offer", "offer", "held", "undetermined"] == [
        one.decision.state for one in before
    ]
    assert (await house.efile.verify("muster")).intact


async def test_files_are_listed_page_by_page(house: EFileHouse) -> None:
    for number in range(5):
        await opened(house, number)
    room = house.efile.retention

    first = await room.outlooks("muster", TODAY, None, 3)
    rest = await room.outlooks("muster", TODAY, first[-1].akte.aktenzeichen, 3)

    assert [f"51.4-2026-0000{n}" for n in range(1, 6)] == [
        one.akte.aktenzeichen for one in [*first, *rest]
    ]


async def test_the_archive_is_asked_before_anything_is_due(house: EFileHouse) -> None:
    room, akte = house.efile.retention, await opened(house)
    declined = ArchiveAnswer(takes=False, since=TODAY, reason="ohne bleibenden Wert")
    with pytest.raises(Conflict, match="not_to_be_offered"):
        await room.answer("muster", akte, declined, by(2))
    await room.record_day("muster", akte, "ended", ENDED, "volljährig", by(3))
    await room.answer("muster", akte, declined, by(4))
    due = (await outlook(house, akte)).decision.state
    await room.record_day("muster", akte, "ended", date(2020, 1, 1), "Irrtum", by(5))

    assert ("due", "kept") == (due, (await outlook(house, akte)).decision.state)
    assert "offer" == (await outlook(house, akte, date(2031, 1, 1))).decision.state
    await house.efile.rebuild("muster")
    assert declined == (await outlook(house, akte)).standing.answer
