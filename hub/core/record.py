"""A message after mapping: the hub's own words for what a partner sent.

The catalogue of kinds and fields is ``docs/development/records.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Data = Mapping[str, Any]
"""JSON values only: text, whole numbers (money in cents), booleans, lists, objects."""


@dataclass(frozen=True, slots=True)
class Record:
    """One neutral record, ready to be decided on or to be written to a partner."""

    kind: str
    """Message kind with its German name, for example ``Bescheid``."""
    data: Data = field(default_factory=dict)

    @property
    def case_id(self) -> str | None:
        """The case it belongs to (*Fallnummer*), where the sender named one."""
        value = self.data.get("case_id")
        return value if isinstance(value, str) and value else None

    def to_json(self) -> bytes:
        """Return canonical JSON: same record, same bytes."""
        return canonical_json({"kind": self.kind, "data": self.data})

    @classmethod
    def from_json(cls, raw: bytes) -> Record:
        """Read what :meth:`to_json` wrote."""
        loaded = json.loads(raw)
        return cls(loaded["kind"], loaded["data"])


def canonical_json(value: object) -> bytes:
    """Return UTF-8 JSON with sorted keys and no spaces, so that digests are stable."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()
