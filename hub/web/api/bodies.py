"""Taking a body in: announced size and type first, then its bytes, counted and on time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from email.message import Message as Headers

from aiohttp import ClientError, web

from hub.core.settings import Intake
from hub.web.api.problems import Problem

_NAMES = {
    "application/xml": "nachricht.xml",
    "text/xml": "nachricht.xml",
    "text/csv": "nachricht.csv",
    "text/plain": "nachricht.txt",
}
"""Names of messages whose sender gave none."""

LONGEST_NAME = 255


def demand_fit(request: web.Request, rules: Intake) -> None:
    """Look at what the request says of its body, before a byte of it is read.

    Raises:
        Problem: too large, packed, or of a type nobody agreed on.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem("content_encoded")
    if media_type_of(request) not in rules.media_types:
        raise Problem("media_type_unsupported", members={"media_types": list(rules.media_types)})
    if request.content_length is not None and request.content_length > rules.max_bytes:
        raise _too_large(rules)


def media_type_of(request: web.Request) -> str:
    """Return the type as it was sent; what is none is not taken for another."""
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


async def invite(request: web.Request) -> None:
    """Tell a sender who asks first (``Expect: 100-continue``) that the body may come."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # The interim answer must not count as the beginning of the real one.
        request.writer.output_size = 0


async def chunks_of(request: web.Request, rules: Intake) -> AsyncIterator[bytes]:
    """Yield the body as it comes.

    Raises:
        Problem: it grows beyond the limit, comes too slowly or breaks off.
    """
    started, received = asyncio.get_running_loop().time(), 0
    while True:
        chunk = await _next(request, started + rules.grace_s + received / rules.slowest_bytes_s)
        if not chunk:
            return
        received += len(chunk)
        if received > rules.max_bytes:
            raise _too_large(rules)
        yield chunk
        if request.content.at_eof():
            return


async def _next(request: web.Request, deadline: float) -> bytes:
    try:
        async with asyncio.timeout_at(deadline):
            chunk: bytes = await request.content.readany()
            return chunk
    except TimeoutError as exc:
        raise Problem("body_too_slow") from exc
    except (ClientError, ConnectionError, web.RequestPayloadError) as exc:
        raise Problem("body_incomplete") from exc


def name_of(request: web.Request) -> str:
    """Return the sender's name of the message: metadata, never a path and never a key."""
    given = ""
    if "Content-Disposition" in request.headers:
        said = Headers()
        said["Content-Disposition"] = request.headers["Content-Disposition"]
        given = "".join(c for c in said.get_filename() or "" if c.isprintable())
    return given[:LONGEST_NAME] or _NAMES.get(media_type_of(request), "nachricht")


def _too_large(rules: Intake) -> Problem:
    return Problem("body_too_large", members={"max_bytes": rules.max_bytes})
