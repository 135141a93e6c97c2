"""The little HTTP/1.1 that sender and receiver of a benchmark need, at little cost.

What they spend the hub cannot have: both run on the machine they measure.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One request or one answer."""

    first_line: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def status(self) -> int:
        """Of an answer."""
        return int(self.first_line.split(" ", 2)[1])


async def read(reader: asyncio.StreamReader) -> Exchanged:
    """Read one request or answer whose length is announced.

    Raises:
        EOFError: the connection ended before its end.
    """
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first_line, *lines = head.split("\r\n")
    fields = (line.partition(":") for line in lines if line)
    headers = {name.lower(): value.strip() for name, _, value in fields}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Exchanged(first_line, headers, body)


def written(first_line: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """Return the bytes of a request or an answer."""
    lines = [first_line, *(f"{name}: {value}" for name, value in headers.items())]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
