"""Taking a body in: announced size and type first, then its bytes, counted and on time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

from aiohttp import ClientError, web

from hub.core.settings import Intake
from hub.web.api.parameters import file_name, parsed
from hub.web.api.problems import Problem

UNIT = "multipart/form-data"
"""A message with its attachments; everything else is a message alone."""

_NAMES = {
    "application/xml": "nachricht.xml",
    "text/xml": "nachricht.xml",
    "text/csv": "nachricht.csv",
    "text/plain": "nachricht.txt",
}
"""Names of messages whose sender gave none."""

LONGEST_NAME = 255
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
"""What may stand between the parts of a multipart body (RFC 2046, 5.1.1)."""


def demand_fit(request: web.Request, rules: Intake) -> None:
    """Look at what the request says of its body, before a byte of it is read.

    Raises:
        Problem: too large, packed, or of a type nobody agreed on.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem("content_encoded")
    if is_unit(request) and rules.max_attachments:
        boundary_of(request)
    else:
        demand_type(media_type_of(request), rules)
    limit = _limit(request, rules)
    if request.content_length is not None and request.content_length > limit:
        raise _too_large(limit)


def demand_type(media_type: str, rules: Intake) -> None:
    """See that messages of this type were agreed on.

    Raises:
        Problem: they were not.
    """
    if media_type not in rules.media_types:
        units = (UNIT,) if rules.max_attachments else ()
        agreed = [*rules.media_types, *units]
        raise Problem("media_type_unsupported", members={"media_types": agreed})


def is_unit(request: web.Request) -> bool:
    """Tell whether attachments may come with the message."""
    return media_type_of(request) == UNIT


def boundary_of(request: web.Request) -> bytes:
    """Return what stands between the parts of a unit.

    Raises:
        Problem: the request does not say it properly.
    """
    try:
        _, parameters = parsed(request.headers["Content-Type"])
    except ValueError as exc:
        raise Problem("multipart_invalid") from exc
    boundary = parameters.get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise Problem("multipart_invalid")
    return boundary.encode()


def _limit(request: web.Request, rules: Intake) -> int:
    return rules.max_unit_bytes if is_unit(request) else rules.max_bytes


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
    limit = _limit(request, rules)
    while True:
        chunk = await _next(request, started + rules.grace_s + received / rules.slowest_bytes_s)
        if not chunk:
            return
        received += len(chunk)
        if received > limit:
            raise _too_large(limit)
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
    try:
        _, parameters = parsed(request.headers.get("Content-Disposition", ""))
        given = file_name(parameters)
    except ValueError:
        given = ""
    return name_for(given, media_type_of(request))


def name_for(given: str, media_type: str) -> str:
    """Return a name fit to be shown; one after its type for a message without name."""
    printable = "".join(c for c in given if c.isprintable())
    return printable[:LONGEST_NAME] or _NAMES.get(media_type, "nachricht")


def _too_large(limit: int) -> Problem:
    return Problem("body_too_large", members={"max_bytes": limit})
