"""Asks the running service over HTTP, one question after the other, as a clerk of the office.

The clerk is let behind the walls of most kinds of files, not all: walls are part of each query.
A person may search sixty times a minute, so that several take turns.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import quote

from hub.app import CLOCK, open_database
from hub.bench.efile.figures import Answers
from hub.bench.https.wire import Exchanged, read, written
from hub.bench.machine import cpu_seconds
from hub.bench.tally import percentile
from hub.demo.stage import Stage
from hub.store.accounts import Accounts, Passwords, Role
from hub.web.visit import COOKIE

PER_PERSON = 50
"""Searches each person is good for in a minute."""
_HIT = b"/dokumente/"


@dataclass
class Clerks:
    """People who ask, each in a session of their own."""

    stage: Stage
    service: int
    """Process of the service."""
    tokens: Sequence[str]

    @classmethod
    async def employ(cls, stage: Stage, service: int, tenant: str, questions: int) -> Clerks:
        """Create as many people as so many questions need, and sign them in."""
        # In a folder that stays there are those of earlier runs.
        tokens, hired = [], secrets.token_hex(4)
        async with open_database(stage.place) as database:
            accounts = Accounts(database, CLOCK, Passwords())
            for number in range(questions // PER_PERSON + 1):
                login, password = f"bench{hired}-{number}", f"messen-mit-{number:04d}-geduld"
                await accounts.create(
                    login, password, name="Messung", tenant=tenant,
                    roles=frozenset({Role.CASEWORKER}),
                )  # fmt: skip
                opened = await accounts.sign_in(login, password)
                tokens += [opened.token] if opened else []
        return cls(stage, service, tokens)

    async def search(self, questions: Sequence[str]) -> tuple[Answers, list[float]]:
        """Return how long the answers took; who asks changes with every question."""
        waits, empty = [], 0
        turns = cycle(self.tokens)
        begin = await self._cpu_s()
        for question in questions:
            answer, wait_ms = await self.get(f"/akten?q={quote(question)}", next(turns))
            waits.append(wait_ms)
            empty += answer.status != 200 or _HIT not in answer.body  # noqa: PLR2004  HTTP "ok"
        cpu_s = await self._cpu_s() - begin
        answers = Answers(
            p50_ms=round(percentile(waits, 50), 1),
            p95_ms=round(percentile(waits, 95), 1),
            cpu_ms=round(cpu_s / len(questions) * 1000, 1),
            asked=len(questions),
            empty=empty,
        )
        return answers, waits

    async def pages(self, path: str, times: int) -> tuple[float, float]:
        """Return the p95 of opening a page in milliseconds, and its size in kB."""
        waits, size = [], 0
        for _ in range(times):
            answer, wait_ms = await self.get(path, self.tokens[0])
            waits.append(wait_ms)
            size = len(answer.body)
        return round(percentile(waits, 95), 1), round(size / 1000, 1)

    async def get(self, path: str, token: str) -> tuple[Exchanged, float]:
        """Return an answer and how long it took in milliseconds, connecting included."""
        begin = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.stage.ports.web)
        head = {"Host": "127.0.0.1", "Cookie": f"{COOKIE}={token}"}
        writer.write(written(f"GET {path} HTTP/1.1", head))
        answer = await read(reader)
        wait_ms = (time.perf_counter() - begin) * 1000
        writer.close()
        return answer, wait_ms

    async def _cpu_s(self) -> float:
        return await asyncio.to_thread(cpu_seconds, root=self.service)
