"""A receiving system: takes receipts over HTTPS with a client certificate and notes each.

``python -m hub.bench.https.receiver PORT FOLDER CA BOOK`` with ``cert.pem`` and ``key.pem`` in the
folder. It remembers the keys of deliveries and answers a repetition like the first time; each
request adds one line to the book.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from hub.bench.https.wire import Exchanged, read, written
from hub.bench.receipts import element

BACKLOG = 512


class Received(Struct, frozen=True):
    """One receipt as it came; the time in nanoseconds of the machine's monotonic clock."""

    at_ns: int
    key: str
    """``Idempotency-Key`` of the delivery."""
    repeated: bool
    number: str
    """The sender's number of the message (*Bezugsnummer*)."""
    result: str
    """*Ergebnis*."""


@dataclass
class Receiver:
    """Takes receipts."""

    book: BinaryIO
    seen: set[str] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        try:
            while True:
                request = await read(reader)
                self.note(request)
                writer.write(written("HTTP/1.1 200 OK", {}))
                await writer.drain()
        except (OSError, EOFError):
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def note(self, request: Exchanged) -> None:
        """Add a line to the book; only then may the request be answered."""
        key, text = request.headers.get("idempotency-key", ""), request.body.decode()
        received = Received(
            time.monotonic_ns(), key, key in self.seen,
            element(text, "bezugsnummer"), element(text, "ergebnis"),
        )  # fmt: skip
        self.seen.add(key)
        self.book.write(msgspec.json.encode(received) + b"\n")


def read_book(path: Path) -> list[Received]:
    """Return what was noted so far; a line in the middle of being written is left out."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [msgspec.json.decode(line, type=Received) for line in lines]


def _context(folder: Path, ca: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    context.load_verify_locations(ca)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def serve(port: int, context: ssl.SSLContext, book: BinaryIO) -> None:
    """Serve until the process is ended."""
    server = await asyncio.start_server(
        Receiver(book).serve, "127.0.0.1", port, ssl=context, backlog=BACKLOG
    )
    async with server:
        await server.serve_forever()


def main(arguments: Sequence[str]) -> None:
    """Open the book and serve."""
    port, folder, ca, book = arguments
    with Path(book).open("ab", buffering=0) as file:
        asyncio.run(serve(int(port), _context(Path(folder), ca), file))


if __name__ == "__main__":
    main(sys.argv[1:])
