"""News leaves as JSON and as a mail; a closed way is said and tried again by the caller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hub.channels.outbound.alerts import mail, post
from hub.core.errors import Unavailable
from hub.core.settings import Alerts


@asynccontextmanager
async def monitoring(status: int, taken: list[object]) -> AsyncIterator[str]:
    async def take(request: web.Request) -> web.Response:
        taken.append(await request.json())
        return web.Response(status=status)

    site = web.Application()
    site.router.add_post("/alert", take)
    async with TestServer(site) as server:
        yield str(server.make_url("/alert"))


async def test_monitoring_gets_the_document() -> None:
    taken: list[object] = []
    async with monitoring(204, taken) as url:
        await post(url, {"node": "hub-1"})

    assert [{"node": "hub-1"}] == taken


@pytest.mark.parametrize("status", [302, 404, 503])
async def test_a_refusal_is_no_success(status: int) -> None:
    async with monitoring(status, []) as url:
        with pytest.raises(Unavailable, match="alert_unsent"):
            await post(url, {})


async def test_a_closed_port_is_unavailable() -> None:
    rules = Alerts(smtp_host="127.0.0.1", smtp_port=1, smtp_tls="none", mail_to=("a@b.example",))
    with pytest.raises(Unavailable, match="alert_unsent"):
        await post("http://127.0.0.1:1/", {})
    with pytest.raises(Unavailable, match="alert_unsent"):
        await mail(rules, "", "x", ["y"])


class PostOffice:
    """Takes mail as a server does, and keeps it."""

    def __init__(self) -> None:
        self.mails: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).strip().upper():
            if line == b"DATA":
                writer.write(b"354 go on\r\n")
                self.mails.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            writer.write(b"221 bye\r\n" if line == b"QUIT" else b"250 fine\r\n")
            if line == b"QUIT":
                break
        writer.close()


async def test_a_mail_reaches_everybody_named() -> None:
    office = PostOffice()
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    rules = Alerts(
        smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none", mail_from="hub@amt.example",
        mail_to=("betrieb@amt.example", "nacht@amt.example"),
    )  # fmt: skip

    async with server:
        await mail(rules, "", "aktenhub hub-1: 1 Störung", ["Die Bilanz geht nicht auf."])

    [sent] = office.mails
    assert "To: betrieb@amt.example, nacht@amt.example" in sent
    assert "Die Bilanz geht nicht auf." in sent
