"""The catalogue of formats, on the shipped schemas and on broken copies of them."""

from __future__ import annotations

import pickle
import shutil
from datetime import date
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.formats.catalog import Catalog

SCHEMAS = Path(__file__).parents[4] / "schemas"
OWN = ("fachverfahren", "altverfahren", "ihv", "kasse")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    target = tmp_path / "schemas"
    for partner in ("fachverfahren", "ihv"):
        shutil.copytree(SCHEMAS / partner, target / partner)
    return target


def test_the_shipped_schemas_are_without_fault() -> None:
    found = Catalog.load(SCHEMAS).check()

    assert [] == [finding for finding in found if (finding.path or "").split("/")[0] in OWN]


def test_every_format_of_a_partner_is_told_apart_by_its_beginning() -> None:
    catalog = Catalog.load(SCHEMAS)
    names = [name for name in catalog.names() if name.split("/")[0] in OWN]
    examples = sorted((SCHEMAS.parent / "mappings").glob("*-to-hub/examples/*/*.in.*"))
    own = [path for path in examples if path.parts[-4].split("-")[0] in OWN]

    assert own
    for path in own:
        data = path.read_bytes()
        matching = [name for name in names if catalog.format(name).matches(data, path.name)]
        assert len(matching) == 1, path


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(Misconfigured, match="format_unknown"):
        Catalog.load(SCHEMAS).format("fachverfahren/Nichts-1.0")


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="schemas_missing"):
        Catalog.load(tmp_path / "nichts")


def test_a_changed_schema_is_found(copy: Path) -> None:
    path = copy / "fachverfahren" / "types" / "typen-1.0.xsd"
    path.write_text(path.read_text(encoding="utf-8").replace("{3}", "{2}"), encoding="utf-8")

    assert [("schema_changed", "fachverfahren/types/typen-1.0.xsd")] == [
        (finding.rule, finding.path) for finding in Catalog.load(copy).check()
    ]


def test_a_removed_schema_is_found(copy: Path) -> None:
    (copy / "ihv" / "Auftrag-1.0.table.toml").unlink()

    assert ["schema_missing", "validity_wrong"] == [
        finding.rule for finding in Catalog.load(copy).check()
    ]


def test_missing_digests_are_found(copy: Path) -> None:
    (copy / "ihv" / "digests.toml").unlink()

    assert ["digests_unreadable"] == [finding.rule for finding in Catalog.load(copy).check()]


def test_a_faulty_layout_does_not_hide_other_findings(copy: Path) -> None:
    path = copy / "ihv" / "Auftrag-1.0.table.toml"
    path.write_text("notation = 1", encoding="utf-8")
    rules = [finding.rule for finding in Catalog.load(copy).check()]

    assert ["layout_invalid", "schema_changed"] == rules


def test_a_format_is_in_force_on_its_days(copy: Path) -> None:
    path = copy / "ihv" / "digests.toml"
    text = path.read_text(encoding="utf-8")
    given = '"Auftrag-1.0" = { from = 2026-01-01 }'
    path.write_text(text.replace(given, given.replace(" }", ", until = 2027-04-30 }")), "utf-8")
    validity = Catalog.load(copy).validity("ihv/Auftrag-1.0")

    assert not validity.covers(date(2025, 12, 31))
    assert validity.covers(date(2026, 1, 1))
    assert validity.covers(date(2027, 4, 30))
    assert not validity.covers(date(2027, 5, 1))


@pytest.mark.parametrize(
    "line",
    [
        '"Auftrag-1.0" = { from = 2027-01-01, until = 2026-01-01 }',
        '"Auftrag-1.0" = { }\n"Auftrag-9.0" = { }',
    ],
)
def test_an_impossible_validity_is_found(copy: Path, line: str) -> None:
    path = copy / "ihv" / "digests.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"Auftrag-1.0" = { from = 2026-01-01 }', line), encoding="utf-8")

    assert ["validity_wrong"] == [finding.rule for finding in Catalog.load(copy).check()]


def test_what_was_read_from_a_table_can_travel_between_processes() -> None:
    example = SCHEMAS.parent / "mappings/kasse-to-hub/examples/RUECK/01.in.csv"
    reading = Catalog.load(SCHEMAS).format("kasse/RUECK-1.0").read(example.read_bytes())

    assert reading == pickle.loads(pickle.dumps(reading))  # noqa: S301 - what this test wrote itself
