"""What runs inside an isolated child process: parsers of foreign bytes, and nothing else.

A child has no keys, no database, no network where the kernel allows to take it away, and
limits on memory, file size and descriptors. Its functions take and return plain values.
"""

from __future__ import annotations

import contextlib
import ctypes
import resource
import signal
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from hub.core.errors import HubError, RuleViolation, Undecodable
from hub.core.findings import MAX_FINDINGS, Finding, Level, Verdict
from hub.core.record import Record
from hub.formats.base import Reading, Table
from hub.formats.catalog import Catalog
from hub.formats.xml import safe_parse
from hub.letters.pdfa import check_letter
from hub.letters.render import render
from hub.mapping.base import Mapping as Translation
from hub.mapping.catalog import Mappings

_NEW_NETWORK = 0x40000000
"""``CLONE_NEWNET``: an empty network namespace."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One way to understand bytes: a format and the mapping behind it."""

    format: str
    mapping: str
    per_record: bool = False
    """Whether the good rows of a table go on when others are faulty."""
    levels: tuple[tuple[str, str], ...] = ()
    """Business rules graded anew: id and level."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What reading, checking and mapping found."""

    leg: Leg | None
    """The one leg whose format recognised the bytes; ``None`` when none did."""
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    records: tuple[Record, ...] = ()
    facts: Mapping[str, object] | None = None
    """Head of a batch: business id, sequence, count, total."""
    rows: tuple[int, ...] = ()
    """Of a table taken record by record: the row each record stands in."""
    faulty_rows: Mapping[int, str] = field(default_factory=dict)
    """The rows left out, and the first rule each of them breaks."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use."""

    memory_mb: int
    wall_s: float
    recycle_after: int


class Cell:
    """The functions a child offers."""

    def __init__(self, schemas: Path, mappings: Path) -> None:
        self._formats = Catalog.load(schemas)
        self._mappings = Mappings.load(mappings, self._formats)

    def understand(self, data: bytes, name: str, legs: Sequence[Leg]) -> Understood:
        """Recognise, read, check and map received bytes."""
        fitting = [leg for leg in legs if self._formats.format(leg.format).matches(data, name)]
        if len(fitting) != 1:
            return Understood(None, Verdict.FAILED, _diagnosis(data))
        leg = fitting[0]
        try:
            levels = {rule: Level(level) for rule, level in leg.levels}
            reading = self._formats.format(leg.format).read(data, levels)
        except Undecodable as exc:
            return Understood(leg, Verdict.FAILED, exc.findings or (_finding(exc),))
        table = reading.good_rows or reading.document
        if leg.per_record and isinstance(table, Table):
            return _row_by_row(leg, reading, table, self._mappings.mapping(leg.mapping))
        if reading.verdict is not Verdict.PASSED:
            return Understood(leg, reading.verdict, reading.findings)
        mapping = self._mappings.mapping(leg.mapping)
        return Understood(
            leg,
            reading.verdict,
            reading.findings,
            tuple(mapping.to_records(reading.document)),
            mapping.batch_facts(reading.document),
        )

    def write(self, leg: Leg, records: Sequence[Record], context: Mapping[str, object]) -> bytes:
        """Map records to a partner's format and return its bytes, checked against its schema."""
        document = self._mappings.mapping(leg.mapping).from_records(records, context)
        return self._formats.format(leg.format).write(document)

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


def _row_by_row(leg: Leg, reading: Reading, table: Table, mapping: Translation) -> Understood:
    """Translate the good rows; one that does not translate joins the faulty ones."""
    found: list[tuple[int, Record]] = []
    findings, faulty = list(reading.findings), dict(reading.faulty_rows)
    for row in table.rows:
        number = row["@row"]
        try:
            records = mapping.to_records(replace(table, rows=(row,)))
        except RuleViolation as exc:
            faulty[number] = exc.code
            if len(findings) < MAX_FINDINGS:
                findings.append(Finding(exc.code, exc.message, row=number, field=exc.place or None))
        else:
            found += [(number, record) for record in records]
    if not found and faulty:
        return Understood(leg, Verdict.FAILED, tuple(findings))
    return Understood(
        leg,
        Verdict.PASSED,
        tuple(findings),
        tuple(record for _, record in found),
        mapping.batch_facts(table),
        rows=tuple(number for number, _ in found),
        faulty_rows=faulty,
    )


Job = tuple[str, tuple[Any, ...]]
"""Name of a cell function and its arguments."""
Answer = tuple[bool, Any]
"""Whether it went well, and the result or the error."""


def live(pipe: Connection, limits: Limits, schemas: Path, mappings: Path) -> None:
    """Serve groups of jobs until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cell = Cell(schemas, mappings)
    _confine(limits)
    pipe.send("ready")
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            jobs: list[Job] = pipe.recv()
            pipe.send([_do(getattr(cell, name), arguments) for name, arguments in jobs])


def _do(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Answer:
    try:
        return True, function(*arguments)
    except HubError as exc:
        return False, exc
    except Exception as exc:  # noqa: BLE001  any fault of a parser becomes an answer
        return False, CellFault(type(exc).__name__, _place(exc))


class CellFault(Exception):
    """An unexpected fault inside a child: its type and place, never its words."""


def _place(exc: BaseException) -> str:
    last = traceback.extract_tb(exc.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def _confine(limits: Limits) -> None:
    """Take away what a parser does not need; reading schemas and mappings stays possible."""
    memory = limits.memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Needs privileges; without them the child still has no address to talk to.
    ctypes.CDLL(None, use_errno=True).unshare(_NEW_NETWORK)


def _diagnosis(data: bytes) -> tuple[Finding, ...]:
    """Say why bytes that look like XML are of no known kind, where they are no sound XML."""
    if not data.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<"):
        return ()
    try:
        safe_parse(data)
    except Undecodable as exc:
        return exc.findings or (_finding(exc),)
    return ()


def _finding(exc: HubError) -> Finding:
    return Finding(exc.code, f"{exc.message} {exc.remedy}".strip())
