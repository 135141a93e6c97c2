"""One decision about many clearing cases: tried out first, then carried out as a named job.

The cases are chosen when the job begins; whatever comes later is not touched. Each case is
decided in the unit of work that marks it as done, so that a job may stop anywhere and go on,
in this process or another one, and a case is never decided twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.core import failpoint
from hub.core.clock import Clock
from hub.core.errors import HubError, Rejected
from hub.pipeline.desk.deciding import Decision, Desk
from hub.store import clearing
from hub.store.clearing import Wanted
from hub.store.database import Database, Row, Transaction
from hub.store.desk import jobs
from hub.store.desk.jobs import Job

failpoint.declare("bulk_after_begin")

AT_ONCE = 50
"""Cases decided per unit of work: others must not wait long for the writer."""
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Trial:
    """What a bulk decision would do."""

    chosen: int
    skipped: dict[str, int]
    """Cases it would pass over, per reason."""

    @property
    def fitting(self) -> int:
        """Cases it would decide."""
        return self.chosen - sum(self.skipped.values())


@dataclass(frozen=True, slots=True)
class Choice:
    """Which cases are meant: those of a group, or those named."""

    wanted: Wanted
    ids: Sequence[str] = ()
    tenants: Sequence[str] = ()
    """The offices in which ids are looked for."""


class Bulk:
    """Decides about many cases at once."""

    def __init__(self, database: Database, clock: Clock, desk: Desk) -> None:
        self._database = database
        self._clock = clock
        self._desk = desk

    async def try_out(self, choice: Choice, decision: Decision) -> Trial:
        """Say what would happen, without doing anything."""

        def look(tx: Transaction) -> Trial:
            codes = [code for _, code in self._chosen(tx, choice, decision)]
            return Trial(len(codes), dict(Counter(code for code in codes if code)))

        return await self._database.scan(look)

    async def begin(self, job: Job, choice: Choice) -> bool:
        """Begin a job with the cases that are chosen now; the same job again changes nothing.

        Raises:
            Rejected: no reason was given.
        """
        if not job.reason.strip():
            raise Rejected("reason_missing", "Bitte einen Grund angeben.")
        now_us, decision = self._clock.now_us(), _decision(job)

        def work(tx: Transaction) -> bool:
            if not jobs.begin(tx, job, now_us):
                return False
            jobs.choose(tx, job.id, self._chosen(tx, choice, decision))
            jobs.end(tx, job.id, now_us)
            return True

        begun = await self._database.write(work)
        failpoint.reach("bulk_after_begin")
        return begun

    async def round(self) -> int:
        """Carry every unfinished job some way on and return how many cases were settled."""
        running = await self._database.read(jobs.unfinished)
        return sum([await self._some_of(row) for row in running])

    async def run(self, job_id: str) -> None:
        """Carry one job to its end."""
        while True:
            running = await self._database.read(jobs.unfinished)
            job = next((row for row in running if row["id"] == job_id), None)
            if job is None:
                return
            await self._some_of(job)

    async def _some_of(self, row: Row) -> int:
        return await self._database.write(lambda tx: self._settle_some(tx, row))

    def _settle_some(self, tx: Transaction, row: Row) -> int:
        items = jobs.waiting(tx, row["id"], AT_ONCE)
        decision = _decision(_job(row))
        for item in items:
            code = self._settle(tx, item, decision)
            jobs.settle(tx, row["id"], item, code)
        jobs.end(tx, row["id"], self._clock.now_us())
        return len(items)

    def _settle(self, tx: Transaction, item: Row, decision: Decision) -> str:
        """Decide about one case and return why not, if not."""
        try:
            done = self._desk.decide_within(tx, item["tenant"], item["clearing_id"], decision)
        except HubError as exc:
            return exc.code
        return "" if done else "already_decided"

    def _chosen(
        self, tx: Transaction, choice: Choice, decision: Decision
    ) -> Iterator[tuple[Row, str]]:
        for case in _cases(tx, choice):
            yield case, self._why_not(tx, case, decision)

    def _why_not(self, tx: Transaction, case: Row, decision: Decision) -> str:
        promise = clearing.promise_of(tx, case["tenant"], case["promise_id"])
        if case["state"] == "open" and promise and promise["state"] == "confirmed":
            return "already_confirmed"
        if case["state"] != "open":
            return "already_decided"
        try:
            self._desk.check(tx, case, decision)
        except HubError as exc:
            return exc.code
        return ""


def _cases(tx: Transaction, choice: Choice) -> Iterator[Row]:
    if choice.ids:
        found = (clearing.find_in(tx, choice.tenants, one) for one in dict.fromkeys(choice.ids))
        yield from (case for case in found if case)
        return
    after = ""
    while page := clearing.cases(tx, choice.wanted, limit=PAGE, after=after):
        yield from page
        after = page[-1]["id"]


def _decision(job: Job) -> Decision:
    return Decision(verb=job.verb, actor=job.actor, reason=job.reason, mapping=job.mapping)


def _job(row: Row) -> Job:
    return Job(**{name: row[name] for name in Job.__slots__})
