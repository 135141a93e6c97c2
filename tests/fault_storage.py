"""A proxy before a real S3 server that fails on demand, before and after storing.

Requests are forwarded byte for byte, so that signatures stay valid; the server behind is real,
and what it stored is the truth the judges look at.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Request:
    """A request as it came in."""

    head: bytes
    body: bytes

    @property
    def method(self) -> str:
        return self.head.partition(b" ")[0].decode()


class FaultStorage:
    """Serves one address before a server; ``faults`` gives the behaviour for each request."""

    def __init__(self, endpoint: str, faults: Iterator[str]) -> None:
        self._host, _, port = endpoint.partition(":")
        self._port = int(port)
        self.faults = faults
        self.played: Counter[str] = Counter()
        self._open: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve, and yield the endpoint to use instead."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for writer in self._open.values():
                writer.transport.abort()
            await asyncio.gather(*self._open)
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._exchange(reader, writer):
                pass
        del self._open[task]
        with contextlib.suppress(ConnectionError):
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request and tell whether the connection stays."""
        head = await reader.readuntil(b"\r\n\r\n")
        fault = next(self.faults)
        if fault == "broken_off" and head.startswith(b"PUT"):
            self.played[fault] += 1
            half = await reader.readexactly(_length(head) // 2)
            await self._forward_half(head, half)
            return _reset(writer)
        request = Request(head, await reader.readexactly(_length(head)))
        act = _ACTS.get(fault)
        if act is None or not _fits(fault, request.method):
            return await _pass(writer, *await self.forward(request))
        self.played[fault] += 1
        return await act(self, request, writer)

    async def forward(self, request: Request) -> tuple[bytes, bytes]:
        """Let the server answer and return head and body."""
        there, back = await asyncio.open_connection(self._host, self._port)
        try:
            back.write(request.head + request.body)
            await back.drain()
            head = await there.readuntil(b"\r\n\r\n")
            if request.method == "HEAD" or b" 204 " in head[:20]:
                return head, b""
            if b"chunked" in head.lower():
                body = await there.readuntil(b"0\r\n\r\n")
                return head, body
            return head, await there.readexactly(_length(head))
        finally:
            back.close()

    async def _forward_half(self, head: bytes, half: bytes) -> None:
        """Let the server see the beginning of a body, and then nothing more."""
        _, back = await asyncio.open_connection(self._host, self._port)
        back.write(head + half)
        await back.drain()
        _reset(back)


def _length(head: bytes) -> int:
    fields = head.lower().split(b"\r\n")
    return next((int(f.split(b":")[1]) for f in fields if f.startswith(b"content-length:")), 0)


def _fits(fault: str, method: str) -> bool:
    """Tell whether a fault says anything about such a request."""
    return method == {"lost_answer": "PUT", "failed_after": "PUT", "stored_twice": "PUT",
                      "cut_off": "GET", "wrong_bytes": "GET"}.get(fault, method)  # fmt: skip


def _reset(writer: asyncio.StreamWriter) -> bool:
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
    return False


async def _pass(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> bool:
    writer.write(head + body)
    await writer.drain()
    return b"connection: close" not in head.lower()


async def _say(writer: asyncio.StreamWriter, status: str, code: str) -> bool:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return await _pass(writer, head.encode(), body)


def _saying(status: str, code: str) -> _Act:
    async def act(_: FaultStorage, request: Request, writer: asyncio.StreamWriter) -> bool:
        if request.method == "HEAD":
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
            return True
        return await _say(writer, status, code)

    return act


async def _away(_: FaultStorage, request: Request, writer: asyncio.StreamWriter) -> bool:
    return _reset(writer)


async def _lost_answer(
    storage: FaultStorage, request: Request, writer: asyncio.StreamWriter
) -> bool:
    await storage.forward(request)
    return _reset(writer)


async def _failed_after(
    storage: FaultStorage, request: Request, writer: asyncio.StreamWriter
) -> bool:
    await storage.forward(request)
    return await _say(writer, "500 Internal Server Error", "InternalError")


async def _stored_twice(
    storage: FaultStorage, request: Request, writer: asyncio.StreamWriter
) -> bool:
    await storage.forward(request)
    return await _pass(writer, *await storage.forward(request))


async def _cut_off(storage: FaultStorage, request: Request, writer: asyncio.StreamWriter) -> bool:
    head, body = await storage.forward(request)
    writer.write(head + body[: len(body) // 2])
    await writer.drain()
    return False


async def _wrong_bytes(
    storage: FaultStorage, request: Request, writer: asyncio.StreamWriter
) -> bool:
    head, body = await storage.forward(request)
    if b" 200 " in head[:20] and b"xml" not in head.lower().partition(b"content-type:")[2][:30]:
        body = body[:-1] + bytes([body[-1] ^ 1]) if body else body
    return await _pass(writer, head, body)


async def _slow(storage: FaultStorage, request: Request, writer: asyncio.StreamWriter) -> bool:
    head, body = await storage.forward(request)
    answer = head + body
    for start in range(0, len(answer), 512):
        writer.write(answer[start : start + 512])
        await writer.drain()
        await asyncio.sleep(0.001)
    return True


async def _garbage(_: FaultStorage, request: Request, writer: asyncio.StreamWriter) -> bool:
    writer.write(b"220 mail.example ESMTP\r\n\r\n\x00\xff")
    await writer.drain()
    return False


_Act = Callable[[FaultStorage, Request, asyncio.StreamWriter], Awaitable[bool]]
_ACTS: dict[str, _Act] = {
    "away": _away,
    "failed_before": _saying("500 Internal Server Error", "InternalError"),
    "throttled": _saying("503 Slow Down", "SlowDown"),
    "lost_answer": _lost_answer,
    "failed_after": _failed_after,
    "stored_twice": _stored_twice,
    "slow": _slow,
    "cut_off": _cut_off,
    "wrong_bytes": _wrong_bytes,
    "garbage": _garbage,
    "keys_changed": _saying("403 Forbidden", "InvalidAccessKeyId"),
    "bucket_gone": _saying("404 Not Found", "NoSuchBucket"),
}
FAULTS = ("broken_off", *_ACTS)
"""Every way this storage can fail."""
