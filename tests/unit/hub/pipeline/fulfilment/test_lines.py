"""Inquiring about an earlier delivery: what is believed, and what is asked again later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from hub.channels.outbound.https import HttpsDoor
from hub.core.clock import FixedClock
from hub.core.errors import HubError, Misconfigured, Unavailable
from hub.core.settings import HttpsTarget
from hub.pipeline.fulfilment.lines import HttpsLine
from tests.unit.hub.channels.outbound.test_https import Server, client, serving

KEY = "0198c0de-0000-7000-8000-000000000001"


@asynccontextmanager
async def line_to(server: Server) -> AsyncIterator[HttpsLine]:
    async with serving(server) as url, HttpsDoor() as door:
        target = HttpsTarget(
            name="azr", url=url, idempotent="query-url", query_url=url + "/{id}", timeout_s=0.5
        )

        async def client_context(tenant: str, partner: str) -> Any:
            return client()

        center: Any = SimpleNamespace(client_context=client_context)
        yield HttpsLine(door, center, target)


def informing(status: str, *headers: str, body: bytes = b"", seen: list | None = None) -> Server:
    """A server for requests without a body."""

    async def handle(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        if seen is not None:
            seen.append(head)
        lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()
        writer.close()

    return handle


async def test_what_arrived_comes_back_with_its_answer() -> None:
    seen: list = []
    async with line_to(informing("200 OK", body=b"<antwort/>", seen=seen)) as line:
        answer = await line.inquire("musterstadt", KEY)

    assert answer is not None
    assert b"<antwort/>" == answer.body
    [head] = seen
    assert head.startswith(f"GET /register/{KEY} HTTP/1.1\r\n".encode())
    assert f"Idempotency-Key: {KEY}\r\n".encode() in head


async def test_an_answer_names_the_certificate_the_server_showed_and_its_end() -> None:
    async with line_to(informing("200 OK", body=b"<antwort/>")) as line:
        answer = await line.inquire("musterstadt", KEY)

    assert answer is not None
    assert 64 == len(answer.certificate)
    assert answer.not_after_us > FixedClock().now_us()


async def test_that_it_never_arrived_is_believed_when_the_partner_names_it() -> None:
    async with line_to(informing("404 Not Found", f"Idempotency-Key: {KEY.upper()}")) as line:
        assert await line.inquire("musterstadt", KEY) is None


async def test_a_bare_404_is_a_wrong_address_and_no_leave_to_send_again() -> None:
    async with line_to(informing("404 Not Found")) as line:
        with pytest.raises(Misconfigured, match="partner_address_unknown"):
            await line.inquire("musterstadt", KEY)


@pytest.mark.parametrize("status", ["202 Accepted", "400 Bad", "429 Many", "500 Oh", "503 Closed"])
async def test_anything_else_is_asked_again_later(status: str) -> None:
    async with line_to(informing(status)) as line:
        with pytest.raises(Unavailable):
            await line.inquire("musterstadt", KEY)


@pytest.mark.parametrize("status", ["401 Who", "403 No", "302 Elsewhere"])
async def test_missing_rights_are_the_operators_matter(status: str) -> None:
    async with line_to(informing(status)) as line:
        with pytest.raises(HubError) as raised:
            await line.inquire("musterstadt", KEY)

    assert isinstance(raised.value, Misconfigured)
