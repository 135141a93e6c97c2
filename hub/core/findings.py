"""Findings and the three-valued verdict of a check.

A check that did not run is ``NOT_CHECKABLE`` and never counts as passed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """Outcome of a check: *bestanden, nicht bestanden, nicht prüfbar*."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKABLE = "not_checkable"


class Level(StrEnum):
    """Weight of a finding; only errors make a verdict fail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, with the place in the sender's document."""

    rule: str
    """Stable English snake_case word, listed in ``docs/errors.md``."""
    message: str
    """German sentence for the sender: what is wrong and what to do."""
    level: Level = Level.ERROR
    line: int | None = None
    """1-based line in the document."""
    column: int | None = None
    """1-based character position within the line."""
    path: str | None = None
    """XPath of the element."""
    row: int | None = None
    """1-based data row of a table, the header not counted."""
    field: str | None = None
    """Column or field name as the sender writes it."""

    def to_dict(self) -> dict[str, Any]:
        """Return the stable keys of ``validate --json``."""
        return asdict(self)


MAX_FINDINGS = 1000
"""More findings than this help nobody and cost memory; the rest is only counted."""


def verdict_of(findings: tuple[Finding, ...]) -> Verdict:
    """Fail when any finding is an error. Only for checks that ran to the end."""
    failed = any(finding.level is Level.ERROR for finding in findings)
    return Verdict.FAILED if failed else Verdict.PASSED
