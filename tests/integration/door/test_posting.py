"""Handing in over HTTPS: durable before acknowledged, once per key, verdict on request."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.core.log import JsonLine
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from tests.door import MESSAGES, DoorStep, open_door, until
from tests.message_house import CORE, OFFICE

FALLDATEN = drops.case_data(MUSTERSTADT.xml[1], MUSTERSTADT)
OTHER = drops.case_data(MUSTERSTADT.xml[0], MUSTERSTADT)
WAIT = {"Prefer": "wait=20"}


async def test_a_message_is_in_the_house_before_it_is_acknowledged(step: DoorStep):
    answer = await (await step.with_token()).post(FALLDATEN)

    [row] = await step.world.messages()
    assert (202, f"{MESSAGES}/{row['id']}") == (answer.status, answer.headers["Location"])
    assert (OFFICE, CORE, "received") == (row["tenant"], row["channel"], row["state"])
    assert FALLDATEN == await step.world.house.payloads.get(OFFICE, row["sha256"])


async def test_the_journal_tells_who_sent_it(step: DoorStep):
    await (await step.with_token(sender="fv-nord")).post(FALLDATEN)

    [entry] = await step.world.rows("SELECT facts FROM journal WHERE action = 'received'")
    assert '"sender":"fv-nord"' in entry["facts"]


async def test_the_same_request_again_has_the_same_message(step: DoorStep):
    sender = await step.with_token()
    first = await sender.post(FALLDATEN)
    again = await sender.post(FALLDATEN)

    assert first.json == again.json
    assert "true" == again.headers["Idempotent-Replayed"]
    assert 1 == len(await step.world.messages())


async def test_a_successor_of_a_credential_is_the_same_sender(step: DoorStep):
    first = await (await step.with_token("old")).post(FALLDATEN)
    again = await (await step.with_token("new")).post(FALLDATEN)

    assert first.json["message_id"] == again.json["message_id"]


async def test_a_key_with_other_content_is_refused(step: DoorStep):
    sender = await step.with_token()
    await sender.post(FALLDATEN)
    answer = await sender.post(OTHER)

    assert (422, "idempotency_key_reused") == (answer.status, answer.code)
    assert 1 == len(await step.world.messages())


async def test_keys_of_different_senders_do_not_meet(step: DoorStep):
    await (await step.with_token("a", sender="eins")).post(FALLDATEN)
    answer = await (await step.with_token("b", sender="zwei")).post(OTHER)

    assert 202 == answer.status
    assert 2 == len(await step.world.messages())


async def test_a_key_in_work_is_told_so_and_never_taken_twice(step: DoorStep):
    sender = await step.with_token()
    begun, finish = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield FALLDATEN[:10]
        begun.set()
        await finish.wait()
        yield FALLDATEN[10:]

    first = asyncio.create_task(sender.post(slowly()))
    await begun.wait()
    await until(lambda: step.door.turnstile.inside == 1)
    second = await sender.post(FALLDATEN)
    finish.set()

    assert (409, "idempotency_key_in_progress") == (second.status, second.code)
    assert 202 == (await first).status
    assert 1 == len(await step.world.messages())


async def test_many_at_once_with_one_key_make_one_message(step: DoorStep):
    sender = await step.with_token()
    answers = await asyncio.gather(*(sender.post(FALLDATEN) for _ in range(20)))

    assert {answer.status for answer in answers} <= {202, 409}
    assert 1 == len({a.json["message_id"] for a in answers if a.status == 202})
    assert 1 == len(await step.world.messages())


async def test_without_a_key_the_bytes_tell_a_repetition(tmp_path: Path):
    async with open_door(tmp_path, idempotency_key="optional") as step:
        sender = await step.with_token()
        first = await sender.post(FALLDATEN, key=None)
        again = await sender.post(FALLDATEN, key=None)

        assert ("duplicate", first.json["message_id"]) == (
            again.json["state"], again.json["duplicate_of"],
        )  # fmt: skip


async def test_who_waits_learns_that_the_message_is_good(living_step: DoorStep):
    answer = await (await living_step.with_token()).post(FALLDATEN, headers=WAIT)

    assert (200, "passed", "wait=20") == (
        answer.status, answer.json["verdict"], answer.headers["Preference-Applied"],
    )  # fmt: skip


async def test_who_waits_learns_what_is_wrong(living_step: DoorStep):
    bad = FALLDATEN.replace(b"<geschlecht>", b"<geschlecht>?")
    answer = await (await living_step.with_token()).post(bad, headers=WAIT)

    assert (422, "refused", "failed") == (
        answer.status, answer.json["state"], answer.json["verdict"],
    )  # fmt: skip
    assert all(finding["message"] and finding["line"] for finding in answer.json["findings"])


async def test_who_has_waited_long_enough_is_told_to_come_back(step: DoorStep):
    answer = await (await step.with_token()).post(FALLDATEN, headers={"Prefer": "wait=0"})

    assert (202, "wait=0", None) == (
        answer.status, answer.headers["Preference-Applied"], answer.json["verdict"],
    )  # fmt: skip


async def test_an_empty_message_is_refused_and_journalled(step: DoorStep):
    answer = await (await step.with_token()).post(b"")

    [row] = await step.world.messages()
    assert (422, "empty_file", "refused") == (answer.status, answer.code, row["state"])


async def test_a_sender_follows_its_message_to_the_receipt(living_step: DoorStep):
    sender = await living_step.with_token()
    posted = await sender.post(FALLDATEN, headers=WAIT)
    told = await sender.get(posted.headers["Location"])
    receipt = await sender.get(told.json["receipt"])

    assert (200, "Falldaten") == (told.status, told.json["kind"])
    assert b"angenommen" in receipt.body


async def test_no_word_of_a_sender_is_in_the_log(
    living_step: DoorStep, caplog: pytest.LogCaptureFixture
):
    sender = await living_step.with_token()
    body = FALLDATEN.replace(b"<geschlecht>", b"<geschlecht>Kanarienvogel")
    named = {"Content-Disposition": 'attachment; filename="Kanarienvogel.xml"'}
    with caplog.at_level(logging.INFO):
        answer = await sender.post(body, headers=WAIT | named)
        await living_step.world.change("DROP TABLE post")
        broken = await sender.post(body, key="Kanarienvogel", headers=named)
    lines = [JsonLine().format(record) for record in caplog.records]

    assert (422, 500) == (answer.status, broken.status)
    assert [line for line in lines if "request_failed" in line]
    assert not [line for line in lines if "Kanarienvogel" in line]


async def test_every_look_is_in_the_access_log(step: DoorStep):
    sender = await step.with_token()
    posted = await sender.post(FALLDATEN)
    await sender.get(posted.headers["Location"])
    await sender.get(f"{MESSAGES}/nowhere")

    rows = await step.world.rows(
        "SELECT actor, action, object_id, result FROM access_log ORDER BY seq"
    )
    assert [
        ("sender:fv", "message_fate_read", posted.json["message_id"], "granted"),
        ("sender:fv", "message_fate_read", "nowhere", "not_found"),
    ] == [tuple(row.values()) for row in rows]
