"""What is refused before it is read, what is cut off while it comes, and what that costs."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.core.settings import Limits
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from tests.door import MESSAGES, SERVER_CA, XML, Answer, DoorStep, open_door, until

BODY = drops.case_data(MUSTERSTADT.xml[1], MUSTERSTADT)
HEAD = f"POST {MESSAGES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t-1\r\n"
FIT = HEAD + f"Content-Type: {XML}\r\nIdempotency-Key: k\r\n"


class Wire:
    """A connection on which a test says what no client library would."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, step: DoorStep) -> "Wire":
        context = ssl.create_default_context()
        SERVER_CA.configure_trust(context)
        reader, writer = await asyncio.open_connection("localhost", step.listener.port, ssl=context)
        step.wires.append(writer)
        return cls(reader, writer)

    async def say(self, *pieces: str | bytes) -> None:
        for piece in pieces:
            self._writer.write(piece.encode() if isinstance(piece, str) else piece)
            await self._writer.drain()

    async def hear(self) -> Answer:
        """Return the next answer."""
        head = (await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), 20)).decode()
        status = int(head.split(" ")[1])
        headers = dict(re.findall(r"^([\w-]+): (.*?)\r$", head, re.MULTILINE))
        length = int(headers.get("Content-Length", 0))
        return Answer(status, headers, await self._reader.readexactly(length))

    async def ends(self) -> bool:
        """Tell whether the door has closed the connection, at the latest in twenty seconds."""
        try:
            return await asyncio.wait_for(self._reader.read(), 20) is not None
        except ConnectionError:
            return True

    def close(self) -> None:
        self._writer.close()


@pytest.fixture
async def step(tmp_path: Path) -> AsyncIterator[DoorStep]:
    async with open_door(tmp_path, max_bytes=10_000) as step:
        yield step


async def test_a_body_that_is_announced_too_large_is_never_invited(step: DoorStep):
    await step.with_token()
    wire = await Wire.to(step)
    await wire.say(FIT, "Content-Length: 1000000000\r\nExpect: 100-continue\r\n\r\n")
    answer = await wire.hear()

    assert (413, "body_too_large", "close") == (
        answer.status, answer.code, answer.headers["Connection"],
    )  # fmt: skip
    assert await wire.ends()


async def test_a_body_that_fits_is_invited_and_taken(step: DoorStep):
    await step.with_token()
    wire = await Wire.to(step)
    await wire.say(FIT, f"Content-Length: {len(BODY)}\r\nExpect: 100-continue\r\n\r\n")
    invited = await wire.hear()
    await wire.say(BODY)
    answer = await wire.hear()

    assert (100, 202) == (invited.status, answer.status)


async def test_nobody_unknown_is_invited(step: DoorStep):
    wire = await Wire.to(step)
    await wire.say(FIT, "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n")

    assert 401 == (await wire.hear()).status


async def test_a_body_of_unknown_size_is_counted(step: DoorStep):
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield bytes(1000)

    answer = await (await step.with_token()).post(endless())

    assert (413, 10_000) == (answer.status, answer.json["max_bytes"])
    assert [] == await step.world.messages()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, identity"])
async def test_packed_bodies_are_refused_unread(step: DoorStep, encoding: str):
    answer = await (await step.with_token()).post(BODY, headers={"Content-Encoding": encoding})

    assert (415, "content_encoded") == (answer.status, answer.code)


@pytest.mark.parametrize("kind", ["application/pdf", "text/html", "nonsense", ""])
async def test_types_nobody_agreed_on_are_refused_unread(step: DoorStep, kind: str):
    answer = await (await step.with_token()).post(BODY, headers={"Content-Type": kind})

    assert (415, "media_type_unsupported") == (answer.status, answer.code)


@pytest.mark.parametrize("key", ["", "x" * 201, "zwei Worte", "Schlüssel"])
async def test_keys_that_are_none_are_refused_unread(step: DoorStep, key: str):
    await step.with_token()
    wire = await Wire.to(step)
    await wire.say(HEAD, f"Content-Type: {XML}\r\nIdempotency-Key: {key}\r\n")
    await wire.say(f"Content-Length: {len(BODY)}\r\n\r\n", BODY)
    answer = await wire.hear()

    assert (400, "idempotency_key_invalid") == (answer.status, answer.code)


async def test_a_full_house_takes_nothing_until_it_has_room(tmp_path: Path):
    house = {"limits": Limits(backlog_messages=5)}
    async with open_door(tmp_path, house=house) as step:
        sender = await step.with_token()
        taken = [await sender.post(BODY + b" " * n, key=f"k-{n}") for n in range(5)]
        step.world.clock.advance(2)
        wire = await Wire.to(step)
        await wire.say(FIT, "Content-Length: 1000000\r\nExpect: 100-continue\r\n\r\n")
        refused = await wire.hear()
        await step.world.change("UPDATE message SET state = 'routed' WHERE state = 'received'")
        step.world.clock.advance(2)
        again = await sender.post(BODY, key="k-new")

    assert [202] * 5 == [answer.status for answer in taken]
    assert (503, "backlog_full") == (refused.status, refused.code)
    assert int(refused.headers["Retry-After"]) > 0
    assert 202 == again.status


async def test_a_house_that_starts_or_ends_takes_nothing_in_and_keeps_nobody(step: DoorStep):
    sender = await step.with_token()
    waiting = asyncio.create_task(sender.post(BODY, headers={"Prefer": "wait=30"}))
    await until(lambda: step.door.turnstile.inside == 1)
    step.door.shut.set()
    told, refused = await waiting, await sender.post(BODY, key="k-2")
    step.door.shut.clear()
    taken = await sender.post(BODY, key="k-2")

    assert (202, 503, "door_shut", 202) == (
        told.status, refused.status, refused.code, taken.status,
    )  # fmt: skip
    assert int(refused.headers["Retry-After"]) > 0


async def test_what_is_in_the_way_is_logged_once_a_minute_and_without_a_trace(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    house = {"limits": Limits(backlog_messages=1)}
    async with open_door(tmp_path, house=house) as step:
        sender = await step.with_token()
        await sender.post(BODY, key="k-0")
        said = []
        for number, seconds in enumerate((2, 2, 60)):
            step.world.clock.advance(seconds)
            await sender.post(BODY + b" ", key=f"k-{number + 1}")
            found = [one for one in caplog.records if one.message == "requests_turned_away"]
            said.append(len(found))

    assert [1, 1, 2] == said
    assert {"backlog_full"} == {vars(one)["code"] for one in found}
    assert [None, None] == [one.exc_info for one in found]


async def test_a_door_not_open_yet_is_nothing_to_log_but_one_that_stays_shut_is(
    step: DoorStep, caplog: pytest.LogCaptureFixture
):
    sender = await step.with_token()
    step.door.close()
    logged = []
    for seconds in (0, 60, 120, 1):
        step.world.clock.advance(seconds)
        await sender.post(BODY, key=f"k-{seconds}")
        logged.append(_said(caplog))

    assert [0, 0, 1, 1] == logged


async def test_a_door_that_was_open_is_logged_once_each_time_it_shuts(
    step: DoorStep, caplog: pytest.LogCaptureFixture
):
    sender = await step.with_token()
    logged = []
    for key in ("a", "b"):
        step.door.open()
        step.door.close()
        for _ in range(2):
            await sender.post(BODY, key=key)
            logged.append(_said(caplog))

    assert [1, 1, 2, 2] == logged


def _said(caplog: pytest.LogCaptureFixture) -> int:
    return [record.message for record in caplog.records].count("door_shut")


@pytest.mark.parametrize(("rule", "status"), [("per_sender", 429), ("at_once", 503)])
async def test_too_many_at_once_are_sent_away(tmp_path: Path, rule: str, status: int):
    async with open_door(tmp_path, **{rule: 1}) as step:
        sender = await step.with_token()
        wire = await Wire.to(step)
        await wire.say(FIT, f"Content-Length: {len(BODY)}\r\n\r\n", BODY[:1])
        await until(lambda: step.door.turnstile.inside == 1)
        refused = await sender.post(BODY, key="another")
        await wire.say(BODY[1:])
        taken = await wire.hear()
        again = await sender.post(BODY, key="another")

    assert (status, 202, 202) == (refused.status, taken.status, again.status)


async def test_a_body_that_trickles_is_cut_off(tmp_path: Path):
    async with open_door(tmp_path, grace_s=0.5) as step:
        await step.with_token()
        wire = await Wire.to(step)
        await wire.say(FIT, "Content-Length: 100000\r\n\r\n", b"<")
        answer = await wire.hear()

        assert (408, "body_too_slow") == (answer.status, answer.code)
        assert await wire.ends()
        assert 0 == step.door.turnstile.inside


async def test_a_slow_body_that_keeps_its_pace_is_taken(tmp_path: Path):
    async with open_door(tmp_path, grace_s=0.2, slowest_bytes_s=2000) as step:
        sender = await step.with_token()

        async def steadily() -> AsyncIterator[bytes]:
            for start in range(0, len(BODY), 400):
                await asyncio.sleep(0.05)
                yield BODY[start : start + 400]

        answer = await sender.post(steadily())

    assert 202 == answer.status


async def test_a_body_that_breaks_off_leaves_nothing(step: DoorStep):
    await step.with_token()
    wire = await Wire.to(step)
    await wire.say(FIT, "Content-Length: 5000\r\n\r\n", BODY[:100])
    await until(lambda: step.door.turnstile.inside == 1)
    wire.close()
    await until(lambda: step.door.turnstile.inside == 0)

    assert [] == await step.world.messages()


@pytest.mark.parametrize("said", ["", HEAD, "P"])
async def test_headers_that_never_end_are_cut_off(tmp_path: Path, said: str):
    async with open_door(tmp_path, idle_s=0.3) as step:
        wire = await Wire.to(step)
        await wire.say(said)

        assert await wire.ends()


@pytest.mark.parametrize(
    "said",
    [
        "NONSENSE\r\n\r\n",
        f"GET /{'x' * 10_000} HTTP/1.1\r\n\r\n",
        f"GET / HTTP/1.1\r\nX: {'x' * 20_000}\r\n\r\n",
        "GET / HTTP/1.1\r\n" + "".join(f"X-{n}: y\r\n" for n in range(10_000)) + "\r\n",
        FIT + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        FIT + "Content-Length: -1\r\n\r\n",
    ],
    ids=["no HTTP", "long line", "long header", "many headers", "two lengths", "negative"],
)
async def test_what_is_no_request_has_an_answer_of_the_same_shape(step: DoorStep, said: str):
    wire = await Wire.to(step)
    await wire.say(said)
    answer = await wire.hear()

    assert (400, "request_invalid", "application/problem+json") == (
        answer.status, answer.code, answer.headers["Content-Type"].partition(";")[0],
    )  # fmt: skip
    assert await wire.ends()


async def test_connections_beyond_the_allowance_are_closed(tmp_path: Path):
    async with open_door(tmp_path, connections=1) as step:
        first = await Wire.to(step)
        await first.say("GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
        told = await first.hear()
        second = await Wire.to(step)

        assert 200 == told.status
        assert await second.ends()
