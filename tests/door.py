"""The door for senders over real TLS, before a house with real database and real parsers.

Every answer a test gets is held against the served description: what it does not tell, the
door must not say.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import trustme

from hub.app.serving import current_context
from hub.certificates.chains import fingerprint, read_chain
from hub.certificates.door import DoorContexts
from hub.certificates.keystore import KeyStore
from hub.certificates.revocation.lists import RevocationLists
from hub.certificates.trust import TrustFolder
from hub.core.ids import uuid7
from hub.core.settings import Intake
from hub.store.senders import credentials
from hub.store.senders.credentials import Credential
from hub.web.api import openapi
from hub.web.api.listener import Listener
from hub.web.api.routes import ROUTES
from hub.web.api.services import Door
from hub.web.api.site import build_api
from hub.workers.loops import Workers
from tests.conformance import faults
from tests.message_house import CORE, OFFICE, World, open_world

MESSAGES = "/api/v1/messages"
SERVER_CA, SENDER_CA, STRANGER_CA = trustme.CA(), trustme.CA(), trustme.CA()
SERVER = SERVER_CA.issue_cert("localhost")
XML = "application/xml"


@dataclass(frozen=True)
class Answer:
    """What the door said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def code(self) -> str:
        return str(self.json["code"])


@dataclass
class Sender:
    """A sending system with one credential."""

    session: aiohttp.ClientSession
    base: str
    headers: dict[str, str] = field(default_factory=dict)
    description: dict[str, Any] = field(default_factory=dict)

    async def post(self, body: Any = b"", *, key: str | None = "k-1", **more: Any) -> Answer:
        """Hand in a message."""
        headers = {"Content-Type": XML} | ({"Idempotency-Key": key} if key else {})
        return await self.ask(
            "POST", MESSAGES, data=body, headers=headers | more.pop("headers", {}), **more
        )

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.ask("GET", path, **more)

    async def ask(self, method: str, path: str, **more: Any) -> Answer:
        """Ask anything, and see that the answer is one the description tells of."""
        headers = self.headers | more.pop("headers", {})
        async with self.session.request(method, self.base + path, headers=headers, **more) as got:
            answer = Answer(got.status, dict(got.headers), await got.read())
        assert [] == faults(self.description, method, path, answer)
        return answer


@dataclass
class DoorStep:
    """An open door and the house behind it."""

    world: World
    door: Door
    listener: Listener
    trust: TrustFolder
    files: tuple[Path, Path]
    sessions: list[aiohttp.ClientSession] = field(default_factory=list)
    wires: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"https://localhost:{self.listener.port}"

    async def admit(self, digest: str, *, kind: Any = "token", **changes: Any) -> Credential:
        """Keep a credential; for the case core of the first office unless told otherwise."""
        now_us = self.world.clock.now_us()
        values: dict[str, Any] = {
            "id": uuid7(now_us), "tenant": OFFICE, "channel": CORE, "sender": "fv", "kind": kind,
            "digest": digest, "created_us": now_us, "expires_us": now_us + 86_400_000_000,
        }  # fmt: skip
        credential = Credential(**values | changes)
        await self.world.house.database.write(lambda tx: credentials.add(tx, credential))
        return credential

    async def with_token(self, token: str | None = None, **changes: Any) -> Sender:
        """Return a sender with a token that was admitted."""
        token = token or "t-1"
        await self.admit(credentials.token_digest(token), **changes)
        return self.sender(token)

    @staticmethod
    def fingerprint(leaf: trustme.LeafCert) -> str:
        return fingerprint(read_chain(leaf.cert_chain_pems[0].bytes()).leaf)

    async def bind(self, leaf: trustme.LeafCert, **changes: Any) -> Credential:
        """Admit a certificate, and wait until the door asks for those of its CA."""
        before = self.door.figures.reloads
        values = {"kind": "certificate", "partner": "fachverfahren"} | changes
        bound = await self.admit(self.fingerprint(leaf), **values)
        await until(lambda: self.door.figures.reloads > before)
        return bound

    def sender(self, token: str | None = None, own: trustme.LeafCert | None = None) -> Sender:
        """Return somebody at the door with whatever they show."""
        context = ssl.create_default_context()
        SERVER_CA.configure_trust(context)
        if own:
            own.configure_cert(context)
        connector = aiohttp.TCPConnector(ssl=context)
        session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        self.sessions.append(session)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return Sender(session, self.base, headers, openapi.description(ROUTES, self.door.rules))


@asynccontextmanager
async def open_door(
    folder: Path,
    *,
    children: bool = False,
    working: bool = False,
    reload_s: float = 0.05,
    house: dict[str, Any] | None = None,
    **rules: Any,
) -> AsyncIterator[DoorStep]:
    """Open a door on a free port; with parsers and workers where a test needs them."""
    files = (folder / "server.pem", folder / "server.key")
    show(files, SERVER)
    async with open_world(folder / "house", children=children, **house or {}) as world:
        trust = TrustFolder(folder / "trust")
        trust.put("fachverfahren", SENDER_CA.cert_pem.bytes())
        intake = Intake(**{"host": "127.0.0.1", "port": 0} | rules)
        workers = Workers(world.house)
        lists = RevocationLists(folder / "crl", trust.everyone, world.clock)
        door = Door.before(world.house, intake, workers.wake, lists if intake.crls else None)
        contexts = DoorContexts(
            world.house.database, KeyStore(bytes(32)), trust, world.clock, files
        )
        current = partial(current_context, contexts, door.revocation)
        async with Listener(build_api(door), current, reload_s) as listener:
            step = DoorStep(world, door, listener, trust, files)
            work = asyncio.create_task(workers.run()) if working else None
            try:
                yield step
            finally:
                for wire in step.wires:
                    wire.close()
                for session in step.sessions:
                    await session.close()
                workers.stop()
                if work:
                    await work


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds that nobody can announce; at most ten seconds."""
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def show(files: tuple[Path, Path], leaf: trustme.LeafCert) -> None:
    """Put a server certificate and its key where the door reads them."""
    chain, key = files
    key.touch(mode=0o600)
    key.write_bytes(leaf.private_key_pem.bytes())
    chain.write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
