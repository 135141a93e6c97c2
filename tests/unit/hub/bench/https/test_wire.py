"""What one side writes the other reads, and half of it is nothing."""

import asyncio

import pytest

from hub.bench.https.wire import read, written


async def _reader(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return reader


async def test_two_requests_on_one_connection_are_told_apart() -> None:
    first = written("POST /a HTTP/1.1", {"Idempotency-Key": "k-1"}, "<ä/>".encode())
    reader = await _reader(first + written("HTTP/1.1 202 Accepted", {}))

    request, answer = await read(reader), await read(reader)
    assert ("POST /a HTTP/1.1", "k-1", "<ä/>".encode()) == (
        request.first_line, request.headers["idempotency-key"], request.body,
    )  # fmt: skip
    assert (202, b"") == (answer.status, answer.body)


async def test_a_broken_off_body_is_no_request() -> None:
    whole = written("POST /a HTTP/1.1", {}, b"<abc/>")

    with pytest.raises(EOFError):
        await read(await _reader(whole[:-1]))
