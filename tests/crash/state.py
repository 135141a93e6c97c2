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
    checkpoints: list[Row]
    posts: list[Row]
    attachments: list[Row]
    removed: list[Row]
    """Payloads that retention took."""
    payloads: dict[tuple[str, str], bytes | None]
    """Per office and digest; ``None``: the bytes lie in a file."""

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
                checkpoints=rows("SELECT * FROM checkpoint ORDER BY tenant, number"),
                posts=rows("SELECT * FROM post"),
                attachments=rows("SELECT * FROM attachment ORDER BY message_id, number"),
                removed=rows("SELECT * FROM payload_removed"),
                payloads={
                    (r["tenant"], r["sha256"]): r["bytes"] for r in rows("SELECT * FROM payload")
                },
            )

    def bytes_of(self, tenant: str, digest: str) -> bytes | None:
        """Return an office's kept bytes; ``None`` when they are missing."""
        if (tenant, digest) not in self.payloads:
            return None
        inline = self.payloads[tenant, digest]
        if inline is not None:
            return inline
        path = self.house.folder / "data" / "payloads" / digest[:2] / digest
        return path.read_bytes() if path.is_file() else None
