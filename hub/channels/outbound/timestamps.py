"""Asks a time stamp authority over HTTP (RFC 3161, section 3.4)."""

from __future__ import annotations

from http import HTTPStatus

import aiohttp

from hub.core.errors import Unavailable

_TIMEOUT_S = 20
_LARGEST = 64 * 1024


async def ask(url: str, query: bytes) -> bytes:
    """Return the authority's response; whoever uses it proves it.

    Raises:
        Unavailable: it does not answer, or not with a time stamp.
    """
    headers = {"Content-Type": "application/timestamp-query"}
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=query, headers=headers, allow_redirects=False) as answer,
        ):
            body = await answer.content.read(_LARGEST)
            if answer.status != HTTPStatus.OK:
                raise _silent(url)
            return body
    except (aiohttp.ClientError, TimeoutError, OSError) as exc:
        raise _silent(url) from exc


def _silent(url: str) -> Unavailable:
    return Unavailable(
        "timestamps_unavailable",
        "Der Zeitstempeldienst antwortet nicht.",
        place=url,
        remedy="Adresse und Netz prüfen; der nächste Versuch folgt von selbst.",
    )
