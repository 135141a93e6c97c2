"""Closed years leave the journal into sealed archives, on either engine; what proves them stays."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.core import failpoint
from hub.core.clock import FixedClock
from hub.core.errors import Conflict, NotChecked
from hub.core.failpoint import PlantedFault
from hub.evidence import archiving
from hub.evidence.archive_file import proven
from hub.evidence.archiving import Archivist
from hub.evidence.export import Period
from hub.evidence.proof import Proof, Subject, gather
from hub.evidence.retention import hold, release
from hub.pipeline.balance import Balance, balance, standing_balance
from hub.store import journal
from hub.store.database import Transaction
from hub.store.journal import Journal
from hub.store.messages import Messages
from hub.store.views import tracking
from hub.verifier.verify_journal import Judge, lines_of
from tests.engines import Engine
from tests.evidence_house import Archive, open_archive
from tests.factories import make_message

NEW_YEAR_US = 1_767_222_000_000_000
"""2026-01-01 in Berlin."""
YEAR = Period("2025", NEW_YEAR_US - 365 * 86_400_000_000, NEW_YEAR_US)
BOOK = Journal("hub-1")


@dataclass
class Office:
    """A journal of two years, and who archives the first."""

    evidence: Archive
    folder: Path

    @property
    def archivist(self) -> Archivist:
        house = self.evidence
        return Archivist(house.database, house.keys, house.clock, self.folder, accepted)

    async def play(self, *names: str, state: str = "closed") -> None:
        """Accept messages, each a minute after the one before, and bring them to a state."""
        messages = Messages(BOOK)
        for name in names:
            self.evidence.clock.advance(60)
            now_us = self.evidence.clock.now_us()
            message = make_message(id=name, tenant="a", case_key=f"UV-{name}", received_us=now_us)

            def work(tx: Transaction, one=message, at=now_us) -> None:  # type: ignore[no-untyped-def]  # told by its defaults
                messages.add(tx, one, "received", at)
                if state != "received":
                    messages.move(tx, one, state, at)

            await self.evidence.database.write(work)

    async def archive(self) -> int:
        """Archive what is free and return how many entries left."""
        plan = await self.archivist.plan("a", YEAR)
        if plan.free:
            await self.archivist.archive(plan.free, BOOK, "test")
        return await self.archivist.remove("a")

    async def balances(self) -> list[dict[str, object]]:
        database = self.evidence.database
        both: list[Balance] = [await balance(database, None), await standing_balance(database, "a")]
        return [one.to_dict() for one in both]

    async def proof(self, message_id: str) -> Proof:
        signer = await self.evidence.keys.active()

        def archived(seals, wanted):  # type: ignore[no-untyped-def]  # told by its defaults
            return [one for seal in seals for one in proven(self.folder / seal.file, seal, wanted)]

        subject = Subject("a", message_id=message_id)
        return await self.evidence.database.scan(
            lambda tx: gather(tx, subject, signer, 1, archived)
        )

    async def judged(self, *files: str) -> Judge:
        """Let the verifier judge the live journal together with archives."""
        judge = Judge(None, [])
        judge.read([*await self.evidence.lines(), *lines_of(list(files))])
        judge.report()
        return judge

    async def live(self) -> list[int]:
        rows = await self.evidence.rows("SELECT seq FROM journal WHERE tenant = 'a' ORDER BY seq")
        return [row["seq"] for row in rows]

    @property
    def files(self) -> list[str]:
        return [str(path) for path in sorted(self.folder.glob("*.gz"))]


async def accepted(path: Path) -> bool:
    judge = Judge(None, [])
    judge.read(lines_of([str(path)]))
    return bool(judge.report()["intact"])


@pytest.fixture
async def office(engine: Engine, tmp_path: Path) -> AsyncIterator[Office]:
    """Six messages of the old year, two of the new one."""
    async with open_archive(tmp_path, engine.open()) as house:
        assert isinstance(house.clock, FixedClock)
        house.clock.at_us = NEW_YEAR_US - 400_000_000
        opened = Office(house, tmp_path / "archive")
        await opened.play(*(f"old-{number}" for number in range(6)))
        house.clock.at_us = NEW_YEAR_US
        await opened.play("new-0", "new-1")
        await house.notary.catch_up()
        yield opened


async def test_a_closed_year_leaves_and_the_chain_holds_with_and_without_it(office: Office) -> None:
    before = await office.balances()
    removed = await office.archive()
    await office.evidence.notary.catch_up()
    alone, together = await office.judged(), await office.judged(*office.files)

    assert (12, [13, 14, 15, 16, 17]) == (removed, await office.live())
    assert () == (await office.evidence.database.scan(journal.verify)).faults
    assert ([], ["a_2025_1-12"], 5) == (
        alone.faults, alone.report()["archives_not_given"], alone.entries,
    )  # fmt: skip
    assert ([], [], 17) == (
        together.faults, together.report()["archives_not_given"], together.entries,
    )  # fmt: skip
    assert before == await office.balances()
    assert all(one["balanced"] for one in before)


async def test_a_second_run_changes_nothing_and_the_next_year_follows(office: Office) -> None:
    await office.archive()
    again = await office.archive()
    plan = await office.archivist.plan("a", Period("2026", NEW_YEAR_US, NEW_YEAR_US * 2))
    assert plan.free
    await office.evidence.notary.catch_up()
    await office.archivist.archive(plan.free, BOOK, "test")
    await office.archivist.remove("a")
    together = await office.judged(*office.files)

    assert (0, 2) == (again, len(office.files))
    assert [] == together.faults
    assert () == (await office.evidence.database.scan(journal.verify)).faults


async def test_a_proof_of_an_archived_message_still_holds(office: Office) -> None:
    before = await office.proof("old-2")
    await office.archive()
    after = await office.proof("old-2")
    judge = Judge(None, [])
    judge.read([json.dumps(after)])

    assert [] == judge.faults
    assert before["entries"] == after["entries"]
    assert 2 == len(after["entries"])


async def test_a_message_sent_once_more_is_proven_across_the_border(office: Office) -> None:
    await office.archive()
    message = make_message(id="old-2", tenant="a", case_key="UV-old-2")
    now_us = office.evidence.clock.now_us()
    await office.evidence.database.write(
        lambda tx: Messages(BOOK).move(tx, message, "routed", now_us)
    )
    await office.evidence.notary.catch_up()
    judge = Judge(None, [])
    judge.read([json.dumps(await office.proof("old-2"))])
    [full, _] = await office.balances()

    assert ([], 3) == (judge.faults, judge.entries)
    assert (True, 7, 1) == (full["balanced"], full["delivered"], full["in_progress"])


async def test_a_proof_without_its_archive_is_refused(office: Office) -> None:
    await office.archive()
    [path] = office.folder.glob("*.gz")
    path.unlink()

    with pytest.raises(NotChecked, match="archive_not_sound"):
        await office.proof("old-2")


async def test_what_is_open_and_what_is_held_stays_with_all_that_follows(office: Office) -> None:
    clock = office.evidence.clock
    clock.at_us = NEW_YEAR_US * 2
    await office.play("open-0", state="clearing")
    await office.play("late-0")
    await office.evidence.notary.catch_up()
    year = Period("2081", NEW_YEAR_US, NEW_YEAR_US * 3)
    held = await office.evidence.database.write(
        lambda tx: hold(tx, "a", "UV-new-0", ("Klage", "x"), 1)
    )
    both = await office.archivist.plan("a", year)
    await office.evidence.database.write(lambda tx: release(tx, "a", "UV-new-0", "x", 2))
    one = await office.archivist.plan("a", year)
    assert held
    assert both.whole
    assert both.free
    assert one.free

    assert [("message", 1, 17, ("open-0",)), ("case", 1, 13, ("UV-new-0",))] == [
        (o.kind, o.count, o.first_seq, o.examples) for o in both.obstacles
    ]
    assert (20, 12, 16) == (both.whole.run.last, both.free.run.last, one.free.run.last)


async def test_nothing_but_what_is_sealed_can_be_removed(office: Office, engine: Engine) -> None:
    plan = await office.archivist.plan("a", YEAR)
    assert plan.free
    await office.archivist.archive(plan.free, BOOK, "test")
    for sql in (
        "DELETE FROM journal WHERE seq = 13", "UPDATE journal SET actor = 'x' WHERE seq = 1",
        "UPDATE journal_archive SET seq = 99", "DELETE FROM journal_archive",
    ):  # fmt: skip
        with pytest.raises(engine.driver_error, match="append-only"):
            await office.evidence.database.write(lambda tx, one=sql: tx.run(one))  # type: ignore[misc]  # mypy has no type for a default of a lambda


async def test_the_archives_that_may_hold_steps_of_a_case_are_known(office: Office) -> None:
    def look(tx: Transaction, case: str) -> list[str]:
        since_us = tracking.begin_of_case(tx, "a", case)
        return [row["name"] for row in tracking.archives(tx, "a", since_us)]

    cases = ("UV-old-0", "UV-new-0", "UV-nobody")
    read = office.evidence.database.read
    before = [await read(lambda tx, one=case: look(tx, one)) for case in cases]  # type: ignore[misc]  # mypy has no type for a default of a lambda
    await office.archive()
    after = [await read(lambda tx, one=case: look(tx, one)) for case in cases]  # type: ignore[misc]  # likewise

    assert [[], [], []] == before
    assert [1, 0, 0] == [len(names) for names in after]


async def test_two_who_archive_at_once_seal_it_once(office: Office) -> None:
    plan = await office.archivist.plan("a", YEAR)
    assert plan.free
    await office.archivist.archive(plan.free, BOOK, "test")

    with pytest.raises((Conflict, NotChecked)):
        await office.archivist.archive(plan.free, BOOK, "test")
    assert 12 == await office.archivist.remove("a")
    with pytest.raises((Conflict, NotChecked)):
        await office.archivist.archive(plan.free, BOOK, "test")
    assert [] == (await office.judged(*office.files)).faults


Spoil = Callable[[Path], object]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def changed(path: Path) -> None:
    lines = gzip.decompress(path.read_bytes()).replace(b'"closed"', b'"refused"')
    path.write_bytes(gzip.compress(lines))


@pytest.mark.parametrize("spoil", [cut, changed, Path.unlink])
async def test_rows_stay_when_their_archive_is_not_what_was_sealed(
    office: Office, spoil: Spoil
) -> None:
    plan = await office.archivist.plan("a", YEAR)
    assert plan.free
    await office.archivist.archive(plan.free, BOOK, "test")
    [path] = office.folder.glob("*.gz")
    spoil(path)

    with pytest.raises(NotChecked, match="archive_not_sound"):
        await office.archivist.remove("a")
    assert 17 == len(await office.live())


@pytest.mark.parametrize("point", ["archive_written", "archive_sealed", "archive_removing:2"])
async def test_whatever_dies_in_between_the_next_run_goes_on(
    office: Office, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archiving, "PORTION", 5)
    monkeypatch.setattr(failpoint, "_armed", {})
    before = await office.balances()
    failpoint.arm(f"{point}!")
    with pytest.raises(PlantedFault):
        await office.archive()
    middle, between = await office.judged(), await office.balances()
    await office.archive()
    together = await office.judged(*office.files)

    assert ([], []) == (middle.faults, together.faults)
    assert [13, 14, 15, 16, 17] == await office.live()
    assert before == between == await office.balances()
    assert 1 == len(office.files)
    assert [] == list((office.folder / ".part").iterdir())
