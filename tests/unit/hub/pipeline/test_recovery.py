"""After a crash: what was on its way is unknown, everything else is due again; twice is once."""

from pathlib import Path

import pytest

from hub.core.settings import HttpsTarget
from hub.pipeline.recovery import recover
from hub.store import lanes
from tests.message_house import World, open_world
from tests.unit.hub.pipeline.fulfilment.test_keeping import promise, state_of


async def picture(world: World) -> list[object]:
    tables = ("message", "promise", "lane", "clearing", "journal")
    return [await world.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]  # noqa: S608  own list


async def test_a_request_on_its_way_becomes_unknown(world: World) -> None:
    one = await promise(world)
    await world.house.database.write(lambda tx: lanes.mark_sent(tx, one))

    await recover(world.house)

    assert ("unknown", "clearing", "outcome_unknown") == await state_of(world, one)
    assert [] == await world.claim("deliver:azr")


async def test_a_request_the_partner_recognises_is_due_again(tmp_path: Path) -> None:
    target = HttpsTarget(name="azr", url="https://127.0.0.1:1/azr", idempotent="yes")
    async with open_world(tmp_path, https=(target,)) as world:
        one = await promise(world)
        await world.house.database.write(lambda tx: lanes.mark_sent(tx, one))

        await recover(world.house)

        assert [one.id] == [again.id for again in await world.claim("deliver:azr")]


@pytest.mark.parametrize("sent", [False, True])
async def test_recovering_again_changes_nothing(world: World, sent: bool) -> None:  # noqa: FBT001  a case
    one = await promise(world)
    await world.accept(b"another")
    await world.claim("travel")
    if sent:
        await world.house.database.write(lambda tx: lanes.mark_sent(tx, one))
    await recover(world.house)
    before = await picture(world)

    await recover(world.house)

    assert before == await picture(world)


async def test_what_was_only_leased_is_due_at_once(world: World) -> None:
    one = await promise(world, queue="deliver:fachverfahren")

    await recover(world.house)

    assert [one.id] == [again.id for again in await world.claim("deliver:fachverfahren")]


async def test_the_result_of_the_dead_process_is_fenced_off(world: World) -> None:
    one = await promise(world, queue="deliver:fachverfahren")
    await recover(world.house)

    with pytest.raises(Exception, match="lease_lost"):
        await world.house.database.write(lambda tx: lanes.finish(tx, one, "confirmed", 0))
