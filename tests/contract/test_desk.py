"""What the desk asks of the store is answered alike by both engines."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from hub.store import clearing, lanes, views
from hub.store.clearing import ClearingCase, Wanted
from hub.store.database import Transaction
from hub.store.desk import alarms, corrections, holds, jobs, sights, status, supply, tally
from hub.store.desk.alarms import Sign
from hub.store.desk.holds import Hold
from hub.store.desk.jobs import Job
from hub.store.desk.status import StatusQuery
from hub.store.desk.supply import Archived
from hub.store.journal import Journal
from hub.store.lanes import Promise
from hub.store.messages import Messages
from hub.store.migrate import hub_migrations, migrate
from hub.store.views import MessageFilter, signs
from tests.engines import AnyDatabase, Engine
from tests.factories import make_message

NOW = 1_795_000_000_000_000
OFFICE = "musterstadt"


def _fill(tx: Transaction) -> None:
    book, message = Messages(Journal("hub-1")), make_message(business_id="FV-1")
    book.add(tx, message, "received", NOW)
    for number, queue in enumerate(("travel", "deliver:azr")):
        lanes.add(tx, Promise(f"p-{number}", OFFICE, message.id, "travel", queue, "UV-1"), NOW)
    [head] = lanes.claim(tx, "travel", limit=1, me="hub-1", now_us=NOW, lease_us=1)
    lanes.block(tx, head, "waiting", "x")
    clearing.open_case(tx, message, ClearingCase("c-1", "x", "Grund", "Abhilfe", head.id), NOW)
    holds.put(tx, Hold(id="h-1", tenant="", kind="partner", value="azr", reason="r", actor="a",
                       until_us=NOW + 9), NOW)  # fmt: skip
    jobs.begin(tx, Job(id="j-1", scope=None, name="n", verb="release", actor="a", reason="r"), NOW)
    jobs.choose(tx, "j-1", [({"tenant": OFFICE, "id": "c-1"}, "")])
    alarms.see(tx, Sign("breaker", "azr", 1, 1), NOW)
    tally.advance(tx, OFFICE, NOW)
    for one in ("q-1", "q-2"):
        status.ask(tx, StatusQuery(tenant=OFFICE, id=one, clearing_id="c-1", promise_id="p-0",
                                   actor="a"), NOW)  # fmt: skip


@pytest.fixture
async def database(engine: Engine) -> AsyncIterator[AnyDatabase]:
    opened = engine.open()
    await migrate(opened, hub_migrations(engine.name), NOW)
    await opened.write(_fill)
    yield opened
    await asyncio.to_thread(opened.close)


ASKED: dict[str, tuple[Callable[[Transaction], object], object]] = {
    "groups": (
        lambda tx: [g["cases"] for g in clearing.groups(tx, Wanted(partner="fachverfahren"))],
        [1],
    ),
    "cases": (lambda tx: [c["id"] for c in clearing.cases(tx, Wanted(tenant=OFFICE))], ["c-1"]),
    "rest": (lambda tx: clearing.rest_of(tx, OFFICE, make_message().id)["travelling"], 1),
    "held lanes": (lambda tx: lanes.is_due(tx, "deliver:azr", NOW), False),
    "after a hold": (lambda tx: lanes.is_due(tx, "deliver:azr", NOW + 9), True),
    "holds": (lambda tx: [h["lanes"] for h in holds.in_force(tx, None, NOW)], [1]),
    "on a message": (lambda tx: len(holds.on_message(tx, OFFICE, make_message().id, NOW)), 1),
    "blocked": (lambda tx: [b["behind"] for b in views.blocked_lanes(tx, OFFICE)], [0]),
    "signs": (lambda tx: (len(signs.waiting(tx, NOW)), len(signs.blocked(tx))), (0, 1)),
    "targets": (signs.shut_targets, []),
    "jobs": (lambda tx: len(jobs.waiting(tx, "j-1", 9)), 1),
    "alarms": (lambda tx: len(alarms.raised(tx, OFFICE)), 1),
    "sights": (lambda tx: sights.is_open(tx, OFFICE, "m", "a", NOW), None),
    "corrections": (corrections.approved, []),
    "rows": (lambda tx: sum(tally.from_rows(tx, None).values()), 1),
    "journal": (lambda tx: dict(tally.from_journal(tx, OFFICE)), {(OFFICE, "received"): 1}),
}


@pytest.mark.parametrize("question", ASKED)
async def test_both_engines_answer_alike(database: AnyDatabase, question: str) -> None:
    ask, answer = ASKED[question]

    assert answer == await database.read(ask)


@pytest.mark.parametrize(
    "wanted",
    [
        MessageFilter(), MessageFilter(states=("received",)), MessageFilter(number="FV-1"),
        MessageFilter(digest="0" * 8, states=("received",)), MessageFilter(since_us=NOW - 1),
        MessageFilter(case_key="UV-2026-0815"), MessageFilter(before=f"{NOW + 1}.x"),
    ],
)  # fmt: skip
async def test_both_engines_find_alike(database: AnyDatabase, wanted: MessageFilter) -> None:
    rows, _ = await database.read(lambda tx: views.messages(tx, None, wanted))

    assert 1 == len(rows)


async def test_a_status_query_is_asked_once_taken_once_and_answered_once(
    database: AnyDatabase,
) -> None:
    due = await database.read(lambda tx: status.is_due(tx, NOW))
    taken = await database.write(lambda tx: status.take(tx, 9, NOW, NOW + 9))
    again = await database.write(lambda tx: status.take(tx, 9, NOW, NOW + 9))
    answers = [
        await database.write(lambda tx: status.answered(tx, taken[0], "none", "x", NOW))
        for _ in range(2)
    ]

    last = await database.read(lambda tx: status.latest(tx, OFFICE, "c-1"))
    assert (True, ["q-1"], []) == (due, [row["id"] for row in taken], again)
    assert [True, False] == answers
    assert last is not None
    assert ("none", "x") == (last["answer"], last["code"])


async def test_an_archived_delivery_is_found_and_copied_by_both_engines(
    database: AnyDatabase,
) -> None:
    wanted = Archived(tenant=OFFICE, queue="deliver:azr")
    old = Promise("p-1", OFFICE, make_message().id, "deliver", "deliver:azr", "UV-1")
    copy = Promise("p-9", OFFICE, make_message().id, "deliver", "deliver:b", "UV-1",
                   {"archived_us": 7})  # fmt: skip

    def work(tx: Transaction) -> tuple[object, ...]:
        tx.run("UPDATE promise SET kind = 'deliver', state = 'confirmed' WHERE id = 'p-1'")
        [row] = supply.page(tx, wanted, supply.START, 9)
        rest = supply.page(tx, wanted, (row["lane_key"], row["lane_seq"]), 9)
        before = supply.has_got(tx, row, "deliver:b")
        supply.give_place(tx, copy, NOW, NOW + 5)
        after = supply.has_got(tx, row, "deliver:b")
        newest = supply.newest(tx, OFFICE, "deliver:b", "UV-1")
        return row["id"], rest, before, after, newest, lanes.is_due(tx, "deliver:b", NOW)

    assert (old.id, [], False, True, 7, False) == await database.write(work)


async def test_figures_count_what_is_open_and_nothing_that_is_over(database: AnyDatabase) -> None:
    def work(tx: Transaction) -> dict[str, list[dict[str, object]]]:
        for number in range(3):
            one = Promise(f"r-{number}", OFFICE, make_message().id, "file", "file", "UV-7")
            lanes.add(tx, one, NOW + number)
        done = Promise("r-9", OFFICE, make_message().id, "file", "file", "UV-8")
        lanes.add(tx, done, NOW)
        claimed = lanes.claim(tx, "file", limit=9, me="hub-1", now_us=NOW + 9, lease_us=9)
        [over] = [one for one in claimed if one.id == "r-9"]
        lanes.finish(tx, over, "confirmed", NOW)
        return views.counts(tx)

    found = await database.write(work)

    counted = {(row["kind"], row["state"]): row["n"] for row in found["promises"] if row["n"]}
    assert {
        ("file", "leased"): 1, ("file", "waiting"): 2, ("travel", "waiting"): 2,
    } == counted  # fmt: skip
    assert [{"tenant": OFFICE, "at_us": NOW}] == found["oldest"]
