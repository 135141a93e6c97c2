"""The door of the running service: from its own certificate to the receipt of a message."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.demo import drops
from hub.demo.cast import BEISPIELHAUSEN
from hub.simulators.ca.authority import RootAuthority, create, sign_request, write_certificate
from tests.command_line import CommandLine
from tests.crash.house import House, build_house
from tests.door import MESSAGES, XML
from tests.pki import pem
from tests.s3_server import S3Server

pytestmark = [pytest.mark.s3]
OFFICE, FAMILY = BEISPIELHAUSEN, BEISPIELHAUSEN.xml[0]
PATIENCE_S = 90


def said(out: str) -> dict[str, str]:
    return {k: v.strip() for k, _, v in (line.partition(":") for line in out.splitlines())}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def authority(tmp_path: Path) -> RootAuthority:
    return create(tmp_path / "ca", "Test-CA", "ec-p256", 3650)


@pytest.fixture
def house(tmp_path: Path, s3_server: S3Server) -> House:
    house = build_house(tmp_path / "house", s3_server)
    settings = house.folder / "hub.toml"
    text = f'[intake]\nenabled = true\nhost = "127.0.0.1"\nport = {free_port()}\n'
    settings.write_text(text + settings.read_text())
    return house


@pytest.fixture
def command(house: House, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(house, capsys)


def certify(command: CommandLine, authority: RootAuthority, folder: Path) -> None:
    """Take the door's certificate through its life in the central store."""
    asked = said(command("certs", "request-server", "localhost", "--organization", "Kreis").out)
    signed = sign_request(authority, Path(asked["Antrag"]).read_bytes(), "server", 90)
    write_certificate(folder / "server.pem", signed)
    assert 0 == command("certs", "import", folder / "server.pem").code
    assert 0 == command("certs", "activate", asked["Kennung"], "--actor", "betrieb").code


def token(command: CommandLine) -> str:
    place = ("--tenant", OFFICE.id, "--channel", "fachverfahren", "--sender", "fv")
    return said(command("tokens", "create", *place).out)["Token"]


@asynccontextmanager
async def sender(authority: RootAuthority, secret: str) -> AsyncIterator[aiohttp.ClientSession]:
    context = ssl.create_default_context(cadata=pem(authority.certificate).decode())
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": XML}
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        yield session


def base_of(house: House) -> str:
    text = (house.folder / "hub.toml").read_text()
    return f"https://localhost:{int(text.partition('port = ')[2].partition(chr(10))[0])}"


async def post(
    session: aiohttp.ClientSession, base: str, body: bytes
) -> tuple[int, dict[str, Any]]:
    """Hand in as soon as the service takes messages; it listens a moment earlier."""
    headers = {"Idempotency-Key": "k-1", "Prefer": "wait=25"}
    for _ in range(PATIENCE_S * 10):
        try:
            async with session.post(base + MESSAGES, data=body, headers=headers) as answer:
                told = await answer.json(content_type=None)
                if told.get("code") != "door_shut":
                    return answer.status, told
        except aiohttp.ClientConnectorError:
            pass
        await asyncio.sleep(0.1)
    raise TimeoutError


async def followed(session: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    """Look until everything was carried out."""
    for _ in range(PATIENCE_S * 10):
        async with session.get(url) as answer:
            fate = await answer.json()
        if fate["state"] != "routed":
            return fate
        await asyncio.sleep(0.1)
    raise TimeoutError


def test_a_door_without_certificate_is_found_before_the_start(command: CommandLine) -> None:
    answer = command("check", "--json")

    assert "door_certificate_unusable" in {one["code"] for one in answer.json["findings"]}


def test_a_message_goes_through_the_whole_service(
    command: CommandLine, house: House, authority: RootAuthority, tmp_path: Path
) -> None:
    certify(command, authority, tmp_path)
    secret = token(command)
    process = house.start("run")
    try:
        status, told, fate, receipt = asyncio.run(story(authority, secret, base_of(house)))
    finally:
        process.send_signal(signal.SIGTERM)
        ended = process.wait(PATIENCE_S)

    assert (200, "passed", "closed", 0) == (status, told["verdict"], fate["state"], ended)
    assert told["message_id"].encode() in receipt
    assert secret not in house.log


async def story(
    authority: RootAuthority, secret: str, base: str
) -> tuple[int, dict[str, Any], dict[str, Any], bytes]:
    """Hand in, follow, fetch the receipt."""
    async with sender(authority, secret) as session:
        status, told = await post(session, base, drops.case_data(FAMILY, OFFICE))
        fate = await followed(session, f"{base}{MESSAGES}/{told['message_id']}")
        async with session.get(base + fate["receipt"]) as answer:
            return status, told, fate, await answer.read()
