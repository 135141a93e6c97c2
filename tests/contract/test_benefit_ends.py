"""Benefit files hear when their benefit ended, and that it goes on after all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from efile import Author, EFile, StorageUnavailable
from efile.ports import ObjectStore
from hub.app import all_migrations
from hub.core.clock import FixedClock, begin_of_day
from hub.evidence.benefit_ends import ENDED, SETTLED, BenefitEnds
from hub.store import cases
from hub.store.journal import Journal
from hub.store.migrate import migrate
from hub.uvg.model import Period
from tests.efile_house import SECRET, EFileHouse, message, open_house
from tests.engines import Engine
from tests.factories import make_case, make_period

OFFICE, CASE = "muster", "UV-1"
LAST = date(2026, 3, 31)
NOON = 12 * 3_600_000_000
CHANGED = begin_of_day(date(2026, 2, 2)) + NOON
OVER = (make_period(begin=date(2025, 1, 1), end=LAST),)
OPEN = (make_period(),)


@dataclass
class Office:
    house: EFileHouse
    clock: FixedClock
    ends: BenefitEnds
    version: int = 0

    async def case(self, changed_us: int, *periods: Period, name: str = CASE) -> None:
        state = make_case(case_id=name, periods=periods, version=self.version)
        await self.house.database.write(
            lambda tx: cases.save_all(tx, [(OFFICE, state)], changed_us)
        )
        self.version += name == CASE

    async def days(self, name: str = CASE) -> dict[str, date]:
        """Let the next day's rounds run; return what the file knows then."""
        self.clock.advance(86_400)
        while await self.ends.round():
            pass
        room = self.house.efile.retention
        return (await room.outlook(OFFICE, name, date(2026, 11, 22))).standing.days

    async def say(self, event: str, day: date | None, at_us: int) -> None:
        by = Author("k.winter", at_us, f"{event}-{at_us}")
        room = self.house.efile.retention
        await room.record_day(OFFICE, CASE, event, day, "Aktenlage", by)

    async def notes(self) -> list[str]:
        view = await self.house.efile.akte(OFFICE, CASE)
        return [one.title for one in view.documents if one.doc_type == "Vermerk"]


@pytest.fixture
async def office(engine: Engine, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_house(tmp_path, index=engine.open()) as house:
        await migrate(house.database, all_migrations(house.database.dialect), 0)
        await house.efile.file(message(1, aktenzeichen=CASE))
        clock = FixedClock(begin_of_day(date(2026, 5, 1)))
        ends = ends_of(house, house.efile, clock)
        yield Office(house, clock, ends)


def ends_of(house: EFileHouse, efile: EFile, clock: FixedClock) -> BenefitEnds:
    return BenefitEnds(house.database, efile.retention, clock, Journal("hub-1"), [OFFICE, "leer"])


async def test_an_end_is_told_once_and_journalled(office: Office) -> None:
    await office.case(CHANGED, *OVER)

    found = [await office.days() for _ in range(3)]

    assert [{ENDED: LAST}] * 3 == found
    assert ["Ende der Leistung: 31.03.2026"] == await office.notes()
    rows = await office.house.database.read(
        lambda tx: tx.all("SELECT action, case_key, actor FROM journal")
    )
    assert [("retention_date_noted", CASE, "hub")] == [tuple(row.values()) for row in rows]


async def test_an_end_that_lies_ahead_is_told_when_it_has_come(office: Office) -> None:
    office.clock.at_us = begin_of_day(date(2026, 3, 29))
    await office.case(CHANGED, *OVER)

    assert [{}, {}, {ENDED: LAST}] == [await office.days() for _ in range(3)]


async def test_a_benefit_that_goes_on_takes_the_end_back_and_opens_claims(office: Office) -> None:
    await office.case(CHANGED, *OVER)
    await office.days()
    await office.say(SETTLED, LAST, begin_of_day(date(2026, 5, 3)))
    assert {ENDED: LAST, SETTLED: LAST} == await office.days()
    await office.case(begin_of_day(date(2026, 5, 4)), *OPEN)

    assert {} == await office.days()
    assert "nicht eingetreten" in (await office.notes())[-1]
    await office.case(begin_of_day(date(2026, 5, 6)), *OVER)
    assert {ENDED: LAST} == await office.days()


async def test_a_person_is_right_until_the_case_changes(office: Office) -> None:
    await office.case(CHANGED, *OVER)
    await office.days()
    await office.say(ENDED, None, begin_of_day(date(2026, 5, 3)))
    assert {} == await office.days()
    await office.case(begin_of_day(date(2026, 5, 6)), *OVER)

    assert {ENDED: LAST} == await office.days()


async def test_a_case_never_granted_is_left_to_people(office: Office) -> None:
    await office.case(CHANGED)
    await office.say(ENDED, LAST, CHANGED - 1)

    assert {ENDED: LAST} == await office.days()


async def test_every_case_has_its_turn(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.evidence.benefit_ends.PAGE", 2)
    names = [f"UV-{number}" for number in range(2, 7)]
    for number, name in enumerate(names):
        await office.case(CHANGED, *OVER, name=name)
        if name != "UV-4":
            await office.house.efile.file(message(number + 10, aktenzeichen=name))
    await office.days()

    known = {akte.aktenzeichen for akte in await office.house.efile.akten(OFFICE)}
    assert {CASE, *names} - {"UV-4"} == known
    assert all([{ENDED: LAST} == await office.days(name) for name in sorted(known - {CASE})])


async def test_nodes_that_find_it_together_say_it_once(office: Office) -> None:
    await office.case(CHANGED, *OVER)
    later = FixedClock(office.clock.at_us + 7)
    other = ends_of(office.house, office.house.efile, later)

    await asyncio.gather(office.ends.round(), other.round())

    assert ["Ende der Leistung: 31.03.2026"] == await office.notes()
    assert (await office.house.efile.rebuild(OFFICE)).faults == ()
    assert {ENDED: LAST} == await office.days()


class Away:
    """Storage that is away for a while."""

    def __init__(self, store: ObjectStore) -> None:
        self._store, self.away = store, True

    def __getattr__(self, name: str) -> object:
        if self.away and name == "put_once":
            raise StorageUnavailable("storage_unreachable")
        return getattr(self._store, name)


async def test_while_storage_is_away_nothing_is_passed_over(office: Office, tmp_path: Path) -> None:
    await office.case(CHANGED, *OVER)
    store = Away(office.house.objects)
    room = EFile(office.house.database, store, office.clock, SECRET)  # type: ignore[arg-type]  # stands in for a store
    office.ends = ends_of(office.house, room, office.clock)
    assert {} == await office.days()
    store.away = False

    assert {ENDED: LAST} == await office.days()
    await room.close()
