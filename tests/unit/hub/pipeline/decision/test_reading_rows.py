"""A table taken row by row: a row its mapping does not know is refused like one out of shape."""

from collections.abc import Mapping
from types import SimpleNamespace

from hub.core.errors import RuleViolation
from hub.core.findings import Verdict
from hub.core.record import Record
from hub.formats.base import Reading, Table
from hub.pipeline.decision.reading import Leg, _row_by_row

LEG = Leg("altverfahren/Falldaten-1.0", "altverfahren-to-hub/Falldaten", per_record=True)


def to_records(table: Table) -> list[Record]:
    """Translate one row; an amount below zero is none the mapping knows."""
    [row] = table.rows
    if row["Betrag"] < 0:
        raise RuleViolation("value_unmapped", "Feld „Betrag“: unbekannt.", place="Betrag")
    return [Record("Satz", {"amount": row["Betrag"]})]


def batch_facts(table: Table) -> Mapping[str, object]:
    return {"rows": len(table.rows)}


def understood(*amounts: int):
    rows = tuple({"@row": n, "@type": "Zeile", "Betrag": a} for n, a in enumerate(amounts, 1))
    table = Table(rows=rows)
    mapping = SimpleNamespace(to_records=to_records, batch_facts=batch_facts)
    return _row_by_row(LEG, Reading(Verdict.PASSED, (), table), table, mapping)


def test_a_row_the_mapping_does_not_know_is_left_out_and_named() -> None:
    found = understood(1, -1, 3)

    assert (Verdict.PASSED, (1, 3)) == (found.verdict, found.rows)
    assert {2: "value_unmapped"} == found.faulty_rows
    assert [(2, "Betrag")] == [(finding.row, finding.field) for finding in found.findings]


def test_a_table_of_which_no_row_is_known_has_failed() -> None:
    assert Verdict.FAILED is understood(-1, -2).verdict
