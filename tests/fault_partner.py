"""A partner over HTTPS that behaves badly on demand, and keeps a book of what it really did.

The book is the oracle: how often each delivery had an effect, and in which order. What the
partner *says* is something else; that is what the faults are about.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trustme
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hub.certificates.chains import read_certificates
from hub.certificates.tls import client_context

FAULTS = (
    "good", "answers_twice", "silent_after", "silent_before", "garbage_after", "reset_after",
    "reset_before", "half_close_after", "slow_body", "too_many", "closed", "failed_before",
    "failed_after", "no_handshake", "breaks_off_in_head",
)  # fmt: skip
"""Every way this partner can behave; ``…_after``: the delivery took effect all the same."""

_EFFECT = frozenset(
    {"good", "answers_twice", "silent_after", "garbage_after", "reset_after", "half_close_after",
     "slow_body", "failed_after", "breaks_off_in_head"}
)  # fmt: skip


@dataclass
class Book:
    """What the partner really did."""

    effects: Counter[str] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)
    """Deliveries in the order of their first effect."""
    requests: Counter[str] = field(default_factory=Counter)
    inquiries: Counter[str] = field(default_factory=Counter)

    def take_effect(self, key: str) -> None:
        if not self.effects[key]:
            self.order.append(key)
        self.effects[key] += 1


class FaultPartner:
    """Serves one address; ``faults`` gives the behaviour for each request in turn."""

    def __init__(self, faults: Iterator[str], *, recognises: bool) -> None:
        """``recognises``: whether a repetition under the same key has no second effect."""
        self.book = Book()
        self.faults = faults
        self.recognises = recognises
        self.ca = trustme.CA()
        self._hold = asyncio.Event()

    def client_context(self) -> ssl.SSLContext:
        """Return the TLS context of an office this partner knows."""
        leaf = self.ca.issue_cert("office.example")
        chain = b"".join(part.bytes() for part in leaf.cert_chain_pems)
        anchors = read_certificates(self.ca.cert_pem.bytes())
        key = load_pem_private_key(leaf.private_key_pem.bytes(), None)
        return client_context(key, chain, anchors)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve, and yield the address."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert("localhost").configure_cert(context)
        self.ca.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        try:
            yield f"https://localhost:{port}/in"
        finally:
            self._hold.set()
            server.close()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            while await self._exchange(reader, writer):
                pass
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request and tell whether the connection stays."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = dict(
            line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line
        )
        await reader.readexactly(int(fields.get("content-length", 0)))
        key = fields["idempotency-key"]
        if head.startswith("GET"):
            return await self._inform(key, writer)
        fault = next(self.faults)
        self.book.requests[key] += 1
        if fault in _EFFECT and not (self.recognises and self.book.effects[key]):
            self.book.take_effect(key)
        return await _ACTS[fault](self, writer, key)

    async def _inform(self, key: str, writer: asyncio.StreamWriter) -> bool:
        self.book.inquiries[key] += 1
        status = "200 OK" if self.book.effects[key] else "404 Not Found"
        return await _say(writer, status, f"Idempotency-Key: {key}", body=_answer(key))

    async def _good(self, writer: asyncio.StreamWriter, key: str) -> bool:
        return await _say(writer, "200 OK", body=_answer(key))

    async def _answers_twice(self, writer: asyncio.StreamWriter, key: str) -> bool:
        await _say(writer, "200 OK", body=_answer(key))
        return await _say(writer, "200 OK", body=_answer(key))

    async def _silent(self, writer: asyncio.StreamWriter, key: str) -> bool:
        await self._hold.wait()
        return False

    async def _garbage(self, writer: asyncio.StreamWriter, key: str) -> bool:
        writer.write(b"220 mail.example ESMTP\r\n\r\n\x00\xff")
        await writer.drain()
        return False

    async def _reset(self, writer: asyncio.StreamWriter, key: str) -> bool:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
        return False

    async def _half_close(self, writer: asyncio.StreamWriter, key: str) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<half")
        await writer.drain()
        return False

    async def _breaks_off_in_head(self, writer: asyncio.StreamWriter, key: str) -> bool:
        writer.write(b"HTTP/1.1 20")
        await writer.drain()
        return False

    async def _slow_body(self, writer: asyncio.StreamWriter, key: str) -> bool:
        body = _answer(key)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        for byte in body:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)
        return True

    async def _too_many(self, writer: asyncio.StreamWriter, key: str) -> bool:
        return await _say(writer, "429 Too Many Requests", "Retry-After: 3")

    async def _closed(self, writer: asyncio.StreamWriter, key: str) -> bool:
        headers = ("Date: Sun, 22 Nov 2026 10:00:00 GMT",
                   "Retry-After: Sun, 22 Nov 2026 10:00:05 GMT")  # fmt: skip
        return await _say(writer, "503 Service Unavailable", *headers)

    async def _failed(self, writer: asyncio.StreamWriter, key: str) -> bool:
        return await _say(writer, "500 Internal Server Error")

    async def _no_handshake(self, writer: asyncio.StreamWriter, key: str) -> bool:
        """End every connection, so that the next one has to be made anew."""
        await _say(writer, "503 Service Unavailable")
        return False


def _answer(key: str) -> bytes:
    return f"<antwort>{key}</antwort>".encode()


async def _say(writer: asyncio.StreamWriter, status: str, *headers: str, body: bytes = b"") -> bool:
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
    writer.write("\r\n".join(lines).encode() + body)
    await writer.drain()
    return True


_Act = Callable[[FaultPartner, asyncio.StreamWriter, str], Awaitable[bool]]
_ACTS: dict[str, _Act] = {
    "good": FaultPartner._good,
    "answers_twice": FaultPartner._answers_twice,
    "silent_after": FaultPartner._silent,
    "silent_before": FaultPartner._silent,
    "garbage_after": FaultPartner._garbage,
    "reset_after": FaultPartner._reset,
    "reset_before": FaultPartner._reset,
    "half_close_after": FaultPartner._half_close,
    "breaks_off_in_head": FaultPartner._breaks_off_in_head,
    "slow_body": FaultPartner._slow_body,
    "too_many": FaultPartner._too_many,
    "closed": FaultPartner._closed,
    "failed_before": FaultPartner._failed,
    "failed_after": FaultPartner._failed,
    "no_handshake": FaultPartner._no_handshake,
}


class FaultProxy:
    """A TCP proxy before a partner that spoils connections before any byte of a request.

    ``spoils`` says for each new connection whether it is spoilt: every second spoilt one is
    reset at once, the other gets bytes that are no TLS.
    """

    def __init__(self, spoils: Iterator[bool]) -> None:
        self.spoils = spoils
        self.spoilt = 0

    @asynccontextmanager
    async def before(self, url: str) -> AsyncIterator[str]:
        """Serve before the address, and yield the address to use instead."""
        port = int(url.split(":")[2].split("/", maxsplit=1)[0])

        async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if next(self.spoils):
                self.spoilt += 1
                if self.spoilt % 2:
                    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
                    await writer.drain()
                writer.transport.abort()
                return
            there, back = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_pump(reader, back), _pump(there, writer))

        server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
        own = server.sockets[0].getsockname()[1]
        try:
            yield url.replace(f":{port}/", f":{own}/")
        finally:
            server.close()
            await server.wait_closed()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(ConnectionError, OSError):
        writer.close()
