"""Which files have evidence records, and since when nothing was filed behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from efile.index import keeping
from efile.ports import Transaction


@dataclass(frozen=True, slots=True)
class Covered:
    """A file and the evidence it has; times are 0 where there is none."""

    document: str
    """The latest evidence record."""
    sealed_us: int
    last_us: int
    """When the last of its contents was filed, notes on retention aside."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was filed since."""
        return self.sealed_us > self.last_us


def covered(tx: Transaction, tenant: str, akten: Sequence[str]) -> dict[str, Covered]:
    """Return how far evidence goes in each of these files."""
    if not akten:
        return {}
    last = tx.all(
        "SELECT akte_id, max(filed_at_us) AS last FROM efile_documents WHERE tenant = :tenant"
        " AND akte_id IN :akten AND doc_type <> :evidence"
        " AND NOT (doc_type = :note AND retention <> '') GROUP BY akte_id",
        tenant=tenant, akten=tuple(akten), evidence=keeping.EVIDENCE, note=keeping.NOTE,
    )  # fmt: skip
    sealed = tx.all(
        "SELECT akte_id, id, filed_at_us FROM efile_documents WHERE tenant = :tenant"
        " AND akte_id IN :akten AND doc_type = :evidence ORDER BY filed_at_us, id",
        tenant=tenant, akten=tuple(akten), evidence=keeping.EVIDENCE,
    )  # fmt: skip
    ends = {row["akte_id"]: row["last"] for row in last}
    newest = {row["akte_id"]: (row["id"], row["filed_at_us"]) for row in sealed}
    return {
        akte: Covered(*newest.get(akte, ("", 0)), ends.get(akte, 0))
        for akte in akten
    }  # fmt: skip
