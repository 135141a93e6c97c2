"""What every mapping looks like."""

from __future__ import annotations

from collections.abc import Mapping as Facts
from collections.abc import Sequence
from typing import Any, Protocol

from hub.core.record import Record
from hub.formats.base import Document, Format


class Mapping(Protocol):
    """One declared translation between a format and the hub's records."""

    name: str
    """``<from>-to-<to>/<Kind>``."""

    @property
    def format(self) -> Format:
        """The partner's format it reads or writes."""
        ...

    def to_records(self, document: Document) -> list[Record]:
        """Translate a checked document of the partner.

        Raises:
            RuleViolation: a value has no counterpart.
            Misconfigured: the mapping itself is faulty, or it only writes.
        """
        ...

    def from_records(self, records: Sequence[Record], context: Facts[str, Any]) -> Document:
        """Translate records into a document of the partner, ready for ``format.write``.

        Raises:
            RuleViolation: a value has no counterpart.
            Misconfigured: the mapping itself is faulty, or it only reads.
        """
        ...

    def batch_facts(self, document: Document) -> Facts[str, Any]:
        """Return ``business_id``, ``sequence``, ``count``, ``total_cents``, where it is a batch."""
        ...
