"""Runs parsers of foreign bytes in limited child processes.

Jobs that arrive together travel together, because a round trip costs more than a parse. A
child that dies or hangs takes nothing with it: its jobs are tried again one by one, and the
one that kills a child twice is reported as poison.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.core.errors import HubError, Misconfigured
from hub.core.findings import Finding, Verdict
from hub.core.record import Record
from hub.pipeline.decision.knowledge import Fact, Query
from hub.pipeline.decision.mind import Sources
from hub.pipeline.decision.reading import Leg, Understood
from hub.pipeline.isolation.border import Ask, Crash, Done, Job, Said, hear, read_answer
from hub.pipeline.isolation.cell import Limits
from hub.pipeline.isolation.line import Line
from hub.pipeline.isolation.runs import Decided, Run, poison, read_decided

log = logging.getLogger(__name__)

Recollection = Callable[[Sequence[Query]], Coroutine[Any, Any, dict[Query, Fact]]]
"""Answers what children ask about the past."""

GROUP_MAX = 16
"""Jobs of unknown size per round trip."""

GROUP_BYTES = 128 * 1024
"""Bytes per round trip; more would let one slow document delay too many others."""

START_S = 60.0
"""Compiling all schemas takes seconds on a busy machine."""

_SOURCE = str(Path(__file__).resolve().parents[3])

Outcome = tuple[bool, Any]
"""Whether it went well, and the result or the error."""


@dataclass(slots=True)
class _Request:
    job: Job
    done: asyncio.Future[Any]
    tenant: str
    """Office it is about, where it may ask."""
    size: int
    """Bytes, as far as they tell how long it may take."""
    attempts: int = 0


class _Dead(Exception):
    """The child died or took too long."""


class _Child:
    """One child process and our end of its line."""

    def __init__(self, limits: Limits, sources: Sources) -> None:
        self._limits = limits
        ours, theirs = socket.socketpair()
        self._line = Line(ours)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  this program itself
                [sys.executable, "-m", "hub.pipeline.isolation", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # Keys and passwords may stand in ours.
                env={"PYTHONPATH": _SOURCE, "LC_ALL": "C.UTF-8"},
            )
        self._sources = sources
        self.jobs = 0

    def begin(self) -> None:
        """Return when it has loaded everything.

        Raises:
            Misconfigured: it cannot.
        """
        try:
            self._send((self._limits, self._sources), START_S)
            self._receive(START_S)
        except _Dead as exc:
            raise Misconfigured(
                "cell_start_failed",
                "Die Prüfprozesse lassen sich nicht starten.",
                remedy="„aktenhub check“ nennt das fehlerhafte Schema oder die Abbildung.",
            ) from exc

    def do(self, jobs: list[Job], tell: Callable[[Query], Outcome]) -> list[Outcome]:
        """Run a group; what the child asks meanwhile is told.

        Raises:
            _Dead: the child is gone.
        """
        self.jobs += len(jobs)
        self._send(jobs, self._limits.wall_s)
        while isinstance(heard := self._receive(self._limits.wall_s), Ask):
            self._send(tell(heard.query), self._limits.wall_s)
        try:
            if isinstance(heard, Done):
                pairs = zip(jobs, heard.answers, strict=True)
                return [read_answer(name, answer) for (name, _), answer in pairs]
        except ValueError as exc:
            raise _Dead from exc
        raise _Dead

    def _send(self, value: object, timeout_s: float) -> None:
        data = pickle.dumps(value)
        try:
            self._line.send(data, timeout_s)
        except OSError as exc:
            raise _Dead from exc

    def _receive(self, timeout_s: float) -> Said:
        try:
            # More than it may hold itself is no answer.
            return hear(self._line.receive(timeout_s, self._limits.memory_mb * 1024 * 1024))
        except (EOFError, OSError, ValueError) as exc:
            raise _Dead from exc

    def end(self) -> None:
        """Stop the child; whoever waits for it in another thread hears that it is dead."""
        self._process.kill()
        self._process.wait()
        self._line.close()


class Isolation:
    """A pool of children behind plain coroutines."""

    def __init__(
        self, workers: int, limits: Limits, sources: Sources, recall: Recollection
    ) -> None:
        self._limits = limits
        self._sources = sources
        self._recall = recall
        self._queue: asyncio.Queue[_Request] = asyncio.Queue()
        self._workers = workers
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting: set[asyncio.Future[Any]] = set()
        self._early_ended = asyncio.Semaphore(0)

    def start(self) -> None:
        """Start the children."""
        self._tasks = [asyncio.create_task(self._serve()) for _ in range(self._workers)]

    async def close(self) -> None:
        """Stop the children; whoever still waits is told."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for done in self._waiting:
            done.cancel()

    async def decide(self, run: Run) -> list[Decided]:
        """Decide on the messages of one lane; the answer may end before the last of them.

        Raises:
            Undecodable: one of the messages killed a child twice.
            NotChecked: deciding failed in a way nobody foresaw.
        """
        data = run.encode()
        answer: bytes = await self._request("decide", (data,), run.tenant, len(data))
        return read_decided(answer)

    async def understand(self, data: bytes, name: str, legs: Sequence[Leg]) -> Understood:
        """Recognise, read, check and map received bytes.

        Raises:
            Undecodable: the bytes killed a child twice.
            NotChecked: a parser failed in a way nobody foresaw.
        """
        result: Understood = await self._call("understand", data, name, tuple(legs))
        return result

    async def write(
        self, leg: Leg, records: Sequence[Record], context: Mapping[str, object]
    ) -> bytes:
        """Return a partner's bytes for records.

        Raises:
            RuleViolation: a value does not fit the partner's format.
            NotChecked: the writer failed in a way nobody foresaw.
        """
        result: bytes = await self._call("write", leg, tuple(records), dict(context))
        return result

    async def render_letter(
        self, template: bytes, fields: Mapping[str, object], name: str
    ) -> bytes:
        """Fill a Word template.

        Raises:
            Misconfigured: template and fields do not fit.
        """
        result: bytes = await self._call("render_letter", template, dict(fields), name)
        return result

    async def check_letter(
        self, pdf: bytes, must_contain: Sequence[str]
    ) -> tuple[Verdict, tuple[Finding, ...]]:
        """Check a converted letter."""
        result: tuple[Verdict, tuple[Finding, ...]] = await self._call(
            "check_letter", pdf, tuple(must_contain)
        )
        return result

    async def _call(self, name: str, *arguments: object) -> Any:  # noqa: ANN401  see callers
        return await self._request(name, arguments, "", GROUP_BYTES // GROUP_MAX)

    async def _request(
        self, name: str, arguments: tuple[object, ...], tenant: str, size: int
    ) -> Any:  # noqa: ANN401  see callers
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.add(done)
        done.add_done_callback(self._waiting.discard)
        await self._queue.put(_Request((name, arguments), done, tenant, size))
        return await done

    async def _serve(self) -> None:
        child = await self._early()
        try:
            while True:
                group = await self._next_group()
                child = await self._work(child, group)
        finally:
            if child is not None:
                child.end()

    async def _early(self) -> _Child | None:
        """Start a child before there is work; whoever comes first is told if it cannot be."""
        try:
            return await self._started()
        except Exception:
            log.warning("cell_not_started", exc_info=True)
            return None
        finally:
            self._early_ended.release()

    async def _started(self) -> _Child:
        """Start a child; one that is not wanted any more meanwhile is ended."""
        child = _Child(self._limits, self._sources)
        try:
            await asyncio.to_thread(child.begin)
        except BaseException:
            child.end()
            raise
        return child

    async def ready(self) -> None:
        """Wait until every child has been started, or has failed to."""
        for _ in range(self._workers):
            await self._early_ended.acquire()

    async def _work(self, child: _Child | None, group: list[_Request]) -> _Child | None:
        """Let a child do a group and return the child for the next, if it may live on."""
        try:
            if child is None:
                child = await self._started()
            jobs = [request.job for request in group]
            answers = await asyncio.to_thread(child.do, jobs, self._teller(group))
        except Exception as exc:  # noqa: BLE001  whatever it is, whoever waits is told
            await self._lose(child, group, exc)
            return None
        for request, answer in zip(group, answers, strict=True):
            _settle(request, answer)
        if child.jobs < self._limits.recycle_after:
            return child
        await asyncio.to_thread(child.end)
        return None

    def _teller(self, group: list[_Request]) -> Callable[[Query], Outcome]:
        """Return who answers a child's questions, about no office but those it works for."""
        tenants = {request.tenant for request in group}
        loop = asyncio.get_running_loop()

        def tell(query: Query) -> Outcome:
            if query[1] not in tenants:
                raise _Dead
            try:
                facts = asyncio.run_coroutine_threadsafe(self._recall([query]), loop).result()
            except HubError as exc:
                return False, exc
            return True, facts[query]

        return tell

    async def _lose(self, child: _Child | None, group: list[_Request], exc: Exception) -> None:
        """Clear a child away; its group is tried again when the child died of it."""
        if child is not None:
            await asyncio.to_thread(child.end)
        if isinstance(exc, _Dead):
            await self._after_death(group)
            return
        log.error("cell_failed", exc_info=exc)
        fault = exc if isinstance(exc, HubError) else Crash(type(exc).__name__).to_error()
        for request in group:
            _settle(request, (False, fault))

    async def _next_group(self) -> list[_Request]:
        """Wait for a job and take along what else is waiting; suspects travel alone."""
        first = await self._queue.get()
        group, size = [first], first.size
        while first.attempts == 0 and size < GROUP_BYTES and not self._queue.empty():
            following = self._queue.get_nowait()
            if following.attempts:
                self._queue.put_nowait(following)
                break
            group.append(following)
            size += following.size
        return group

    async def _after_death(self, group: list[_Request]) -> None:
        """Try each member again alone; one that killed a child while alone is poison."""
        log.warning("cell_died", extra={"count": len(group)})
        for request in group:
            request.attempts += 1
            alone = len(group) == 1
            if alone and request.attempts > 1:
                _settle(request, (False, poison()))
            else:
                await self._queue.put(request)


def _settle(request: _Request, outcome: Outcome) -> None:
    if request.done.done():
        return
    well, value = outcome
    if well:
        request.done.set_result(value)
    else:
        request.done.set_exception(value)
