from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.routing.route import InRoute, OutRoute

IN: dict[str, Any] = {
    "partner": "fachverfahren",
    "channel": "fachverfahren",
    "kind": "Bescheid",
    "format": "fachverfahren/Bescheid-1.0",
    "mapping": "fachverfahren-to-hub/Bescheid",
}
OUT: dict[str, Any] = {
    "role": "cash",
    "partner": "ihv",
    "kinds": ("Annahmeanordnung",),
    "format": "ihv/Auftrag-1.0",
    "mapping": "hub-to-ihv/Auftrag",
    "door": "folder",
    "channel": "ihv",
    "file_name": "IHV-A-{office}-{sequence:06d}.txt",
    "batch": True,
}
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))


def test_a_route_explains_itself() -> None:
    route = InRoute(**IN, valid_from=date(2026, 1, 1))

    assert (
        "Bescheid von fachverfahren: Kanal fachverfahren, Format fachverfahren/Bescheid-1.0, "
        "gültig ab 01.01.2026; gelesen mit fachverfahren-to-hub/Bescheid"
    ) == route.why


def test_a_way_out_explains_itself() -> None:
    assert (
        "Annahmeanordnung an ihv als cash: Format ihv/Auftrag-1.0, gültig bis 31.12.2026; "
        "geschrieben mit hub-to-ihv/Auftrag"
    ) == OutRoute(**OUT, valid_to=date(2026, 12, 31)).why


@pytest.mark.parametrize(
    ("day", "valid"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_both_ends_of_the_validity_count(day: date, valid: object) -> None:
    route = InRoute(**IN, valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30))

    assert valid == route.is_valid(day)


@given(DAYS, DAYS, DAYS, DAYS, st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_routes_that_share_a_day_meet(
    a_from: date | None, a_to: date | None, b_from: date | None, b_to: date | None, day: date
) -> None:
    a = InRoute(**IN, valid_from=a_from, valid_to=a_to)
    b = InRoute(**IN, valid_from=b_from, valid_to=b_to)

    assert a.meets(b) == b.meets(a)
    assert a.meets(b) or not (a.is_valid(day) and b.is_valid(day))


@pytest.mark.parametrize("pattern", ["<fallnummer>", "(a)(b)", "("])
def test_a_pattern_needs_exactly_one_group(pattern: str) -> None:
    with pytest.raises(ValueError, match="Das Muster"):
        InRoute(**IN, case_key=pattern)


@pytest.mark.parametrize(
    "name",
    [
        "{unknown}_{sequence}.txt",
        "../{sequence}.txt",
        ".{sequence}",
        "{sequence:x",
        "{sequence.__class__}",
        "a b {sequence}",
    ],
)
def test_a_file_name_uses_only_known_fields_and_harmless_characters(name: str) -> None:
    with pytest.raises(ValueError, match="Der Dateiname"):
        OutRoute(**OUT | {"file_name": name})


@pytest.mark.parametrize(
    "change",
    [
        {"batch": False},
        {"file_name": "IHV.txt"},
        {"file_name": ""},
        {"door": "https", "batch": False},
    ],
)
def test_door_batch_and_file_name_fit_together(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"file_name|sequence"):
        OutRoute(**OUT | change)


HTTPS: dict[str, Any] = OUT | {"door": "https", "file_name": "", "batch": False}


@pytest.mark.parametrize("wrong", [OUT | {"answers": False}, HTTPS | {"sidecar": "done"}])
def test_what_belongs_to_the_other_door_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="answers gehört zu HTTPS, sidecar zu Ordnern"):
        OutRoute(**wrong)
