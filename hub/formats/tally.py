"""Collects findings up to a bound and counts the rest, so that a file of faults stays cheap."""

from __future__ import annotations

from collections import Counter

from hub.core.findings import MAX_FINDINGS, Finding, Level


class Fault(Exception):
    """A value breaks a rule; becomes a finding where row and field are known."""

    def __init__(self, rule: str, words: str, value: str | None = None) -> None:
        self.rule = rule
        self._words = words
        self._value = value
        super().__init__(rule, words, value)

    @property
    def message(self) -> str:
        """What is wrong, in German; ``{}`` in its words stands for the value.

        Made when it is asked for: in a file of faults only the first ones are told.
        """
        return self._words if self._value is None else self._words.format(shown(self._value))


MAX_ROWS = 100_000
"""With more faulty rows than this the file itself is faulty."""


class Tally:
    """Findings of one reading."""

    def __init__(self, cap: int = MAX_FINDINGS, *, keeps_rows: bool = True) -> None:
        self._cap = cap
        self._keeps_rows = keeps_rows
        self._findings: list[Finding] = []
        self.counts: Counter[str] = Counter()
        self.rows: dict[int, str] = {}
        """Faulty rows, and the first rule each of them breaks."""
        self.failed = False
        """Whether anything was an error."""
        self.whole = False
        """Whether something is wrong that no single row can be blamed for."""

    def add(
        self,
        rule: str,
        message: str,
        *,
        row: int | None = None,
        line: int | None = None,
        field: str | None = None,
        level: Level = Level.ERROR,
    ) -> None:
        """Note one finding; beyond the bound only its rule is counted."""
        self.counts[rule] += 1
        if level is Level.ERROR:
            self._blame(rule, row)
        if len(self._findings) < self._cap:
            self._findings.append(Finding(rule, message, level, row=row, line=line, field=field))

    def _blame(self, rule: str, row: int | None) -> None:
        self.failed = True
        if not row or len(self.rows) >= MAX_ROWS:
            # Row 0 is the header of a fixed-width file.
            self.whole = True
        elif self._keeps_rows:
            self.rows.setdefault(row, rule)

    @property
    def is_full(self) -> bool:
        """Whether further findings are only counted."""
        return len(self._findings) >= self._cap

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what was noted, in the order of the file."""
        return tuple(self._findings)


def shown(text: str) -> str:
    """Return a foreign value in quotation marks, short and printable enough for a message."""
    text = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[:61])
    cut = text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004 - a line of a letter
    return f"„{cut}“"
