"""Sending once more: what was chosen, with the same bytes, under a new name, once per click."""

import json

import pytest

from hub.core.errors import OutcomeUnknown, Rejected
from hub.pipeline.balance import balance
from hub.pipeline.desk import Decision
from hub.pipeline.fulfilment.keeping import fulfil
from hub.store.lanes import Promise
from hub.store.payloads import Payloads
from tests.message_house import CORE, OFFICE, OTHER_OFFICE, World
from tests.unit.hub.pipeline.fulfilment.test_keeping import REQUEST, promise, state_of

WHY = "Gegenstelle hat die Datei verloren."


async def delivered(world: World) -> Promise:
    one = await promise(world, queue="deliver:fachverfahren")
    await fulfil(one, world.house)
    return one


async def again(world: World, one: Promise, tenant: str = OFFICE) -> list[str]:
    return await world.desk.resending.resend(tenant, [one.id], "ahrens", WHY)


async def test_the_same_bytes_go_out_under_a_new_name(world: World) -> None:
    one = await delivered(world)

    [new_id] = await again(world, one)

    assert "routed" == (await state_of(world, one))[1]
    [new] = await world.claim("deliver:fachverfahren")
    await fulfil(new, world.house)
    written = {p.name: p.read_bytes() for p in (world.house.outbox / OFFICE / CORE).glob("*.xml")}
    assert {"antwort.xml": REQUEST, f"antwort-{new_id[:8]}.xml": REQUEST} == written
    assert ("confirmed", "closed", None) == await state_of(world, new)
    assert (await balance(world.house.database, None)).balanced


async def test_a_double_click_sends_once(world: World) -> None:
    one = await delivered(world)

    assert [1, 0] == [len(await again(world, one)) for _ in range(2)]
    assert 1 == len(await world.claim("deliver:fachverfahren"))


async def test_the_journal_names_who_and_what_is_replaced(world: World) -> None:
    one = await delivered(world)

    [new_id] = await again(world, one)

    [entry] = await world.rows("SELECT * FROM journal WHERE action = 'delivery_repeated'")
    assert ("ahrens", new_id, one.id) == (
        entry["actor"], entry["promise_id"], json.loads(entry["facts"])["replaces"],
    )  # fmt: skip
    assert WHY not in entry["facts"]


async def test_what_is_on_its_way_is_not_sent_again(world: World) -> None:
    one = await promise(world)

    with pytest.raises(Rejected, match="delivery_not_over"):
        await again(world, one)


@pytest.mark.parametrize("kind", ["file", "letter", "travel"])
async def test_only_deliveries_are_repeated(world: World, kind: str) -> None:
    one = await promise(world, kind, kind)

    with pytest.raises(Rejected, match="delivery_unknown"):
        await again(world, one)


async def test_another_office_repeats_nothing(world: World) -> None:
    one = await delivered(world)

    with pytest.raises(Rejected, match="delivery_unknown"):
        await again(world, one, OTHER_OFFICE)


async def test_one_wrong_choice_leaves_all_as_it_was(world: World) -> None:
    one = await delivered(world)

    with pytest.raises(Rejected, match="delivery_unknown"):
        await world.desk.resending.resend(OFFICE, [one.id, "no-such"], "ahrens", WHY)

    assert [] == await world.claim("deliver:fachverfahren")


async def test_a_request_sent_again_names_itself_in_its_bytes(world: World) -> None:
    one = await promise(world)
    content = f"<anfrage><id>{one.id}</id></anfrage>".encode()
    kept = await world.house.payloads.keep(content)
    await world.house.database.write(
        lambda tx: Payloads.name(tx, OFFICE, kept, world.clock.now_us())
    )
    await world.change("UPDATE promise SET payload_sha256 = :sha", sha=kept.sha256)
    world.clock.advance(61)
    [one] = await world.claim("deliver:azr")
    world.line.outcomes = [OutcomeUnknown("no_answer")]
    await fulfil(one, world.house)

    for expected in (2, 3):
        [case] = await world.open_cases()
        await world.desk.decide(
            OFFICE, case["id"], Decision(verb="resend", actor="ahrens", reason=WHY)
        )
        [new] = await world.claim("deliver:azr")
        world.line.outcomes = [OutcomeUnknown("no_answer")]
        await fulfil(new, world.house)
        assert expected == len(set(world.line.asked))
        assert world.line.bodies[-1] == content.replace(one.id.encode(), new.id.encode())
