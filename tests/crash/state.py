"""Everything the judge looks at, read once from the database file itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.crash.house import House

Row = dict[str, Any]


@dataclass
class State:
    """Everything the judge looks at, read once."""

    house: House
    messages: list[Row]
    journal: list[Row]
    heads: list[Row]
    promises: list[Row]
    lanes: list[Row]
    batches: list[Row]
    cases: list[Row]
    clearings: list[Row]
    payloads: dict[str, bytes | None]

    @classmethod
    def read(cls, house: House) -> State:
        with house.look() as rows:
            return cls(
                house,
                messages=rows("SELECT * FROM message ORDER BY id"),
                journal=rows("SELECT * FROM journal ORDER BY tenant, seq"),
                heads=rows("SELECT * FROM journal_head ORDER BY tenant"),
                promises=rows("SELECT * FROM promise"),
                lanes=rows("SELECT * FROM lane"),
                batches=rows("SELECT * FROM batch ORDER BY tenant, partner, sequence"),
                cases=rows("SELECT * FROM benefit_case"),
                clearings=rows("SELECT * FROM clearing"),
                payloads={r["sha256"]: r["bytes"] for r in rows("SELECT * FROM payload")},
            )

    def bytes_of(self, digest: str) -> bytes | None:
        """Return kept bytes; ``None`` when they are missing."""
        inline = self.payloads.get(digest)
        if inline is not None:
            return inline
        path = self.house.folder / "data" / "payloads" / digest[:2] / digest
        return path.read_bytes() if path.is_file() else None
