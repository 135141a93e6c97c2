from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.core.validity import Validity
from hub.mapping.versions import Versions, base_name

NAME = "fachverfahren-to-hub/Bescheid"
CHANGE, LATER = date(2027, 1, 1), date(2027, 1, 10)
EVE, DAY_BEFORE_LATER = date(2026, 12, 31), date(2027, 1, 9)


def test_a_mapping_without_versions_has_none(tmp_path: Path) -> None:
    assert () == Versions.read(tmp_path).of(NAME)


def test_a_new_version_takes_over_on_its_day(tmp_path: Path) -> None:
    Versions.read(tmp_path).activate(NAME, "Bescheid-2", CHANGE)

    assert (
        (NAME, Validity(None, EVE)),
        (f"{NAME}-2", Validity(CHANGE)),
    ) == Versions.read(tmp_path).of(NAME)


def test_going_back_keeps_what_was_in_force_when(tmp_path: Path) -> None:
    Versions.read(tmp_path).activate(NAME, "Bescheid-2", CHANGE)

    assert "Bescheid" == Versions.read(tmp_path).roll_back(NAME, LATER)
    assert (
        (NAME, Validity(None, EVE)),
        (f"{NAME}-2", Validity(CHANGE, DAY_BEFORE_LATER)),
        (NAME, Validity(LATER)),
    ) == Versions.read(tmp_path).of(NAME)


def test_going_back_on_the_first_day_leaves_nothing_of_the_version(tmp_path: Path) -> None:
    Versions.read(tmp_path).activate(NAME, "Bescheid-2", CHANGE)
    Versions.read(tmp_path).roll_back(NAME, CHANGE)

    assert ((NAME, Validity(None, EVE)), (NAME, Validity(CHANGE))) == Versions.read(tmp_path).of(
        NAME
    )


def test_going_back_drops_what_was_planned(tmp_path: Path) -> None:
    versions = Versions.read(tmp_path)
    versions.activate(NAME, "Bescheid-2", CHANGE)
    versions.activate(NAME, "Bescheid-3", date(2028, 1, 1))
    versions.roll_back(NAME, LATER)

    assert f"{NAME}-3" not in dict(versions.of(NAME))


def test_there_is_nothing_to_go_back_to(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="version_missing"):
        Versions.read(tmp_path).roll_back(NAME, LATER)


def test_other_mappings_stay_as_they_are(tmp_path: Path) -> None:
    Versions.read(tmp_path).activate(NAME, "Bescheid-2", CHANGE)
    before = Versions.read(tmp_path).of(NAME)
    Versions.read(tmp_path).activate("ihv-to-hub/Rueckmeldung", "Rueckmeldung-2", CHANGE)

    assert before == Versions.read(tmp_path).of(NAME)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('[["a-to-hub/B"]]\nversion = "B"\n', []),
        ('[["a-to-hub/B"]]\nversion = "B-9"\n', ["version_missing"]),
        (
            '[["a-to-hub/B"]]\nversion = "B"\nfrom = 2027-01-01\nuntil = 2026-01-01\n',
            ["validity_wrong"],
        ),
        (
            '[["a-to-hub/B"]]\nversion = "B"\n[["a-to-hub/B"]]\nversion = "B-2"\nfrom = 2027-01-01',
            ["validity_overlaps"],
        ),
        (
            (
                '[["a-to-hub/B"]]\nversion = "B"\nuntil = 2026-12-30\n'
                '[["a-to-hub/B"]]\nversion = "B-2"\nfrom = 2027-01-01\n'
            ),
            ["validity_gap"],
        ),
    ],
)
def test_what_is_wrong_with_the_table_is_found(tmp_path: Path, text: str, rules: list[str]) -> None:
    (tmp_path / "versions.toml").write_text(text, encoding="utf-8")

    found = Versions.read(tmp_path).check(["a-to-hub/B", "a-to-hub/B-2"])

    assert rules == [finding.rule for finding in found]


def test_a_table_that_is_none_is_the_operators_matter(tmp_path: Path) -> None:
    (tmp_path / "versions.toml").write_text('["x"]\nversion = 1\n', encoding="utf-8")
    with pytest.raises(Misconfigured, match="versions_invalid"):
        Versions.read(tmp_path)


@pytest.mark.parametrize("name", ["a-to-hub/B", "a-to-hub/B-2", "a-to-hub/B-2.1"])
def test_the_base_name_has_no_number(name: str) -> None:
    assert "a-to-hub/B" == base_name(name)
