"""Child processes for foreign bytes: limited memory, time, files; no keys, no environment.

A hostile or broken document can make its child fail, be slow or die; the parent sees a typed
error and starts another child. Parent and child exchange JSON and bytes, never pickles, so a
taken-over child can lie about its document and nothing else.

Residual risk: the child runs under the same user and may open network sockets; a separate
user or an empty network namespace is a matter of the operator's service unit.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from efile.errors import NotDisplayable
from efile.integrity.proven import PIECE_BYTES, proven
from efile.model import LargeFile

HEAD = struct.Struct(">II")
"""Lengths of the JSON and of the bytes that follow."""
_SOURCE = str(Path(__file__).resolve().parents[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one child may use."""

    wall_s: float = 20.0
    cpu_s: int = 20
    """Per job."""
    memory_mb: int = 1024
    nice: int = 0
    """How much a child stands back behind everything else."""
    jobs: int = 500
    """Jobs after which a child is replaced, so that leaks of parsers stay bounded."""


class LimitedPool:
    """A few children that serve the ``JOBS`` of one module."""

    def __init__(self, module: str, workers: int = 2, limits: Limits | None = None) -> None:
        self._module = module
        self._limits = limits or Limits()
        self._slots = asyncio.Semaphore(workers)
        self._idle: list[_Child] = []
        self.worked_s: dict[str, float] = {}
        """Seconds children worked since the start, by job."""

    async def run(
        self, job: str, params: dict[str, Any], data: bytes | LargeFile
    ) -> tuple[dict[str, Any], bytes]:
        """Run a job on the bytes and return its answer; a large file is held by the child alone.

        Raises:
            NotDisplayable: the job failed, took too long or its child died.
            IntegrityBroken: a large file is not what was said of it.
        """
        async with self._slots:
            child = self._idle.pop() if self._idle else await _start(self._module, self._limits)
            begin = time.monotonic()
            try:
                answer, body = await asyncio.wait_for(
                    child.ask({"job": job, "params": params}, data), self._limits.wall_s
                )
            except TimeoutError as exc:
                await child.end()
                raise _failed("document_too_slow") from exc
            except (asyncio.IncompleteReadError, OSError, ValueError) as exc:
                await child.end()
                raise _failed("document_reader_died") from exc
            except BaseException:
                # Cancelled in the middle of an exchange: the child's next answer would be stale.
                await child.end()
                raise
            self.worked_s[job] = self.worked_s.get(job, 0.0) + time.monotonic() - begin
            await self._give_back(child)
        if "fault" in answer:
            raise _failed(str(answer["fault"]))
        return answer, body

    async def close(self) -> None:
        """End every idle child."""
        while self._idle:
            await self._idle.pop().end()

    async def _give_back(self, child: _Child) -> None:
        if child.jobs < self._limits.jobs:
            self._idle.append(child)
        else:
            await child.end()


@dataclass(slots=True)
class _Child:
    """A running child and how many jobs it has done."""

    process: asyncio.subprocess.Process
    most: int
    """Bytes of an answer."""
    jobs: int = 0

    async def ask(
        self, head: dict[str, Any], data: bytes | LargeFile
    ) -> tuple[dict[str, Any], bytes]:
        """Send one job and read its answer."""
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            raise ValueError("the child has no pipes")
        self.jobs += 1
        text = json.dumps(head).encode()
        size = data.size if isinstance(data, LargeFile) else len(data)
        stdin.writelines([HEAD.pack(len(text), size), text])
        if isinstance(data, bytes):
            await _send_bytes(data, stdin)
        else:
            await _send(data, stdin)
        text_size, body_size = HEAD.unpack(await stdout.readexactly(HEAD.size))
        if text_size + body_size > self.most:
            raise ValueError("more than the child may hold itself")
        answer = json.loads(await stdout.readexactly(text_size))
        if not isinstance(answer, dict):
            raise ValueError("the child's answer is no object")  # noqa: TRY004  same as any broken answer
        return answer, await stdout.readexactly(body_size)

    async def end(self) -> None:
        """Kill the child and reap it."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.communicate()


async def _send_bytes(data: bytes, stdin: asyncio.StreamWriter) -> None:
    """Send in pieces: at once, a pipe that is full would have all the rest copied."""
    whole = memoryview(data)
    for begin in range(0, len(data), PIECE_BYTES):
        stdin.write(whole[begin : begin + PIECE_BYTES])
        await stdin.drain()


async def _send(file: LargeFile, stdin: asyncio.StreamWriter) -> None:
    with proven(file) as source:
        while piece := await asyncio.to_thread(source.read, PIECE_BYTES):
            stdin.write(piece)
            await stdin.drain()


async def _start(module: str, limits: Limits) -> _Child:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "efile.isolation",
        module,
        str(limits.memory_mb),
        str(limits.cpu_s),
        str(limits.nice),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": _SOURCE, "LC_ALL": "C.UTF-8"},
        limit=2**20,
    )
    return _Child(process, limits.memory_mb * 1024 * 1024)


def _failed(code: str) -> NotDisplayable:
    known = {
        "document_too_slow": "Das Dokument braucht zum Lesen zu lange.",
        "document_reader_died": "Das Lesen des Dokuments ist abgebrochen.",
        "page_missing": "Diese Seite gibt es nicht.",
        "no_pages": "Dieses Dokument hat keine Seitenansicht.",
        "document_locked": "Das Dokument ist mit einem Kennwort geschützt.",
        "package_bomb": "Entpackt wäre die Datei unzulässig groß; sie wurde nicht geöffnet.",
        "package_hostile": "Der Aufbau des Pakets ist unzulässig; es wurde nicht geöffnet.",
        "picture_too_large": "Das Bild hat zu viele Bildpunkte; es wird nicht angezeigt.",
    }
    return NotDisplayable(
        code if code in known else "document_unreadable",
        known.get(code, "Das Dokument lässt sich nicht lesen."),
        remedy="Original herunterladen und mit dem passenden Programm öffnen.",
    )
