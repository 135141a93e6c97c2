"""Foreign bytes become records and records become a partner's bytes, checked both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from hub.core.errors import HubError, RuleViolation, Undecodable
from hub.core.findings import MAX_FINDINGS, Finding, Level, Verdict
from hub.core.record import Record
from hub.formats.base import Reading, Table
from hub.formats.catalog import Catalog
from hub.formats.xml import safe_parse
from hub.mapping.base import Mapping as Translation
from hub.mapping.catalog import Mappings


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


class Reader:
    """Formats and mappings, compiled once."""

    def __init__(self, formats: Catalog, mappings: Mappings) -> None:
        self._formats = formats
        self._mappings = mappings

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
