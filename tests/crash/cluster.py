"""Nodes of one installation: shared folders, one PostgreSQL, one S3; each can be ended roughly."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from hub.store.engines.session import Address
from tests.crash.house import House, Query, build_house
from tests.crash.warm import Warm
from tests.s3_server import S3Server

PATIENCE_S = 120.0
LEASE_S = 3.0


@dataclass
class SharedHouse(House):
    """What all nodes see: the folders and the database."""

    address: Address = field(default_factory=lambda: Address(""))

    def is_founded(self) -> bool:
        """Every node's start has seen to it."""
        return True

    @contextmanager
    def look(self) -> Iterator[Query]:
        """Look into the database, past everything of ours."""
        with psycopg.connect(self.address.conninfo(), row_factory=dict_row) as session:
            yield lambda sql: session.execute(sql).fetchall()

    def count(self, sql: str) -> int:
        """Return the one number a query yields."""
        with self.look() as rows:
            return int(rows(f"SELECT count(*) AS n FROM {sql}")[0]["n"])  # noqa: S608  of the tests


@dataclass
class Node:
    """A process of the hub that works under its own name."""

    house: House
    name: str
    process: Warm | None = None

    def start(self) -> None:
        self.process = self.house.start("run")

    def send(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to end and return its exit code."""
        self.send(number)
        assert self.process
        code, self.process = self.process.wait(PATIENCE_S), None
        return code


@dataclass
class Cluster:
    """The shared house and its nodes."""

    house: SharedHouse
    nodes: list[Node]

    def wait_until(self, true: Callable[[], Any], what: str) -> None:
        """Wait for what the nodes are about to bring about."""
        end = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < end, f"{what}\n{self.logs()}"
            time.sleep(0.05)

    def rest(self) -> None:
        """Wait until nothing is left to do."""
        self.wait_until(self._rests, "the nodes never come to rest")

    def _rests(self) -> bool:
        # A file for a cash office is numbered, written and promised in steps.
        at_work = ("lane WHERE state IN ('ready', 'leased')", "batch WHERE state <> 'delivered'")
        if any(map(self.house.count, at_work)):
            return False
        inbox = self.house.folder / "inbox"
        return not any(
            path.is_file() and (path.parent.name == ".claimed" or path.parent.parent.parent == inbox)
            for path in inbox.rglob("*")
        )  # fmt: skip

    def working(self, name: str) -> int:
        """Return how many lanes a node holds at the moment."""
        return self.house.count(f"lane WHERE state = 'leased' AND leased_by = '{name}'")

    def logs(self) -> str:
        """Return the ends of the logs of all nodes that were started, and what is left to do."""
        logs = [node.house.log[-3000:] for node in self.nodes if node.process]
        return "\n".join([*logs, *map(str, self.left())])

    def left(self) -> list[object]:
        """Return lanes and files nobody has finished."""
        inbox = self.house.folder / "inbox"
        files = [path for path in inbox.rglob("*") if path.is_file()]
        with self.house.look() as rows:
            return [*rows("SELECT * FROM lane WHERE state IN ('ready', 'leased')"), *files]

    def stop(self) -> None:
        """End what still runs; for after the test."""
        for node in self.nodes:
            if node.process:
                node.process.kill()
                node.process.wait()


def build_cluster(folder: Path, server: S3Server, address: Address, count: int) -> Cluster:
    """Create an installation for several nodes."""
    first = build_house(folder / "shared", server)
    settings = (first.folder / "hub.toml").read_text(encoding="utf-8")
    settings = settings.replace("[delivery]", f"[delivery]\nlease_s = {LEASE_S}")
    # The lease of a letter outlasts the longest conversion; here none is ever made.
    settings = settings.replace("[letters]", "[letters]\ntimeout_s = 1.0")
    shared = SharedHouse(first.folder, first.buckets, first.prefix, address=address)
    nodes = []
    for number in range(1, count + 1):
        own = folder / f"hub-{number}"
        own.mkdir()
        head = _head(f"hub-{number}", shared.folder, address)
        (own / "hub.toml").write_text(head + settings, encoding="utf-8")
        nodes.append(Node(House(own, first.buckets, first.prefix), f"hub-{number}"))
    return Cluster(shared, nodes)


def _head(name: str, shared: Path, address: Address) -> str:
    names = ("inbox", "outbox", "certs", "secrets", "checkpoints")
    folders = "\n".join(f'{each} = "{shared / each}"' for each in names)
    return f"""
node = "{name}"
database = "postgresql"
[postgresql]
dsn = "{address.dsn}"
login = "peer"
[folders]
{folders}
payloads = "{shared}/data/payloads"
"""
