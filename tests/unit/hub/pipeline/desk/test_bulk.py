"""Many cases at once: tried out, begun once, carried on after any stop, each decided once."""

from dataclasses import replace

import pytest
from msgspec import structs

from hub.core.errors import Refused, Rejected
from hub.core.ids import derived_uuid
from hub.pipeline.balance import balance
from hub.pipeline.desk import Decision, bulk
from hub.pipeline.desk.bulk import Bulk, Choice, Trial
from hub.pipeline.setbacks import give_up
from hub.store.clearing import Wanted
from hub.store.database import Transaction
from hub.store.desk import jobs
from hub.store.desk.jobs import Job, Progress
from tests.message_house import OFFICE, OTHER_OFFICE, World
from tests.unit.hub.pipeline.fulfilment.test_keeping import promise

WHY = "Gegenstelle hat die Regel zurückgenommen."
JOB = Job(id="job-1", scope=OFFICE, name="AZR-Regel", verb="release", actor="ahrens", reason=WHY)
RELEASE = Decision(verb="release", actor="ahrens", reason=WHY)


def bulk_of(world: World) -> Bulk:
    return Bulk(world.house.database, world.clock, world.desk)


async def stopped(world: World, count: int) -> Choice:
    """Let promises fail for one cause, each in a lane of its own, and return their group."""
    one = await promise(world)
    await world.change("UPDATE message SET open_promises = :n", n=count)
    stopping = [one]
    for number in range(1, count):
        more = structs.replace(
            one, id=derived_uuid(one.id, str(number)), lane_key=f"{OFFICE}/{number}"
        )
        stopping.append(await world.promise(more))
    for each in stopping:
        await give_up(each, Refused("partner_rejects_message"), "dead", world.house)
    [group] = {case["fingerprint"] for case in await world.open_cases()}
    return Choice(Wanted(tenant=OFFICE, fingerprint=str(group)))


async def progress(world: World) -> Progress:
    def look(tx: Transaction) -> Progress | None:
        return jobs.progress(tx, OFFICE, JOB.id)

    found = await world.house.database.read(look)
    assert found
    return found


async def test_a_trial_changes_nothing_and_says_what_would_be_passed_over(world: World) -> None:
    group = await stopped(world, 4)
    before = await world.rows("SELECT * FROM journal")
    await world.change(
        "UPDATE promise SET state = 'confirmed' WHERE id IN (SELECT promise_id FROM clearing LIMIT 1)"
    )

    trial = await bulk_of(world).try_out(group, RELEASE)

    assert Trial(4, {"already_confirmed": 1}) == trial
    assert 3 == trial.fitting
    assert before == await world.rows("SELECT * FROM journal")


async def test_a_job_decides_every_chosen_case_with_name_and_reason(world: World) -> None:
    group = await stopped(world, 3)

    await bulk_of(world).begin(JOB, group)
    await bulk_of(world).run(JOB.id)

    decided = await world.rows("SELECT DISTINCT closed_by, reason, state FROM clearing")
    assert [{"closed_by": "ahrens", "reason": WHY, "state": "released"}] == decided
    assert ("done", 3, 0) == ((p := await progress(world)).job["state"], p.done, p.waiting)
    assert 3 == len(await world.rows("SELECT 1 FROM journal WHERE action = 'clearing_released'"))
    assert (await balance(world.house.database, None)).balanced


async def test_a_double_click_is_one_job(world: World) -> None:
    group = await stopped(world, 2)

    assert [True, False] == [await bulk_of(world).begin(JOB, group) for _ in range(2)]
    await bulk_of(world).run(JOB.id)
    before = len(await world.rows("SELECT * FROM journal"))
    assert not await bulk_of(world).begin(JOB, group)
    await bulk_of(world).run(JOB.id)

    assert before == len(await world.rows("SELECT * FROM journal"))


async def test_a_stopped_job_goes_on_elsewhere(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    group = await stopped(world, 3)
    await bulk_of(world).begin(JOB, group)

    assert 1 == await bulk_of(world).round()
    assert (1, 2) == ((p := await progress(world)).done, p.waiting)
    while await bulk_of(world).round():
        pass

    assert "done" == (await progress(world)).job["state"]
    assert [] == await world.open_cases()


async def test_what_came_after_the_job_began_is_not_touched(world: World) -> None:
    group = await stopped(world, 2)
    [first, second] = await world.open_cases()
    choice = Choice(Wanted(tenant=OFFICE), (first["id"],), (OFFICE,))

    await bulk_of(world).begin(JOB, choice)
    await bulk_of(world).run(JOB.id)

    assert [second["id"]] == [case["id"] for case in await world.open_cases()]
    assert 1 == (await bulk_of(world).try_out(group, RELEASE)).fitting


async def test_a_case_decided_meanwhile_is_passed_over(world: World) -> None:
    group = await stopped(world, 2)
    await bulk_of(world).begin(JOB, group)
    [first, _] = await world.open_cases()
    await world.desk.decide(OFFICE, first["id"], RELEASE)

    await bulk_of(world).run(JOB.id)

    assert (1, {"already_decided": 1}) == ((p := await progress(world)).done, p.skipped)


async def test_a_case_without_this_way_out_is_passed_over(world: World) -> None:
    group = await stopped(world, 1)

    trial = await bulk_of(world).try_out(group, replace(RELEASE, verb="replay"))

    assert Trial(1, {"decision_not_offered": 1}) == trial


async def test_another_office_chooses_nothing_and_sees_no_job(world: World) -> None:
    group = await stopped(world, 1)
    foreign = Choice(replace(group.wanted, tenant=OTHER_OFFICE))
    [case] = await world.open_cases()
    named = Choice(Wanted(tenant=OTHER_OFFICE), (case["id"],), (OTHER_OFFICE,))
    await bulk_of(world).begin(JOB, group)

    assert [0, 0] == [
        (await bulk_of(world).try_out(choice, RELEASE)).chosen for choice in (foreign, named)
    ]
    assert (
        await world.house.database.read(lambda tx: jobs.progress(tx, OTHER_OFFICE, JOB.id)) is None
    )


async def test_a_job_needs_a_reason(world: World) -> None:
    group = await stopped(world, 1)

    with pytest.raises(Rejected, match="reason_missing"):
        await bulk_of(world).begin(replace(JOB, reason=" "), group)
