"""The served description tells every address and every answer; each of them can be provoked."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from hub.core.settings import Limits
from hub.store.database import Transaction
from hub.web.api.bodies import UNIT
from hub.web.api.problems import KINDS
from hub.web.api.routes import ROUTES
from tests.conformance import faults, operation_of
from tests.door import MESSAGES, Answer, DoorStep, open_door, until
from tests.integration.door.test_limits import FIT, Wire
from tests.integration.door.test_posting import FALLDATEN, WAIT
from tests.message_house import OTHER_OFFICE

Provoke = Callable[[DoorStep], Awaitable[Answer]]

RECEIPT = f"{MESSAGES}/m-1/receipt"


@pytest.fixture
async def step(tmp_path: Path) -> AsyncIterator[DoorStep]:
    house = {"limits": Limits(backlog_messages=3)}
    rules = {"max_bytes": 100_000, "per_sender": 1, "at_once": 2, "grace_s": 1.0}
    async with open_door(tmp_path, children=True, working=True, house=house, **rules) as step:
        yield step


async def served(step: DoorStep) -> dict:
    return (await step.sender().get("/api/v1/openapi.json")).json


async def test_the_description_has_every_address_and_no_other(step: DoorStep):
    told = {(m.upper(), path) for path, ops in (await served(step))["paths"].items() for m in ops}

    assert {(route.method, route.path) for route in ROUTES} == told


async def test_every_reference_leads_somewhere_and_every_place_has_a_parameter(step: DoorStep):
    whole = await served(step)
    text = json.dumps(whole)
    names = [part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]]

    assert set(names) == set(whole["components"]["schemas"]) - {"Nothing"}
    for path, operations in whole["paths"].items():
        places = {part.partition("}")[0] for part in path.split("{")[1:]}
        for one in operations.values():
            assert places == {p["name"] for p in one["parameters"] if p["in"] == "path"}


async def test_the_limits_told_are_the_limits_kept(step: DoorStep):
    body = operation_of(await served(step), "POST", MESSAGES)["requestBody"]

    assert "100000 Byte" in body["description"]
    assert {*step.door.rules.media_types, UNIT} == set(body["content"])
    assert 100 == body["content"][UNIT]["schema"]["properties"]["attachment"]["maxItems"]


async def test_where_no_attachments_are_taken_none_are_told_of(tmp_path: Path):
    async with open_door(tmp_path, max_attachments=0) as step:
        body = operation_of(await served(step), "POST", MESSAGES)["requestBody"]

    assert set(step.door.rules.media_types) == set(body["content"])


async def test_a_unit_written_by_the_description_is_taken(step: DoorStep):
    told = operation_of(await served(step), "POST", MESSAGES)["requestBody"]["content"][UNIT]
    form = aiohttp.FormData()
    for name, schema in told["schema"]["properties"].items():
        kind = told["encoding"][name]["contentType"].partition(",")[0]
        for number in range(1 if schema["type"] == "string" else 2):
            said = {"filename": f"{number}.pdf"} | ({} if "*" in kind else {"content_type": kind})
            form.add_field(name, FALLDATEN, **said)
    answer = await (await step.with_token()).ask(
        "POST", MESSAGES, data=form, headers={"Idempotency-Key": "k"}
    )

    assert (202, 2) == (answer.status, answer.json["attachments"])


async def test_an_address_of_nobody_is_answered_in_the_same_shape(step: DoorStep):
    sender = await step.with_token()
    answers = [await sender.get("/"), await sender.ask("DELETE", MESSAGES)]

    assert [(404, "not_found"), (405, "method_not_allowed")] == [
        (a.status, a.code) for a in answers
    ]
    assert "POST" in answers[1].headers["Allow"]


async def _good(step: DoorStep) -> Answer:
    return await (await step.with_token()).post(FALLDATEN)


async def _waited(step: DoorStep) -> Answer:
    return await (await step.with_token()).post(FALLDATEN, headers=WAIT)


async def _refused(step: DoorStep) -> Answer:
    return await (await step.with_token()).post(b"<x/>", headers=WAIT)


async def _keyless(step: DoorStep) -> Answer:
    return await (await step.with_token()).post(FALLDATEN, key=None)


async def _too_large(step: DoorStep) -> Answer:
    return await (await step.with_token()).post(bytes(100_001))


async def _typeless(step: DoorStep) -> Answer:
    return await (await step.with_token()).post(FALLDATEN, headers={"Content-Type": "image/png"})


async def _trickle(step: DoorStep) -> Answer:
    await step.with_token()
    wire = await Wire.to(step)
    await wire.say(FIT, "Content-Length: 100000\r\n\r\n", b"<")
    return await wire.hear()


async def _meanwhile(step: DoorStep, token: str, **more: str) -> Answer:
    """Ask while another request of the first sender is in work."""
    await step.with_token()
    wire = await Wire.to(step)
    await wire.say(FIT, "Content-Length: 100000\r\n\r\n", b"<")
    await until(lambda: step.door.turnstile.inside > 0)
    return await step.sender(token).post(FALLDATEN, **more)


async def _same_key(step: DoorStep) -> Answer:
    return await _meanwhile(step, "t-1", key="k")


async def _crowd(step: DoorStep) -> Answer:
    return await _meanwhile(step, "t-1", key="another")


async def _full(step: DoorStep) -> Answer:
    sender = await step.with_token()
    step.world.house.pressure.took("musterstadt", "fachverfahren", 0, 0)
    await step.world.house.pressure.obstacle("musterstadt", "fachverfahren")
    step.world.house.pressure.took("musterstadt", "fachverfahren", 3, 3)
    return await sender.post(FALLDATEN)


async def _foreign(step: DoorStep) -> Answer:
    return await (await step.with_token()).post(FALLDATEN, params={"tenant": OTHER_OFFICE})


async def _broken(step: DoorStep) -> Answer:
    sender = await step.with_token()
    await _break(step)
    return await sender.post(FALLDATEN)


async def _break(step: DoorStep) -> None:
    def work(tx: Transaction) -> None:
        tx.run("DROP TABLE post")

    await step.world.house.database.write(work)


async def _nobody(step: DoorStep) -> Answer:
    return await step.sender().post(FALLDATEN)


async def _nonsense(step: DoorStep, path: str = MESSAGES, method: str = "POST") -> Answer:
    wire = await Wire.to(step)
    await wire.say(f"{method} {path} HTTP/1.1\r\nNo header\r\n\r\n")
    return await wire.hear()


POSTED: dict[int, Provoke] = {
    200: _waited, 202: _good, 400: _keyless, 401: _nobody, 403: _foreign, 408: _trickle,
    409: _same_key, 413: _too_large, 415: _typeless, 422: _refused, 429: _crowd, 500: _broken,
    503: _full,
}  # fmt: skip


@pytest.mark.parametrize("status", POSTED)
async def test_every_answer_to_a_message_can_be_had(step: DoorStep, status: int):
    answer = await POSTED[status](step)

    assert status == answer.status
    assert [] == faults(await served(step), "POST", MESSAGES, answer)


def test_nothing_is_told_of_a_message_that_cannot_be_had():
    told = {*ROUTES[0].answers, *(KINDS[c].status for c in ROUTES[0].problems if c in KINDS)}

    assert set(POSTED) == told


@pytest.mark.parametrize("path", [f"{MESSAGES}/m-1", RECEIPT])
async def test_every_answer_to_a_look_can_be_had(step: DoorStep, path: str):
    sender = await step.with_token()
    posted = await sender.post(FALLDATEN, headers=WAIT)
    own = path.replace("m-1", posted.json["message_id"])
    answers = [
        await sender.get(own),
        await _nonsense(step, path, "GET"),
        await step.sender().get(path),
        await sender.get(path, params={"channel": "ihv"}),
        await sender.get(path),
    ]
    with step.door.turnstile.passing(await step.admit("d-1", sender="fv")):
        answers.append(await sender.get(path))
    with (
        step.door.turnstile.passing(await step.admit("d-2", sender="a")),
        step.door.turnstile.passing(await step.admit("d-3", sender="b")),
    ):
        answers.append(await sender.get(path))
    await _break(step)
    answers.append(await sender.get(own))
    whole = await served(step)

    assert [200, 400, 401, 403, 404, 429, 503, 500] == [answer.status for answer in answers]
    assert [] == [fault for a in answers for fault in faults(whole, "GET", path, a)]
    assert {str(a.status) for a in answers} == set(operation_of(whole, "GET", path)["responses"])
