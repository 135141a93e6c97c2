"""From an outcome to promises: same message, same promises, all in one unit of work."""

import pytest
from msgspec.structs import replace

from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.pipeline.decision.plan import Plan
from hub.pipeline.journey.commit import Signed, commit
from hub.pipeline.journey.travel import travel
from hub.store import messages
from hub.store.lanes import Promise
from tests.message_house import World, plan_for

FAMILY = MUSTERSTADT.xml[2]


async def planned(world: World) -> tuple[Promise, Plan]:
    """Return the plan for a notice that claims money back, and the promise to travel."""
    await world.accept(drops.case_data(FAMILY, MUSTERSTADT))
    for promise in await world.claim("travel"):
        await travel([promise], world.house)
    accepted = await world.accept(drops.notice(FAMILY))
    [promise] = await world.claim("travel")
    row = await world.rows("SELECT * FROM message WHERE id = :id", id=accepted.message.id)
    return promise, await plan_for(messages.to_message(row[0]), world.house)


async def test_a_notice_leads_to_orders_a_letter_filings_and_a_receipt(
    living_world: World,
) -> None:
    _, plan = await planned(living_world)

    kinds = sorted(promise.kind for promise in plan.promises)
    assert ["deliver", "file", "file", "file", "letter", "order", "order"] == kinds
    assert 1 == len({p.lane_key for p in plan.promises}), "all in the lane of their case"


async def test_planning_again_yields_the_same_promises_and_bytes(living_world: World) -> None:
    _, plan = await planned(living_world)

    living_world.clock.advance(3600)
    again = await plan_for(plan.message, living_world.house)

    def names(one: Plan) -> list[tuple[str, str | None]]:
        return [(promise.id, promise.payload_sha256) for promise in one.promises]

    assert names(plan) == names(again)


async def test_a_commit_writes_everything_or_nothing(living_world: World) -> None:
    world = living_world
    promise, plan = await planned(world)
    spoilt = replace(plan, promises=(*plan.promises, plan.promises[0]))
    tables = ("journal", "promise", "clearing", "reference", "benefit_case", "payload", "message")
    queries = {t: f"SELECT * FROM {t}" for t in tables}  # noqa: S608  own list
    before = {table: await world.rows(sql) for table, sql in queries.items()}

    with pytest.raises(Exception, match="UNIQUE"):
        await commit([Signed((promise,), (spoilt,))], world.house)

    assert before == {table: await world.rows(sql) for table, sql in queries.items()}


async def test_a_committed_message_waits_for_each_of_its_promises(living_world: World) -> None:
    world = living_world
    promise, plan = await planned(world)

    await commit([Signed((promise,), (plan,))], world.house)

    [row] = await world.rows("SELECT * FROM message WHERE id = :id", id=plan.message.id)
    assert ("routed", len(plan.promises)) == (row["state"], row["open_promises"])


async def test_no_name_or_account_stands_in_the_journal(living_world: World) -> None:
    promise, plan = await planned(living_world)
    await commit([Signed((promise,), (plan,))], living_world.house)

    text = repr(await living_world.rows("SELECT * FROM journal"))

    for secret in (*FAMILY.child, *FAMILY.parent, FAMILY.iban, FAMILY.street):
        assert secret not in text
