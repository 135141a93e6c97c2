"""Patterns of Aktenzeichen give each file a name and are read back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from efile.kinds.numbering import Numbering

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_a_pattern_names_files() -> None:
    numbering = Numbering.of("51.4-{year}-{number:05}")

    assert "51.4-2026-00007" == numbering.aktenzeichen(2026, 7)
    assert "51.4-2026-123456" == numbering.aktenzeichen(2026, 123456)
    assert "51.4-2026-{number:05}" == numbering.series(2026)


def test_a_series_without_a_year_goes_on_for_ever() -> None:
    numbering = Numbering.of("WG {number}/A")

    assert numbering.series(2026) == numbering.series(2027)
    assert 12 == numbering.number(2027, "WG 12/A")


@UNHURRIED
@given(st.integers(2000, 2100), st.integers(1, 10**9))
def test_a_name_is_read_back(year: int, number: int) -> None:
    numbering = Numbering.of("51.4-{year}-{number:05}")
    name = numbering.aktenzeichen(year, number)

    assert number == numbering.number(year, name)
    assert 0 == numbering.number(year + 1, name)


@pytest.mark.parametrize(
    "name", ["51.4-2026-", "51.4-2026-x", "51x4-2026-00001", "UV-2026-0815", ""]
)
def test_another_name_has_no_number(name: str) -> None:
    assert 0 == Numbering.of("51.4-{year}-{number:05}").number(2026, name)


@pytest.mark.parametrize(
    "pattern",
    ["51.4", "{number}", "51-{number}-{number}", "51-{year}{year}-{number}", "51-{tag}-{number}",
     "51-{number:5}", "51<{number}"],
)  # fmt: skip
def test_a_pattern_that_cannot_name_files_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="das Muster"):
        Numbering.of(pattern)
