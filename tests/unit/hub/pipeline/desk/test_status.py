"""A status query settles what the partner knows, and nothing else; who asked is written down."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.core.errors import OutcomeUnknown, Rejected, Unavailable
from hub.pipeline.balance import balance
from hub.pipeline.desk import Decision, ways_out
from hub.pipeline.desk.status import put_questions
from hub.pipeline.fulfilment.keeping import fulfil
from hub.store import clearing, lanes
from hub.store.desk import status
from hub.store.lanes import Promise
from hub.workers.loops import Workers
from tests.message_house import OFFICE, OTHER_OFFICE, World, open_world
from tests.unit.hub.pipeline.desk.test_deciding import decision, doubtful
from tests.unit.hub.pipeline.fulfilment.test_keeping import INQUIRED, promise, state_of

QUERY = Decision(verb="query", actor="ahrens", reason="Statusabfrage")


@pytest.fixture
async def inquired(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose register can be asked what became of a request."""
    async with open_world(tmp_path, https=(INQUIRED,)) as world:
        yield world


async def overdue(world: World) -> tuple[Promise, str]:
    """Return a request whose doubt outlived its deadline, and its clearing case."""
    one = await promise(world)
    world.line.outcomes = [OutcomeUnknown("no_answer")]
    world.clock.advance(73 * 3600)
    await fulfil(one, world.house)
    [case] = await world.open_cases()
    return one, case["id"]


async def asked(world: World, finding: bytes | Exception | None) -> tuple[Promise, str]:
    """Have the partner asked, and let it say what it knows."""
    one, case = await overdue(world)
    world.line.findings = [finding]
    assert await world.desk.decide(OFFICE, case, QUERY)
    assert 1 == await put_questions(world.house, world.desk)
    return one, case


async def told(world: World, action: str) -> list[tuple[str, dict[str, object]]]:
    rows = await world.rows("SELECT actor, facts FROM journal WHERE action = :a", a=action)
    return [(row["actor"], json.loads(row["facts"])) for row in rows]


async def test_what_the_partner_has_is_confirmed_with_its_answer(inquired: World) -> None:
    one, case = await asked(inquired, b"<antwort/>")

    assert ([one.id], [one.id]) == (inquired.line.asked, inquired.line.inquired)
    assert ("confirmed", "closed", None) == await state_of(inquired, one)
    [question, answer] = await inquired.messages()
    assert (question["id"], "received") == (answer["causation_id"], answer["state"])
    [row] = await inquired.rows("SELECT * FROM clearing WHERE id = :id", id=case)
    assert ("answered", "ahrens") == (row["state"], row["closed_by"])
    assert [("ahrens", {"code": "no_answer"})] == await told(inquired, "status_asked")
    [(actor, facts)] = await told(inquired, "status_answered")
    assert ("ahrens", "arrived", "ab" * 8) == (actor, facts["answer"], facts["certificate"])
    assert 1 == len(await told(inquired, "delivered"))
    assert (await balance(inquired.house.database, None)).balanced


async def test_what_never_arrived_goes_out_under_the_same_key(inquired: World) -> None:
    one, _ = await asked(inquired, None)
    assert ("waiting", "routed", None) == await state_of(inquired, one)

    inquired.line.outcomes = [b"<antwort/>"]
    [again] = await inquired.claim("deliver:azr")
    await fulfil(again, inquired.house)

    assert [one.id, one.id] == inquired.line.asked
    assert ("confirmed", "closed", None) == await state_of(inquired, one)


async def test_without_an_answer_the_case_stays_with_its_ways_out(inquired: World) -> None:
    one, case = await asked(inquired, Unavailable("inquiry_unanswered"))

    assert ("unknown", "clearing", "no_answer") == await state_of(inquired, one)
    row, last = await inquired.house.database.read(
        lambda tx: (clearing.find(tx, OFFICE, case), status.latest(tx, OFFICE, case))
    )
    assert row is not None
    assert last is not None
    assert ("none", "inquiry_unanswered") == (last["answer"], last["code"])
    ways = await inquired.house.database.read(lambda tx: ways_out(tx, row))
    assert ("query", "confirm", "resend") == ways
    assert [("ahrens", {"answer": "none", "code": "inquiry_unanswered"})] == await told(
        inquired, "status_answered"
    )


async def test_a_double_click_asks_once_and_a_later_one_again(inquired: World) -> None:
    _, case = await overdue(inquired)
    inquired.line.findings = [Unavailable("inquiry_unanswered"), b"<antwort/>"]

    first = [await inquired.desk.decide(OFFICE, case, QUERY) for _ in range(2)]
    await put_questions(inquired.house, inquired.desk)
    inquired.clock.advance(1)
    again = await inquired.desk.decide(OFFICE, case, QUERY)
    await put_questions(inquired.house, inquired.desk)

    assert ([True, False], True) == (first, again)
    assert 2 == len(inquired.line.inquired)
    assert 0 == await put_questions(inquired.house, inquired.desk)


async def test_a_decision_made_meanwhile_stands(inquired: World) -> None:
    one, case = await overdue(inquired)
    await inquired.desk.decide(OFFICE, case, QUERY)
    await inquired.desk.decide(OFFICE, case, decision("resend"))
    inquired.line.findings = [b"<antwort/>"]

    await put_questions(inquired.house, inquired.desk)

    assert 1 == len(await inquired.messages())
    assert "skipped" == (await state_of(inquired, one))[0]
    assert [] == await told(inquired, "status_answered")


async def test_those_behind_go_on_after_what_arrived(inquired: World) -> None:
    one, case = await overdue(inquired)
    behind = Promise("behind", OFFICE, one.message_id, "deliver", one.queue, one.lane_key)
    await inquired.house.database.write(lambda tx: lanes.add(tx, behind, inquired.clock.now_us()))
    inquired.line.findings = [b"<antwort/>"]

    await inquired.desk.decide(OFFICE, case, QUERY)
    await put_questions(inquired.house, inquired.desk)

    assert ["behind"] == [p.id for p in await inquired.claim("deliver:azr")]


async def test_a_question_of_a_silent_node_is_put_by_another(inquired: World) -> None:
    _, case = await overdue(inquired)
    await inquired.desk.decide(OFFICE, case, QUERY)
    now_us = inquired.clock.now_us()
    await inquired.house.database.write(lambda tx: status.take(tx, 9, now_us, now_us + 90_000_000))
    assert 0 == await put_questions(inquired.house, inquired.desk)

    inquired.clock.advance(91)
    inquired.line.findings = [b"<antwort/>"]

    assert 1 == await put_questions(inquired.house, inquired.desk)
    assert [] == await inquired.open_cases()


async def test_a_partner_without_status_query_cannot_be_asked(world: World) -> None:
    _, case = await doubtful(world)

    with pytest.raises(Rejected, match="decision_not_offered"):
        await world.desk.decide(OFFICE, case, QUERY)


async def test_another_office_cannot_ask(inquired: World) -> None:
    _, case = await overdue(inquired)

    with pytest.raises(Rejected, match="clearing_unknown"):
        await inquired.desk.decide(OTHER_OFFICE, case, QUERY)


async def test_the_service_puts_the_question_by_itself(inquired: World) -> None:
    one, case = await overdue(inquired)
    await inquired.desk.decide(OFFICE, case, QUERY)
    inquired.line.findings = [b"<antwort/>"]

    loops = {loop.name: loop for loop in Workers(inquired.house).loops(at_once=True)}
    await loops["status"].round()

    assert "confirmed" == (await state_of(inquired, one))[0]
