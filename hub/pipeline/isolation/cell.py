"""What runs inside an isolated child process: parsers of foreign bytes, and what decides.

A child has no keys, no database, no network where the kernel allows to take it away, and
limits on memory, processor time, file size and descriptors. Its functions take and return
plain values; what it must know of an office's past it asks through its line. It believes what
it hears there; what it says itself is believed by nobody (:mod:`hub.pipeline.isolation.border`).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import resource
import signal
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.core.errors import HubError
from hub.core.findings import Finding, Verdict
from hub.core.record import Record
from hub.letters.pdfa import check_letter
from hub.letters.render import render
from hub.pipeline.decision.knowledge import Fact, Knowledge, Query
from hub.pipeline.decision.mind import Mind, Rules, Sources
from hub.pipeline.decision.reading import Leg, Understood
from hub.pipeline.isolation.border import (
    Answer,
    Ask,
    Crash,
    Done,
    Job,
    Ready,
    bad,
    good,
    said,
)
from hub.pipeline.isolation.line import Line
from hub.pipeline.isolation.runs import answered, decide_run, read_run

_NEW_NETWORK = 0x40000000
"""``CLONE_NEWNET``: an empty network namespace."""
_POLITE = 10
"""How much a child stands back (``nice``): whoever holds the database for writing must not wait
for a processor, because all others wait for it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use."""

    memory_mb: int
    wall_s: float
    recycle_after: int
    cpu_s: int = 15


class Cell:
    """The functions a child offers."""

    def __init__(self, sources: Sources, ask: Callable[[Query], Fact]) -> None:
        self._rules = Rules.read(sources)
        self._ask = ask

    def decide(self, run: bytes) -> bytes:
        """Decide on the messages of one lane, one after the other."""
        wanted = read_run(run)
        knows = Knowledge(self._ask, wanted.facts())
        return answered(decide_run(wanted, Mind(self._rules, knows, wanted.now_us)))

    def understand(self, data: bytes, name: str, legs: Sequence[Leg]) -> Understood:
        """Recognise, read, check and map received bytes."""
        return self._rules.reader.understand(data, name, legs)

    def write(self, leg: Leg, records: Sequence[Record], context: Mapping[str, object]) -> bytes:
        """Map records to a partner's format and return its bytes, checked against its schema."""
        return self._rules.reader.write(leg, records, context)

    @staticmethod
    def render_letter(template: bytes, fields: Mapping[str, object], name: str) -> bytes:
        """Fill a Word template."""
        return render(template, fields, name)

    @staticmethod
    def check_letter(
        pdf: bytes, must_contain: Sequence[str]
    ) -> tuple[Verdict, tuple[Finding, ...]]:
        """Check a converted letter."""
        verdict = check_letter(pdf, must_contain)
        return verdict.verdict, verdict.findings


def live(line: Line) -> None:
    """Take limits and rules from the line, then serve groups of jobs until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limits, sources = _heard(line)

    def ask(query: Query) -> Fact:
        line.send(said(Ask(query)))
        well, value = _heard(line)
        if not well:
            raise value
        return value

    cell = Cell(sources, ask)
    _confine(limits)
    line.send(said(Ready()))
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            _allow(limits.cpu_s)
            jobs: list[Job] = _heard(line)
            answers = [_do(getattr(cell, name), arguments) for name, arguments in jobs]
            line.send(said(Done(tuple(answers))))


def _heard(line: Line) -> Any:  # noqa: ANN401  whatever our own side says
    return pickle.loads(line.receive())  # noqa: S301  from whoever started this process


def _allow(seconds: int) -> None:
    """Let this process use so much more of a processor; the system ends it beyond that."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _do(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Answer:
    try:
        return good(function(*arguments))
    except HubError as exc:
        return bad(exc)
    except Exception as exc:  # noqa: BLE001  any fault of a parser becomes an answer
        return Crash(type(exc).__name__, _place(exc))


def _place(exc: BaseException) -> str:
    last = traceback.extract_tb(exc.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def _confine(limits: Limits) -> None:
    """Take away what a parser does not need; reading schemas and mappings stays possible."""
    os.nice(_POLITE)
    memory = limits.memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Needs privileges; without them the child still has no address to talk to.
    ctypes.CDLL(None, use_errno=True).unshare(_NEW_NETWORK)
