"""A sending system: posts planned messages over a few kept connections and notes the times.

``python -m hub.bench.https.sender PLAN RESULT``. A connection carries whole cases, one request
after the other, so that nothing overtakes within a case. With a rate each message has its time;
what it waits for a connection then counts as waiting (no coordinated omission).
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.bench.https.wire import Exchanged, read, written

AGAIN = frozenset({408, 409, 429, 500, 503})
"""The hub asks to send the same again, under the same key."""
TRIES_MAX = 200
LONGEST_PAUSE_S = 5.0
NS = 1_000_000_000


class Message(Struct, frozen=True):
    """What is posted once."""

    key: str
    """``Idempotency-Key``."""
    case_id: str
    body: str


class Plan(Struct, frozen=True):
    """What a sending system is to do."""

    port: int
    path: str
    ca: str
    """File with the CA of the hub's certificate."""
    token: str
    connections: int
    messages: tuple[Message, ...]
    rate: float = 0.0
    """Messages per second; 0: as fast as they are taken."""


class Sent(Struct, frozen=True):
    """What became of one post; times in nanoseconds of the machine's monotonic clock."""

    key: str
    due_ns: int
    """When it was to be sent; without a rate when its connection was free."""
    answered_ns: int
    status: int
    tries: int


@dataclass
class Line:
    """One kept connection; opened again when it breaks."""

    plan: Plan
    context: ssl.SSLContext
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    sent: list[Sent] = field(default_factory=list)

    async def post_all(self, messages: Sequence[tuple[int, Message]]) -> None:
        """Post one after the other, each not before its time (0: at once)."""
        for due_ns, message in messages:
            now_ns = time.monotonic_ns()
            if due_ns > now_ns:
                await asyncio.sleep((due_ns - now_ns) / NS)
            await self._post(due_ns or now_ns, message)
        await self._hang_up()

    async def _post(self, due_ns: int, message: Message) -> None:
        request = self._request(message)
        status, tries = 0, 0
        while tries < TRIES_MAX:
            tries += 1
            try:
                answer = await self._exchange(request)
            except (OSError, EOFError):
                await self._hang_up()
                await asyncio.sleep(min(0.05 * tries, LONGEST_PAUSE_S))
                continue
            status = answer.status
            if status not in AGAIN:
                break
            await asyncio.sleep(_pause_s(answer.headers))
        self.sent.append(Sent(message.key, due_ns, time.monotonic_ns(), status, tries))

    async def _exchange(self, request: bytes) -> Exchanged:
        if self.streams is None:
            self.streams = await asyncio.open_connection(
                "127.0.0.1", self.plan.port, ssl=self.context
            )
        reader, writer = self.streams
        writer.write(request)
        await writer.drain()
        return await read(reader)

    async def _hang_up(self) -> None:
        if self.streams is None:
            return
        (_, writer), self.streams = self.streams, None
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def _request(self, message: Message) -> bytes:
        headers = {
            "Host": f"127.0.0.1:{self.plan.port}",
            "Authorization": f"Bearer {self.plan.token}",
            "Content-Type": "application/xml",
            "Idempotency-Key": message.key,
        }
        return written(f"POST {self.plan.path} HTTP/1.1", headers, message.body.encode())


def _pause_s(headers: Mapping[str, str]) -> float:
    wished = headers.get("retry-after", "1")
    return min(float(wished) if wished.isdigit() else 1.0, LONGEST_PAUSE_S)


def shared_out(plan: Plan, start_ns: int) -> list[list[tuple[int, Message]]]:
    """Return for each connection its messages with their times; a case keeps its connection."""
    lines: list[list[tuple[int, Message]]] = [[] for _ in range(plan.connections)]
    places: dict[str, int] = {}
    for index, message in enumerate(plan.messages):
        place = places.setdefault(message.case_id, len(places) % plan.connections)
        due_ns = start_ns + int(index / plan.rate * NS) if plan.rate else 0
        lines[place].append((due_ns, message))
    return lines


async def send(plan: Plan) -> list[Sent]:
    """Post everything and return what became of it."""
    context = ssl.create_default_context(cafile=plan.ca)
    parts = shared_out(plan, time.monotonic_ns())
    lines = [Line(plan, context) for _ in parts]
    await asyncio.gather(*(line.post_all(part) for line, part in zip(lines, parts, strict=True)))
    return [one for line in lines for one in line.sent]


def main(arguments: Sequence[str]) -> None:
    """Read the plan, follow it, write the result."""
    plan = msgspec.json.decode(Path(arguments[0]).read_bytes(), type=Plan)
    sent = asyncio.run(send(plan))
    Path(arguments[1]).write_bytes(msgspec.json.encode(sent))


if __name__ == "__main__":
    main(sys.argv[1:])
