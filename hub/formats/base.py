"""What every format looks like: recognise, read and check, write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal, Protocol

from hub.core.findings import Finding, Verdict
from hub.formats.rules import AS_DECLARED, Levels

Row = Mapping[str, Any]
"""Values of one record by field name, absent when empty, and ``@row`` and ``@type``."""

Document = Any
"""An XML tree of lxml, which ships no types, or a :class:`Table`."""

Notation = Literal["xml", "csv", "fixed_width"]


@dataclass(frozen=True)
class Table:
    """A delimited or fixed-width file after reading: text, whole numbers, cents, ISO dates."""

    head: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    tail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What reading and checking a file yielded."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    document: Document = None
    """An XML tree or a :class:`Table`; ``None`` unless the verdict is *passed*, which findings
    below the level of an error do not prevent."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How often each rule was broken, also beyond the findings that are listed."""
    good_rows: Table | None = None
    """Of a table in which only single rows are faulty: the others."""
    faulty_rows: Mapping[int, str] = field(default_factory=dict)
    """Of such a table: the faulty rows, and the first rule each of them breaks."""


class Format(Protocol):
    """One kind of file of one partner."""

    name: str
    """``<partner>/<Kind>-<version>``."""
    notation: Notation
    engine: str
    """What judges, with its version; stands in the report of a check."""

    @property
    def marks(self) -> frozenset[str]:
        """What its messages are recognised by; two formats that share one look alike."""
        ...

    def matches(self, data: bytes, file_name: str) -> bool:
        """Return whether the bytes claim to be of this format; cheap, never raises."""
        ...

    def read(self, data: bytes, levels: Levels = AS_DECLARED) -> Reading:
        """Read and check.

        Args:
            data: the file.
            levels: rules graded anew; only those of the rule file, never those of the schema.

        Raises:
            Undecodable: the bytes are not even of the notation; carries its findings.
        """
        ...

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules beside the schema, in their order.

        Raises:
            Misconfigured: the rules are faulty.
        """
        ...

    def verify(self, source: BinaryIO) -> Reading:
        """Check a file from its beginning and keep nothing of it, so that it may be large.

        Raises:
            Undecodable: as :meth:`read`.
        """
        ...

    def write(self, document: Document) -> bytes:
        """Write a document and check the result like a foreign one.

        Raises:
            RuleViolation: a value does not fit its field.
            Misconfigured: what the mapping made does not fit the schema.
        """
        ...

    def check(self) -> tuple[Finding, ...]:
        """Return what is wrong with the schema itself."""
        ...
