"""The catalogue of formats, on the shipped schemas and on broken copies of them."""

from __future__ import annotations

import hashlib
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

    assert ["schema_missing"] == [finding.rule for finding in Catalog.load(copy).check()]


def test_missing_digests_are_found(copy: Path) -> None:
    (copy / "ihv" / "digests.toml").unlink()

    assert ["digests_unreadable"] == [finding.rule for finding in Catalog.load(copy).check()]


def test_a_faulty_layout_does_not_hide_other_findings(copy: Path) -> None:
    path = copy / "ihv" / "Auftrag-1.0.table.toml"
    path.write_text("notation = 1", encoding="utf-8")
    rules = [finding.rule for finding in Catalog.load(copy).check()]

    assert ["layout_invalid", "schema_changed"] == rules


def test_versions_are_chosen_by_day(copy: Path) -> None:
    folder = copy / "ihv"
    new = folder / "Auftrag-1.10.table.toml"
    shutil.copy(folder / "Auftrag-1.0.table.toml", new)
    digest = hashlib.sha256(new.read_bytes()).hexdigest()
    (folder / "digests.toml").write_text(
        f'[files]\n"{new.name}" = "{digest}"\n[validity]\n'
        '"Auftrag-1.0" = { until = 2027-04-30 }\n"Auftrag-1.10" = { from = 2027-02-01 }\n',
        encoding="utf-8",
    )
    catalog = Catalog.load(copy)

    assert catalog.in_force("ihv", "Auftrag", date(2027, 1, 31)) == ("ihv/Auftrag-1.0",)
    assert catalog.in_force("ihv", "Auftrag", date(2027, 5, 1)) == ("ihv/Auftrag-1.10",)
    assert catalog.in_force("ihv", "Auftrag", date(2027, 3, 1)) == (
        "ihv/Auftrag-1.0",
        "ihv/Auftrag-1.10",
    )


def test_what_was_read_from_a_table_can_travel_between_processes() -> None:
    example = SCHEMAS.parent / "mappings/kasse-to-hub/examples/RUECK/01.in.csv"
    reading = Catalog.load(SCHEMAS).format("kasse/RUECK-1.0").read(example.read_bytes())

    assert reading == pickle.loads(pickle.dumps(reading))  # noqa: S301 - what this test wrote itself
