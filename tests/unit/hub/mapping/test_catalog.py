"""The catalogue of mappings."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.formats.catalog import Catalog
from hub.mapping.catalog import Mappings

ROOT = Path(__file__).parents[4]
FORMATS = Catalog.load(ROOT / "schemas")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "mappings" / "kasse-to-hub", tmp_path / "kasse-to-hub")
    return tmp_path


def rules(directory: Path) -> list[str]:
    return [finding.rule for finding in Mappings.load(directory, FORMATS).check()]


def test_an_untouched_mapping_is_without_fault(copy: Path) -> None:
    assert rules(copy) == []


def test_an_unknown_mapping_is_an_error() -> None:
    with pytest.raises(Misconfigured, match="mapping_unknown"):
        Mappings.load(ROOT / "mappings", FORMATS).mapping("kasse-to-hub/Nichts")


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="mappings_missing"):
        Mappings.load(tmp_path / "nichts", FORMATS)


def test_a_mapping_without_example_is_found(copy: Path) -> None:
    shutil.rmtree(copy / "kasse-to-hub" / "examples")

    assert rules(copy) == ["example_missing"]


def test_an_example_without_output_is_found(copy: Path) -> None:
    (copy / "kasse-to-hub/examples/RUECK/01.out.json").unlink()

    assert rules(copy) == ["example_incomplete"]


def test_another_result_is_found(copy: Path) -> None:
    path = copy / "kasse-to-hub/examples/RUECK/01.out.json"
    path.write_text(path.read_text(encoding="utf-8").replace("30005", "30006"), encoding="utf-8")

    assert rules(copy) == ["example_differs"]


def test_an_input_that_is_not_valid_is_found(copy: Path) -> None:
    path = copy / "kasse-to-hub/examples/RUECK/01.in.csv"
    path.write_bytes(path.read_bytes().replace(b"300,05", b"300.05"))

    assert rules(copy) == ["example_failed"]


def test_a_faulty_mapping_is_found(copy: Path) -> None:
    (copy / "kasse-to-hub/RUECK.map.toml").write_text("records = 1", encoding="utf-8")

    assert rules(copy) == ["mapping_faulty"]
