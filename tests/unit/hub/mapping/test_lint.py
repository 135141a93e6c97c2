from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from hub.app import SHIPPED, record_shapes
from hub.core.findings import Finding
from hub.formats.catalog import Catalog
from hub.mapping.catalog import Mappings
from hub.mapping.lint import lint

FORMATS = Catalog.load(SHIPPED / "schemas")
READING = "altverfahren-to-hub/Bescheid.map.toml"
WRITING = "hub-to-ihv/Auftrag.map.toml"


def found(folder: Path) -> list[Finding]:
    return list(lint(Mappings.load(folder, FORMATS), record_shapes()))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    target = tmp_path / "mappings"
    shutil.copytree(SHIPPED / "mappings", target)
    return target


def test_the_shipped_mappings_are_without_fault() -> None:
    assert [] == found(SHIPPED / "mappings")


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        (READING, '= "Bescheidnummer"', '= "Bescheidnr"', "mapping_column_unknown"),
        (READING, "notice_id =", "notice_nr =", "mapping_field_unknown"),
        (READING, "notice_id =", "reasons_of =", "mapping_field_missing"),
        (READING, 'type = "Zeile"', 'type = "Kopf"', "mapping_rule_unreachable"),
        (READING, 'type = "Zeile"', 'type = "Kopf"', "mapping_record_unread"),
        (WRITING, 'IBAN = "record.iban"', 'Konto = "record.iban"', "mapping_column_unknown"),
        (WRITING, 'IBAN = "record.iban"\n', "", "mapping_column_missing"),
        (WRITING, 'kind = "Annahmeanordnung"', 'kind = "Auszahlungsanordnung"',
         "mapping_rule_unreachable"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_found(copy: Path, file: str, old: str, new: str, rule: str) -> None:
    path = copy / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    assert rule in {finding.rule for finding in found(copy)}


def test_values_the_schema_and_the_mapping_disagree_on_are_found(copy: Path) -> None:
    path = copy / "altverfahren-to-hub/Falldaten.map.toml"
    text = path.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "Kind_Geschlecht" in line)
    changed = '"child.sex" = { from = "Kind_Geschlecht", values = { M = "m", U = "x" } }'
    path.write_text(text.replace(line, changed), encoding="utf-8")

    rules = [finding.rule for finding in found(copy)]

    assert 3 == rules.count("mapping_value_unmapped")
    assert 1 == rules.count("mapping_value_unreachable")


def test_a_template_nobody_calls_is_found(copy: Path) -> None:
    path = copy / "fachverfahren-to-hub/Bescheid.xslt"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("</xsl:stylesheet>", '<xsl:template name="alt"/></xsl:stylesheet>')
    )

    assert ["mapping_template_unused"] == [finding.rule for finding in found(copy)]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"kind": "Unbekannt"}, "mapping_kind_unknown"),
        ({"data": {"case_id": "UVG-1"}}, "mapping_field_unknown"),
    ],
)
def test_an_example_nobody_could_decide_on_is_found(
    copy: Path, change: dict[str, object], rule: str
) -> None:
    path = copy / "fachverfahren-to-hub/examples/Bescheid/01.out.json"
    wanted = json.loads(path.read_bytes())
    wanted["records"][0] |= change
    path.write_text(json.dumps(wanted), encoding="utf-8")

    assert [rule] == [finding.rule for finding in found(copy)]
