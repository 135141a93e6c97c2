from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from hub.uvg.nationality import FREE_MOVEMENT, GERMAN, UNCLEAR, Duty, register_duty

ON = date(2026, 11, 22)
SHARED = Path(__file__).parents[5] / "shared" / "data" / "codelists"
CODE_LIST = SHARED / "DESTATIS_Staatsangehörigkeit_2024-08-01.xml"
ISO = {
    "BEL", "BGR", "DNK", "EST", "FIN", "FRA", "HRV", "SVN", "GRC", "IRL", "ITA", "LVA", "LTU",
    "LUX", "MLT", "NLD", "AUT", "POL", "PRT", "ROU", "SVK", "SWE", "ESP", "CZE", "HUN", "CYP",
    "ISL", "LIE", "NOR", "CHE",
}  # fmt: skip
"""ISO 3166-1 codes of the Union without Germany, the EEA and Switzerland."""


@pytest.mark.parametrize(
    ("nationality", "duty"),
    [
        ("000", Duty.NONE),  # German
        ("151", Duty.NONE),  # Austria, § 3 Abs. 4 AZRG
        ("149", Duty.NONE),  # Norway
        ("158", Duty.NONE),  # Switzerland
        ("168", Duty.DUE),  # United Kingdom
        ("166", Duty.DUE),  # Ukraine
        ("997", Duty.DUE),  # stateless
        ("998", Duty.UNCLEAR),
        ("999", Duty.UNCLEAR),
    ],
)
def test_only_nationals_of_third_countries_are_reported(nationality: str, duty: Duty) -> None:
    assert duty == register_duty(nationality, ON)


def test_there_was_no_duty_before_november_2025() -> None:
    assert Duty.NONE == register_duty("166", date(2025, 10, 31))
    assert Duty.DUE == register_duty("166", date(2025, 11, 1))


def test_free_movement_counts_27_states_with_germany() -> None:
    union = FREE_MOVEMENT[0].keys

    assert 27 == len(union | {GERMAN})


def test_the_keys_are_those_of_the_code_list() -> None:
    if not CODE_LIST.exists():
        pytest.skip("the code list is not in reach")
    text = CODE_LIST.read_text(encoding="utf-8")
    rows = re.findall(r"<Row>.*?</Row>", text, re.DOTALL)
    values = [re.findall(r"<SimpleValue>(.*?)</SimpleValue>", row) for row in rows]
    keys = {row[0] for row in values if ISO & set(row)}

    assert keys == frozenset().union(*(area.keys for area in FREE_MOVEMENT))
    assert UNCLEAR < {row[0] for row in values}
