"""What the index knows for retention: statements of documents, and the numbers of new files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from efile.errors import InvalidRequest
from efile.kinds.numbering import Numbering
from efile.kinds.statement import Statement, read_statement
from efile.ports import Transaction

NOTE = "Vermerk"
"""Type of the documents by which people tell a file something."""
EVIDENCE = "Beweisdokument"
"""Type of the documents that hold evidence records of their file."""
_MOST_DRAWN = 100_000
"""So many names in a row are never taken; beyond it the series itself is wrong."""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement, by whom and with which document."""

    document: str
    at_us: int
    actor: str
    statement: Statement


def statements(tx: Transaction, tenant: str, akten: Sequence[str]) -> dict[str, list[Said]]:
    """Return what documents of these files say of retention, in the order of their filing."""
    rows = tx.all(
        "SELECT akte_id, id, filed_at_us, actor, retention FROM efile_documents"
        " WHERE tenant = :tenant AND akte_id IN :akten AND retention <> ''"
        " ORDER BY filed_at_us, id",
        tenant=tenant,
        akten=tuple(akten),
    )
    found: dict[str, list[Said]] = {akte: [] for akte in akten}
    for row in rows:
        said = read_statement(row["retention"])
        found[row["akte_id"]].append(Said(row["id"], row["filed_at_us"], row["actor"], said))
    return found


def draw(tx: Transaction, tenant: str, numbering: Numbering, year: int) -> str:
    """Return an Aktenzeichen no file of the office has, and nobody else is ever given.

    Raises:
        InvalidRequest: the series has no free name within reach.
    """
    first = _highest(tx, tenant, numbering, year) + 1
    for _ in range(_MOST_DRAWN):
        number = _next(tx, tenant, numbering.series(year), first)
        name = numbering.aktenzeichen(year, number)
        taken = tx.one(
            "SELECT 1 FROM efile_akten WHERE tenant = :tenant AND aktenzeichen = :name",
            tenant=tenant,
            name=name,
        )
        if taken is None:
            return name
    raise InvalidRequest(
        "aktenzeichen_exhausted",
        "In dieser Nummernreihe ist kein Aktenzeichen frei.",
        remedy="Das Muster der Aktenart ändern.",
        place=numbering.pattern,
    )


def _next(tx: Transaction, tenant: str, series: str, first: int) -> int:
    """Count on; whoever draws at the same time waits for the row and counts on from there."""
    tx.run(
        "INSERT INTO efile_numbers (tenant, series, last) VALUES (:tenant, :series, :first)"
        " ON CONFLICT (tenant, series) DO UPDATE SET last = efile_numbers.last + 1",
        tenant=tenant,
        series=series,
        first=first,
    )
    row = tx.one(
        "SELECT last FROM efile_numbers WHERE tenant = :tenant AND series = :series",
        tenant=tenant,
        series=series,
    )
    return int(row["last"]) if row else first


def _highest(tx: Transaction, tenant: str, numbering: Numbering, year: int) -> int:
    """Return where a series stands that the index has lost; 0 while it still counts."""
    series = numbering.series(year)
    known = "SELECT last FROM efile_numbers WHERE tenant = :tenant AND series = :series"
    if tx.one(known, tenant=tenant, series=series):
        return 0
    rows = tx.all("SELECT aktenzeichen FROM efile_akten WHERE tenant = :tenant", tenant=tenant)
    return max((numbering.number(year, row["aktenzeichen"]) for row in rows), default=0)
