"""Nodes of one installation: shared folders, one PostgreSQL, one S3, each a process of its own."""

from __future__ import annotations

import asyncio
import secrets
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from hub.app import Place
from hub.demo.cast import MUSTERSTADT, Office
from hub.demo.stage import Stage, any_port, haste_text, python, tenant_text, wait_for_port

SHARED = ("inbox", "outbox", "certs", "secrets")
CHECKPOINTS = "checkpoints"


def new_offices(count: int) -> tuple[Office, ...]:
    """Return offices nobody has worked for before, so that one database serves many runs."""
    run = secrets.token_hex(3)
    return tuple(replace(MUSTERSTADT, id=f"bench-{run}-{n}") for n in range(1, count + 1))


@dataclass
class Cluster:
    """Running nodes and the offices they work for."""

    stage: Stage
    dsn: str
    offices: Sequence[Office]
    nodes: list[Process] = field(default_factory=list)
    settings: list[Path] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """The installation as its first node sees it."""
        return Place.read(self.settings[0])

    async def start(self) -> None:
        """Start one node more and wait until it serves."""
        number = len(self.nodes) + 1
        folder, port = self.stage.folder / f"{self.offices[0].id}-node-{number}", any_port()
        path = await asyncio.to_thread(self._write, folder, number, port)
        self.settings.append(path)
        node = await self.stage.start(folder.name, python("hub", "--settings", str(path), "run"))
        self.nodes.append(node)
        await wait_for_port(port)

    async def stop(self) -> None:
        """End every node in order."""
        for node in self.nodes:
            if node.returncode is None:
                node.terminate()
        for node in self.nodes:
            await node.wait()

    def _write(self, folder: Path, number: int, port: int) -> Path:
        folder.mkdir()
        path = folder / "hub.toml"
        path.write_text(self._text(f"hub-{number}", port), encoding="utf-8")
        return path

    def _text(self, name: str, port: int) -> str:
        shared, storage = self.stage.folder, self.stage.place.settings.storage
        folders = "\n".join(f'{one} = "{shared / one}"' for one in (*SHARED, CHECKPOINTS))
        return f"""
node = "{name}"
database = "postgresql"
[postgresql]
dsn = "{self.dsn}"
login = "peer"
[folders]
{folders}
payloads = "{shared}/data/payloads"
[storage]
endpoint = "{storage.endpoint}"
secure = {str(storage.secure).lower()}
bucket_prefix = "{storage.bucket_prefix}"
[web]
port = {port}
[ops]
port = {any_port()}
{haste_text(self.stage)}{"".join(tenant_text(office) for office in self.offices)}"""


@asynccontextmanager
async def running(
    stage: Stage, dsn: str, offices: Sequence[Office], count: int
) -> AsyncIterator[Cluster]:
    """Start so many nodes, one after the other, and end them with the block."""
    cluster = Cluster(stage, dsn, offices)
    try:
        for _ in range(count):
            await cluster.start()
        yield cluster
    finally:
        await cluster.stop()
