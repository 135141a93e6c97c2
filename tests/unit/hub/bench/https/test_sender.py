"""A sending system keeps the order of a case and sends again what it is asked to."""

import asyncio
import contextlib
import ssl
from itertools import pairwise

import trustme

from hub.bench.https.sender import NS, Line, Message, Plan, shared_out
from hub.bench.https.wire import read, written

MESSAGES = tuple(Message(f"k-{n}", f"case-{n % 7}", "<a/>") for n in range(50))


def _plan(**changes: object) -> Plan:
    values = {"port": 1, "path": "/in", "ca": "", "token": "t", "connections": 3,
              "messages": MESSAGES}  # fmt: skip
    return Plan(**(values | changes))  # type: ignore[arg-type]  # a record of known fields


def test_a_case_stays_on_its_connection_and_in_its_order() -> None:
    parts = shared_out(_plan(), 0)

    assert 3 == len(parts)
    places = [{message.case_id for _, message in part} for part in parts]
    assert sum(len(cases) for cases in places) == len(set().union(*places))
    for part in parts:
        keys = [int(message.key[2:]) for _, message in part]
        assert sorted(keys) == keys
    assert {0} == {due for part in parts for due, _ in part}


def test_with_a_rate_every_message_has_its_time() -> None:
    parts = shared_out(_plan(rate=100.0), NS)
    due = sorted(due for part in parts for due, _ in part)

    assert NS == due[0]
    assert {NS // 100} == {b - a for a, b in pairwise(due)}


class Partner:
    """Answers each request with the next status; an empty one breaks off the connection."""

    def __init__(self, *statuses: str) -> None:
        self.statuses = iter(statuses)
        self.seen: list[str] = []
        self.ended: asyncio.Queue[None] = asyncio.Queue()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(EOFError):
            while True:
                request = await read(reader)
                self.seen.append(request.headers["idempotency-key"])
                if not (status := next(self.statuses)):
                    break
                writer.write(written(f"HTTP/1.1 {status} .", {"Retry-After": "0"}))
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        self.ended.put_nowait(None)


async def test_what_is_refused_for_now_or_breaks_off_is_sent_again() -> None:
    ca, partner = trustme.CA(), Partner("503", "", "202", "422")
    server_tls, client_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    ca.issue_cert("127.0.0.1").configure_cert(server_tls)
    ca.configure_trust(client_tls)
    async with await asyncio.start_server(partner.serve, "127.0.0.1", 0, ssl=server_tls) as server:
        line = Line(_plan(port=server.sockets[0].getsockname()[1]), client_tls)
        await line.post_all([(0, MESSAGES[0]), (0, MESSAGES[1])])
        for _ in range(2):
            await partner.ended.get()

    assert ["k-0", "k-0", "k-0", "k-1"] == partner.seen
    assert [("k-0", 202, 3), ("k-1", 422, 1)] == [(s.key, s.status, s.tries) for s in line.sent]
