"""The cheap balance says what the full count says, however far it was added up."""

import pytest

from hub.pipeline import balance as balances
from hub.pipeline.balance import add_up, balance, standing_balance
from hub.pipeline.fulfilment.keeping import fulfil
from hub.store.desk import tally
from tests.message_house import OFFICE, OTHER_OFFICE, World
from tests.unit.hub.pipeline.fulfilment.test_keeping import promise


async def some_traffic(world: World) -> None:
    await fulfil(await promise(world, queue="deliver:fachverfahren"), world.house)
    await world.accept(b"two", tenant=OTHER_OFFICE)
    await world.accept(b"two", tenant=OTHER_OFFICE)
    await world.accept(b"", fault="empty_file")


async def same(world: World, tenant: str | None = None) -> dict[str, object]:
    database = world.house.database
    full = (await balance(database, tenant)).to_dict()
    assert full == (await standing_balance(database, tenant)).to_dict()
    return full


@pytest.mark.parametrize("hours", [0, 1])
async def test_both_counts_agree_before_and_after_adding_up(world: World, hours: int) -> None:
    await some_traffic(world)
    world.clock.advance(hours * 3600)
    await same(world)

    await add_up(world.house.database, world.clock.now_us())
    await world.accept(b"three")

    assert (await same(world))["balanced"]
    assert 2 == (await same(world, OTHER_OFFICE))["received"]
    assert OFFICE in (await same(world, OFFICE))["by"]["tenant"]


async def test_adding_up_goes_on_in_steps_until_nothing_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "AT_ONCE", 1)
    await some_traffic(world)
    world.clock.advance(3600)

    while await balances.add_up(world.house.database, world.clock.now_us()):
        await same(world)

    rested = await world.rows("SELECT sum(messages) AS n FROM balance_final")
    assert [{"n": 3}] == rested


async def test_a_message_sent_once_more_is_counted_where_it_is(world: World) -> None:
    one = await promise(world, queue="deliver:fachverfahren")
    await fulfil(one, world.house)
    world.clock.advance(3600)
    await add_up(world.house.database, world.clock.now_us())

    await world.desk.resending.resend(OFFICE, [one.id], "ahrens", "Datei verloren.")
    assert 1 == (await same(world))["in_progress"]

    [again] = await world.claim("deliver:fachverfahren")
    await fulfil(again, world.house)
    world.clock.advance(3600)
    await add_up(world.house.database, world.clock.now_us())
    assert (1, True) == ((found := await same(world))["delivered"], found["balanced"])


@pytest.mark.parametrize(
    "behind_the_back", ["UPDATE message SET state = 'routed'", "DELETE FROM message"]
)
async def test_a_change_past_the_journal_shows(world: World, behind_the_back: str) -> None:
    await world.accept(b"one")

    await world.change(behind_the_back)

    assert not (await standing_balance(world.house.database, None)).balanced


async def test_what_was_added_up_is_checked_by_the_full_count(world: World) -> None:
    await some_traffic(world)
    world.clock.advance(3600)
    await add_up(world.house.database, world.clock.now_us())

    await world.change("UPDATE message SET state = 'refused' WHERE state = 'closed'")

    assert not (await balance(world.house.database, None)).balanced
