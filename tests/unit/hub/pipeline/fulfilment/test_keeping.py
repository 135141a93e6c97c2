"""What becomes of a promise: kept once, tried again, or handed to a human; never guessed."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from hub.core.errors import HubError, Misconfigured, OutcomeUnknown, Refused, Unavailable
from hub.core.ids import derived_uuid
from hub.core.message import Message
from hub.core.settings import HttpsTarget
from hub.pipeline.desk import Decision
from hub.pipeline.fulfilment.keeping import fulfil
from hub.store import lanes
from hub.store.database import Transaction
from hub.store.lanes import Promise
from hub.store.messages import Travelled
from tests.message_house import CORE, OFFICE, World, open_world

REQUEST = b"<anfrage/>"


async def routed(world: World, content: bytes = REQUEST) -> Message:
    """Return a message that waits for one promise."""
    accepted = await world.accept(content)
    [travel] = await world.claim("travel")

    def work(tx: Transaction) -> None:
        now_us = world.clock.now_us()
        lanes.finish(tx, travel, "confirmed", now_us)
        way = Travelled(accepted.message, "routed", promised=1)
        world.house.messages.travelled(tx, (way,), now_us)

    await world.house.database.write(work)
    return accepted.message


async def promise(world: World, kind: str = "deliver", queue: str = "deliver:azr") -> Promise:
    """Return a claimed promise of a routed message."""
    message = await routed(world)
    door = "https" if queue == "deliver:azr" else "folder"
    spec = {
        "door": door, "channel": "azr" if door == "https" else CORE, "name": "antwort.xml",
        "record_kind": "Registeranfrage", "case_key": "UV-1", "doc_type": "Bescheid",
        "mime": "application/xml", "akte": "Kind, Ein", "vorgang": "Bewilligung",
        "title": "Bescheid", "direction": "out", "role": "original",
    }  # fmt: skip
    return await world.promise(
        Promise(
            derived_uuid(message.id, kind), OFFICE, message.id, kind, queue, f"{OFFICE}/UV-1",
            spec, message.sha256, deadline_us=world.house.deadline_us(world.clock.now_us()),
        )
    )  # fmt: skip


async def state_of(world: World, one: Promise) -> tuple[str, str, str | None]:
    [row] = await world.rows(
        "SELECT promise.state AS p, message.state AS m, "
        "(SELECT code FROM clearing WHERE promise_id = promise.id AND state = 'open') AS code "
        "FROM promise JOIN message ON message.id = message_id WHERE promise.id = :id",
        id=one.id,
    )
    return row["p"], row["m"], row["code"]


async def test_a_delivered_file_has_its_sidecar_and_closes_the_message(world: World) -> None:
    one = await promise(world, queue="deliver:fachverfahren")

    await fulfil(one, world.house)

    folder = world.house.outbox / OFFICE / CORE
    assert REQUEST == (folder / "antwort.xml").read_bytes()
    assert (folder / "antwort.xml.sha256").exists()
    assert ("confirmed", "closed", None) == await state_of(world, one)


async def test_an_answer_is_a_new_message_caused_by_the_request(world: World) -> None:
    one = await promise(world)
    world.line.outcomes = [b"<antwort/>"]

    await fulfil(one, world.house)

    [answer] = await world.rows("SELECT * FROM message WHERE causation_id IS NOT NULL")
    assert (one.message_id, "UV-1", "azr") == (
        answer["causation_id"], answer["case_key"], answer["channel"],
    )  # fmt: skip
    assert ("confirmed", "closed", None) == await state_of(world, one)


async def test_what_the_partners_server_showed_is_remembered(world: World) -> None:
    one = await promise(world)
    world.line.outcomes, world.line.ends_us = [b"<antwort/>"], world.clock.now_us() + 5

    await fulfil(one, world.house)

    [peer] = await world.rows("SELECT partner, fingerprint, not_after_us FROM peer_certificate")
    assert ["azr", "ab" * 32, world.line.ends_us] == list(peer.values())


async def test_an_unavailable_partner_is_asked_again_with_the_same_key(world: World) -> None:
    one = await promise(world)
    world.line.outcomes = [Unavailable("partner_busy", retry_after_s=7.0), b"<antwort/>"]

    await fulfil(one, world.house)

    assert ("waiting", "routed", None) == await state_of(world, one)
    assert [] == await world.claim("deliver:azr")
    world.clock.advance(7.1)
    [again] = await world.claim("deliver:azr")
    await fulfil(again, world.house)
    assert [one.id, one.id] == world.line.asked
    assert ("confirmed", "closed", None) == await state_of(world, one)


async def test_past_its_deadline_a_human_decides(world: World) -> None:
    one = await promise(world)
    world.clock.advance(73 * 3600)
    world.line.outcomes = [Unavailable("partner_busy")]

    await fulfil(one, world.house)

    assert ("dead", "clearing", "partner_busy") == await state_of(world, one)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Refused("partner_rejects_message"), "dead"),
        (RuntimeError("with a name in it"), "unknown"),
        (OutcomeUnknown("no_answer"), "unknown"),
        (OutcomeUnknown("partner_failed"), "unknown"),
    ],
)
async def test_what_waiting_does_not_help_becomes_a_clearing_case(
    world: World, error: Exception, state: str
) -> None:
    one = await promise(world)
    world.line.outcomes = [error]

    await fulfil(one, world.house)

    code = error.code if isinstance(error, HubError) else "outcome_unknown"
    assert (state, "clearing", code) == await state_of(world, one)
    world.clock.advance(1_000_000)
    assert [] == await world.claim("deliver:azr")


async def test_an_unknown_outcome_is_asked_again_where_the_partner_knows_the_key(
    tmp_path: Path,
) -> None:
    target = HttpsTarget(name="azr", url="https://127.0.0.1:1/azr", idempotent="yes")
    async with open_world(tmp_path, https=(target,)) as world:
        one = await promise(world)
        world.line.outcomes = [OutcomeUnknown("no_answer")]

        await fulfil(one, world.house)

        assert ("sent", "routed", None) == await state_of(world, one)
        world.clock.advance(2)
        world.line.outcomes = [b"<antwort/>"]
        [again] = await world.claim("deliver:azr")
        await fulfil(again, world.house)
        assert [one.id, one.id] == world.line.asked
        assert ("confirmed", "closed", None) == await state_of(world, one)


async def test_a_fault_of_a_partner_that_knows_the_key_is_waited_out(tmp_path: Path) -> None:
    target = HttpsTarget(name="azr", url="https://127.0.0.1:1/azr", idempotent="yes")
    async with open_world(tmp_path, https=(target,)) as world:
        one = await promise(world)
        world.line.outcomes = [OutcomeUnknown("partner_failed")]

        await fulfil(one, world.house)

        assert ("waiting", "routed", None) == await state_of(world, one)


INQUIRED = HttpsTarget(
    name="azr", url="https://127.0.0.1:1/azr", idempotent="query-url", timeout_s=30.0,
    query_url="https://127.0.0.1:1/azr/{id}",
)  # fmt: skip


@pytest.mark.parametrize(
    ("finding", "asked"), [(b"<antwort/>", 1), (None, 2)], ids=["arrived", "never arrived"]
)
async def test_a_partner_that_can_tell_is_inquired_before_anything_is_sent_again(
    tmp_path: Path, finding: bytes | None, asked: int
) -> None:
    async with open_world(tmp_path, https=(INQUIRED,)) as world:
        one = await promise(world)
        world.line.outcomes = [OutcomeUnknown("no_answer"), b"<antwort/>"]
        world.line.findings = [Unavailable("inquiry_unanswered"), finding]
        await fulfil(one, world.house)
        assert ("sent", "routed", None) == await state_of(world, one)
        world.clock.advance(29)
        assert [] == await world.claim("deliver:azr")

        for _ in range(2):
            world.clock.advance(31)
            [again] = await world.claim("deliver:azr")
            await fulfil(again, world.house)

        assert [one.id] * 2 == world.line.inquired
        assert [one.id] * asked == world.line.asked
        assert ("confirmed", "closed", None) == await state_of(world, one)


async def test_a_doubt_that_outlives_its_deadline_stays_a_doubt(tmp_path: Path) -> None:
    async with open_world(tmp_path, https=(INQUIRED,)) as world:
        one = await promise(world)
        world.line.outcomes = [OutcomeUnknown("no_answer")]
        world.clock.advance(73 * 3600)

        await fulfil(one, world.house)

        assert ("unknown", "clearing", "no_answer") == await state_of(world, one)


@pytest.mark.parametrize(
    ("code", "scope"),
    [
        ("client_certificate_refused", OFFICE),
        ("partner_denies_access", OFFICE),
        ("partner_address_unknown", ""),
        ("server_certificate_refused", ""),
    ],
)
async def test_a_target_that_must_be_mended_opens_once_and_its_messages_wait(
    world: World, code: str, scope: str
) -> None:
    one = await promise(world)
    world.line.outcomes = [Misconfigured(code), Misconfigured(code)]
    for _ in range(2):
        await fulfil(one, world.house)
        assert ("waiting", "routed", None) == await state_of(world, one)
        [one] = await world.claim("deliver:azr")

    [opened] = await world.rows("SELECT * FROM target WHERE state = 'open'")
    assert (scope, code) == (opened["tenant"], opened["code"])
    assert 1 == len(await world.rows("SELECT * FROM journal WHERE action = 'target_opened'"))
    world.line.outcomes = [b"<antwort/>"]
    await fulfil(one, world.house)
    assert [] == await world.rows("SELECT * FROM target WHERE state <> 'closed'")
    assert 1 == len(await world.rows("SELECT * FROM journal WHERE action = 'target_closed'"))


async def test_a_receipt_confirms_where_no_answer_is_agreed_on(world: World) -> None:
    one = await promise(world)
    await world.change("UPDATE promise SET spec = replace(spec, '{', '{\"answers\": false, ')")
    world.clock.advance(61)
    [one] = await world.claim("deliver:azr")
    world.line.outcomes = [b""]

    await fulfil(one, world.house)

    assert 1 == len(await world.messages())
    assert ("confirmed", "closed", None) == await state_of(world, one)


async def test_a_request_that_may_have_left_is_never_sent_again_by_itself(world: World) -> None:
    one = await promise(world)
    assert await world.house.database.write(lambda tx: lanes.mark_sent(tx, one))
    world.clock.advance(61)
    [again] = await world.claim("deliver:azr")

    await fulfil(again, world.house)

    assert [] == world.line.asked
    assert ("unknown", "clearing", "outcome_unknown") == await state_of(world, one)


async def test_an_unknown_outcome_is_sent_again_as_a_new_delivery_only(world: World) -> None:
    one = await promise(world)
    world.line.outcomes = [OutcomeUnknown("no_answer"), b"<antwort/>"]
    await fulfil(one, world.house)
    [case] = await world.open_cases()
    why = Decision(verb="resend", actor="ahrens", reason="Nicht angekommen, laut Auskunft.")

    await world.desk.decide(OFFICE, case["id"], why)

    [again] = await world.claim("deliver:azr")
    await fulfil(again, world.house)
    assert [one.id, again.id] == world.line.asked
    assert ("confirmed", "closed", None) == await state_of(world, again)
    assert ("skipped", "closed", None) == await state_of(world, one)


async def test_an_answer_that_cannot_be_kept_is_not_asked_for_again(world: World) -> None:
    one = await promise(world)
    (world.house.base / "data" / "payloads").write_text("in the way")
    world.line.outcomes = [b"x" * 200_000]

    await fulfil(one, world.house)

    assert ("unknown", "clearing", "answer_lost") == await state_of(world, one)


async def test_a_lost_lease_throws_the_result_away(world: World) -> None:
    one = await promise(world, queue="deliver:fachverfahren")
    world.clock.advance(61)
    [taken_over] = await world.claim("deliver:fachverfahren")

    await fulfil(one, world.house)

    assert ("leased", "routed", None) == await state_of(world, one)
    await fulfil(taken_over, world.house)
    assert ("confirmed", "closed", None) == await state_of(world, one)
    assert 1 == len(await world.rows("SELECT * FROM journal WHERE action = 'delivered'"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda w: w.change("UPDATE promise SET payload_sha256 = NULL"),
        lambda w: w.change("UPDATE payload SET bytes = x'00'"),
        lambda w: w.change("DELETE FROM payload"),
    ],
)
async def test_damaged_bytes_are_never_delivered(
    world: World, spoil: Callable[[World], Awaitable[None]]
) -> None:
    one = await promise(world, queue="deliver:fachverfahren")
    await spoil(world)
    world.clock.advance(61)
    [again] = await world.claim("deliver:fachverfahren")

    await fulfil(again, world.house)

    assert not (world.house.outbox / OFFICE / CORE).exists()
    assert "dead" == (await state_of(world, one))[0]
