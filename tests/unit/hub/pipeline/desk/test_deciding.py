"""The desk: release, reject, click twice, and never in another office's matters."""

import pytest
from msgspec.structs import replace

from hub.core.errors import Misconfigured, OutcomeUnknown, Refused, Rejected
from hub.pipeline.balance import balance
from hub.pipeline.decision.verdicts import hold
from hub.pipeline.desk import Decision
from hub.pipeline.fulfilment.keeping import fulfil
from hub.pipeline.journey.commit import Signed, commit
from hub.pipeline.setbacks import give_up
from hub.store import lanes
from hub.store.lanes import Promise
from hub.store.messages import to_message
from tests.message_house import OFFICE, OTHER_OFFICE, World
from tests.unit.hub.pipeline.fulfilment.test_keeping import promise, state_of

WHY = "Mit der Kasse geklärt."


def decision(verb: str, mapping: str = "") -> Decision:
    return Decision(verb=verb, actor="ahrens", reason=WHY, mapping=mapping)


async def stopped(world: World) -> tuple[Promise, str]:
    """Return a promise a human must decide on, and its clearing case."""
    one = await promise(world)
    world.line.outcomes = [Refused("partner_rejects_message")]
    await fulfil(one, world.house)
    [case] = await world.open_cases()
    return one, case["id"]


async def held(world: World) -> str:
    """Return the clearing case of a message whose check could not run."""
    accepted = await world.accept(b"unreadable today")
    [travel] = await world.claim("travel")
    await commit(
        [Signed((travel,), (hold(accepted.message, OutcomeUnknown("not_checkable")),))], world.house
    )
    [case] = await world.open_cases()
    return str(case["id"])


async def test_released_work_is_tried_again(world: World) -> None:
    one, case = await stopped(world)

    await world.desk.release(OFFICE, case, "ahrens", WHY)

    assert ("waiting", "routed", None) == await state_of(world, one)
    assert [one.id] == [again.id for again in await world.claim("deliver:azr")]


async def test_released_work_gets_its_whole_time_anew(world: World) -> None:
    _, case = await stopped(world)
    world.clock.advance(200 * 3600)

    await world.desk.release(OFFICE, case, "ahrens", WHY)

    [again] = await world.claim("deliver:azr")
    assert again.deadline_us > world.clock.now_us()


@pytest.mark.parametrize("verb", ["release", "discard"])
async def test_what_stood_behind_gets_its_whole_time_anew_too(world: World, verb: str) -> None:
    one, case = await stopped(world)
    behind = replace(one, id="behind", deadline_us=world.clock.now_us() + 1)
    await world.house.database.write(lambda tx: lanes.add(tx, behind, world.clock.now_us()))
    world.clock.advance(200 * 3600)

    await world.desk.decide(OFFICE, case, decision(verb))

    [row] = await world.rows("SELECT deadline_us FROM promise WHERE id = 'behind'")
    assert row["deadline_us"] > world.clock.now_us()


async def test_rejected_work_is_left_behind_and_counted_as_settled(world: World) -> None:
    one, case = await stopped(world)

    await world.desk.reject(OFFICE, case, "ahrens", WHY)

    [row] = await world.messages()
    assert ("skipped", "refused", None) == await state_of(world, one)
    assert 0 == row["open_promises"]
    assert [] == await world.claim("deliver:azr")
    assert (await balance(world.house.database, None)).balanced


async def test_a_second_click_changes_nothing(world: World) -> None:
    one, case = await stopped(world)
    await world.desk.release(OFFICE, case, "ahrens", WHY)
    before = len(await world.rows("SELECT * FROM journal"))

    await world.desk.release(OFFICE, case, "ahrens", WHY)
    await world.desk.reject(OFFICE, case, "ahrens", WHY)

    assert before == len(await world.rows("SELECT * FROM journal"))
    assert ("waiting", "routed", None) == await state_of(world, one)


@pytest.mark.parametrize("decide", ["release", "reject"])
async def test_another_office_has_no_say(world: World, decide: str) -> None:
    one, case = await stopped(world)

    with pytest.raises(Rejected, match="clearing_unknown"):
        await getattr(world.desk, decide)(OTHER_OFFICE, case, "fremd", WHY)

    assert "dead" == (await state_of(world, one))[0]


async def test_a_decision_needs_a_reason(world: World) -> None:
    _, case = await stopped(world)

    with pytest.raises(Rejected, match="reason_missing"):
        await world.desk.release(OFFICE, case, "ahrens", "  ")


async def test_a_held_message_travels_again_when_released(world: World) -> None:
    case = await held(world)
    assert [] == await world.claim("travel")

    await world.desk.release(OFFICE, case, "ahrens", WHY)

    [row] = await world.messages()
    assert "received" == row["state"]
    assert [row["id"]] == [again.id for again in await world.claim("travel")]


async def test_a_held_message_that_is_discarded_may_be_sent_again(world: World) -> None:
    case = await held(world)

    await world.desk.decide(OFFICE, case, decision("discard"))

    [row] = await world.messages()
    assert "refused" == row["state"]
    assert "received" == (await world.accept(b"unreadable today")).state


async def test_a_held_message_that_is_rejected_goes_back_to_its_sender(
    living_world: World,
) -> None:
    world = living_world
    case = await held(world)

    await world.desk.reject(OFFICE, case, "ahrens", WHY)
    await world.run_once()

    [row] = await world.messages()
    [receipt] = (world.house.outbox / OFFICE / "fachverfahren").glob("*.xml")
    [reason] = world.house.inboxes[OFFICE, "fachverfahren"].path.rglob("*.grund.json")
    assert ("refused", "refused_by_person") == (row["state"], row["code"])
    assert WHY in receipt.read_text(encoding="utf-8")
    assert WHY in reason.read_text(encoding="utf-8")
    assert (await balance(world.house.database, None)).balanced


async def test_a_replayed_message_is_read_with_what_is_in_force_today(world: World) -> None:
    case = await held(world)
    world.clock.advance(86_400)

    await world.desk.decide(OFFICE, case, decision("replay"))

    [travel] = await world.claim("travel")
    assert {"as_of": "2026-11-19"} == travel.spec


async def test_a_replayed_message_is_read_with_the_named_mapping(world: World) -> None:
    case = await held(world)

    with pytest.raises(Misconfigured, match="mapping_not_on_channel"):
        await world.desk.decide(OFFICE, case, decision("replay", mapping="ihv-to-hub/Protokoll"))
    await world.desk.decide(
        OFFICE, case, decision("replay", mapping="fachverfahren-to-hub/Falldaten")
    )

    [travel] = await world.claim("travel")
    assert {"mapping": "fachverfahren-to-hub/Falldaten"} == travel.spec


async def test_a_later_release_takes_directions_back(world: World) -> None:
    case = await held(world)
    await world.desk.decide(OFFICE, case, decision("replay"))
    [travel] = await world.claim("travel")
    message = (await world.messages())[0]
    await commit(
        [Signed((travel,), (hold(to_message(message), OutcomeUnknown("not_checkable")),))],
        world.house,
    )

    await world.desk.release(OFFICE, case, "ahrens", WHY)

    [travel] = await world.claim("travel")
    assert {} == travel.spec


@pytest.mark.parametrize("verb", ["replay", "resend"])
async def test_a_case_has_only_its_own_ways_out(world: World, verb: str) -> None:
    one, case = await stopped(world)

    with pytest.raises(Rejected, match="decision_not_offered"):
        await world.desk.decide(OFFICE, case, decision(verb))

    assert "dead" == (await state_of(world, one))[0]


@pytest.mark.parametrize(
    "order", [("release", "discard"), ("discard", "release")], ids=["skip last", "skip first"]
)
async def test_a_message_counts_by_what_of_it_is_least_finished(
    world: World, order: tuple[str, str]
) -> None:
    one, two = await two_stopped(world)
    for verb, case in zip(order, await world.open_cases(), strict=True):
        await world.desk.decide(OFFICE, case["id"], decision(verb))
    assert "routed" == (await world.messages())[0]["state"]

    world.line.outcomes = [b"<antwort/>"]
    [again] = await world.claim("deliver:azr")
    await fulfil(again, world.house)

    row = next(row for row in await world.messages() if row["id"] == one.message_id)
    assert ("refused", 0) == (row["state"], row["open_promises"])
    assert {"confirmed", "skipped"} == {(await state_of(world, p))[0] for p in (one, two)}
    assert (await balance(world.house.database, None)).balanced


async def two_stopped(world: World) -> tuple[Promise, Promise]:
    """Return two promises of one message, both stopped, each in a lane of its own."""
    one = await promise(world)
    more = replace(one, id="second", lane_key=f"{OFFICE}/UV-2")
    await world.change("UPDATE message SET open_promises = 2")
    two = await world.promise(more)
    for stopping in (one, two):
        await give_up(stopping, Refused("partner_rejects_message"), "dead", world.house)
    return one, two


async def test_the_last_of_several_cases_moves_the_message_on(world: World) -> None:
    one, case = await stopped(world)
    await world.change(
        "INSERT INTO clearing SELECT tenant, 'other', message_id, NULL, case_key, 'doubt', message, "
        "remedy, facts, fingerprint, state, opened_us, closed_us, closed_by, reason, times, last_us "
        "FROM clearing"
    )

    await world.desk.release(OFFICE, case, "ahrens", WHY)
    assert "clearing" == (await state_of(world, one))[1]
    await world.desk.release(OFFICE, "other", "ahrens", WHY)

    assert "routed" == (await state_of(world, one))[1]


async def test_a_numbered_file_is_never_left_out(world: World) -> None:
    one = await promise(world)
    await world.change("UPDATE promise SET spec = json_set(spec, '$.batch', 'b-1')")
    await give_up(one, Refused("outbox_taken"), "dead", world.house)
    [case] = await world.open_cases()

    with pytest.raises(Rejected, match="order_file_needed"):
        await world.desk.reject(OFFICE, case["id"], "ahrens", WHY)

    assert "open" == (await world.open_cases())[0]["state"]
    await world.desk.release(OFFICE, case["id"], "ahrens", WHY)
    assert "waiting" == (await state_of(world, one))[0]


async def test_the_journal_names_who_decided(world: World) -> None:
    _, case = await stopped(world)

    await world.desk.release(OFFICE, case, "ahrens", WHY)

    [entry] = await world.rows("SELECT actor, facts FROM journal WHERE actor != 'hub'")
    assert "ahrens" == entry["actor"]
    assert WHY not in entry["facts"]


async def test_a_skipped_head_frees_those_behind_it(world: World) -> None:
    one, case = await stopped(world)
    behind = Promise("behind", OFFICE, one.message_id, "deliver", one.queue, one.lane_key)
    await world.house.database.write(lambda tx: lanes.add(tx, behind, world.clock.now_us()))

    await world.desk.reject(OFFICE, case, "ahrens", WHY)

    assert ["behind"] == [p.id for p in await world.claim("deliver:azr")]


async def doubtful(world: World) -> tuple[Promise, str]:
    """Return a request nobody knows the outcome of, and its clearing case."""
    one = await promise(world)
    world.line.outcomes = [OutcomeUnknown("no_answer")]
    await fulfil(one, world.house)
    [case] = await world.open_cases()
    return one, case["id"]


@pytest.mark.parametrize("verb", ["release", "discard", "reject", "replay"])
async def test_an_unknown_outcome_is_never_guessed(world: World, verb: str) -> None:
    one, case = await doubtful(world)

    with pytest.raises(Rejected, match="decision_not_offered"):
        await world.desk.decide(OFFICE, case, decision(verb))

    assert "unknown" == (await state_of(world, one))[0]


async def test_what_the_partner_says_has_arrived_is_confirmed_by_hand(world: World) -> None:
    one, case = await doubtful(world)
    await world.desk.asked(OFFICE, case, "ahrens")
    assert ["open"] == [row["state"] for row in await world.open_cases()]

    await world.desk.decide(OFFICE, case, decision("confirm"))

    assert ("confirmed", "closed", None) == await state_of(world, one)
    assert 0 == (await world.messages())[0]["open_promises"]
    asked = await world.rows("SELECT actor FROM journal WHERE action = 'partner_asked'")
    assert [{"actor": "ahrens"}] == asked


async def test_a_second_sending_keeps_its_place_before_those_behind(world: World) -> None:
    one, case = await doubtful(world)
    behind = Promise("behind", OFFICE, one.message_id, "deliver", one.queue, one.lane_key)
    await world.house.database.write(lambda tx: lanes.add(tx, behind, world.clock.now_us()))

    await world.desk.decide(OFFICE, case, decision("resend"))
    await world.desk.decide(OFFICE, case, decision("resend"))

    [again] = await world.claim("deliver:azr")
    assert (one.lane_seq, one.payload_sha256) == (again.lane_seq, again.payload_sha256)
    assert again.id not in {one.id, "behind"}
    [row] = await world.rows("SELECT replaces FROM promise WHERE id = :id", id=again.id)
    assert one.id == row["replaces"]
    await world.house.database.write(
        lambda tx: lanes.finish(tx, again, "confirmed", world.clock.now_us())
    )
    assert ["behind"] == [p.id for p in await world.claim("deliver:azr")]


async def test_nobody_is_asked_about_what_surely_failed(world: World) -> None:
    _, case = await stopped(world)

    with pytest.raises(Rejected, match="decision_not_offered"):
        await world.desk.asked(OFFICE, case, "ahrens")
