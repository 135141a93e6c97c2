"""A measurement that hid a loss would be worth nothing: each kind of fault is planted here."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.bench.load import Load
from hub.bench.tally import Faults, Seen, accepted_receipts, disorder, faults, ordered, percentile

LOAD = Load(201)
VALID = [one.business_id for one in LOAD.planned if one.valid]
GOOD = Seen(LOAD.files, Counter(VALID), len(VALID), LOAD.orders, VALID)


def test_a_good_run_has_no_faults() -> None:
    assert Faults(0, 0, 0) == faults(LOAD, GOOD)


def test_a_message_that_was_never_received_is_lost() -> None:
    assert 1 == faults(LOAD, replace(GOOD, messages=LOAD.files - 1)).lost


def test_a_message_that_was_never_answered_is_lost() -> None:
    assert 1 == faults(LOAD, replace(GOOD, accepted=Counter(VALID[1:]))).lost


def test_a_document_that_was_never_filed_is_lost() -> None:
    assert 2 == faults(LOAD, replace(GOOD, documents=len(VALID) - 2)).lost


def test_one_message_missing_everywhere_is_one_loss() -> None:
    seen = Seen(LOAD.files - 1, Counter(VALID[1:]), len(VALID) - 1, LOAD.orders - 1, VALID[1:])

    assert Faults(1, 0, 0) == faults(LOAD, seen)


def test_a_message_answered_twice_is_doubled() -> None:
    assert 1 == faults(LOAD, replace(GOOD, accepted=Counter([*VALID, VALID[0]]))).duplicated


def test_an_answer_nobody_waited_for_is_doubled() -> None:
    assert 1 == faults(LOAD, replace(GOOD, accepted=Counter([*VALID, "N-99999999"]))).duplicated


def test_an_invalid_message_that_was_accepted_is_a_fault() -> None:
    [invalid] = [one.business_id for one in LOAD.planned if not one.valid]

    assert 1 == faults(LOAD, replace(GOOD, accepted=Counter([*VALID, invalid]))).duplicated


def test_a_document_filed_twice_is_doubled() -> None:
    assert 1 == faults(LOAD, replace(GOOD, documents=len(VALID) + 1)).duplicated


def test_an_order_that_left_in_no_file_is_lost_and_one_in_two_is_doubled() -> None:
    assert 1 == faults(LOAD, replace(GOOD, orders=LOAD.orders - 1)).lost
    assert 1 == faults(LOAD, replace(GOOD, orders=LOAD.orders + 1)).duplicated


def test_orders_are_counted_by_the_lines_of_their_files(tmp_path: Path) -> None:
    (tmp_path / "IHV-1.txt").write_bytes(b"H\r\nA\r\nA\r\nT\r\n")
    (tmp_path / "IHV-1.txt.sha256").write_bytes(b"digest\n")

    assert 2 == ordered(tmp_path)


def test_a_file_received_twice_is_doubled() -> None:
    assert 1 == faults(LOAD, replace(GOOD, messages=LOAD.files + 1)).duplicated


def test_a_loss_is_not_made_good_by_a_double() -> None:
    seen = replace(GOOD, accepted=Counter([*VALID[1:], VALID[1]]))

    assert Faults(1, 1, 0) == faults(LOAD, seen)


def test_a_message_decided_after_its_successor_is_out_of_order() -> None:
    swapped = [VALID[1], VALID[0], *VALID[2:]]

    assert 1 == faults(LOAD, replace(GOOD, decided=swapped)).out_of_order


def test_cases_may_overtake_each_other() -> None:
    other_case_first = [*VALID[10:20], *VALID[:10]]

    assert 0 == disorder(LOAD.planned, other_case_first)


@given(st.permutations(range(6)))
def test_disorder_is_zero_only_for_the_planned_order(order: list[int]) -> None:
    decided = [LOAD.planned[place].business_id for place in order]

    assert (disorder(LOAD.planned, decided) == 0) == (order == sorted(order))


def _receipt(folder: Path, name: str, number: str, result: str) -> None:
    text = (
        f"<quittung><bezugsnummer>{number}</bezugsnummer><ergebnis>{result}</ergebnis></quittung>"
    )
    (folder / name).write_text(text)


def test_only_receipts_that_accept_count_as_answers(tmp_path: Path) -> None:
    _receipt(tmp_path, "Quittung_1.xml", "N-1", "angenommen")
    _receipt(tmp_path, "Quittung_2.xml", "N-1", "angenommen")
    _receipt(tmp_path, "Quittung_3.xml", "N-2", "abgelehnt")
    _receipt(tmp_path, "Kassenstatus_4.xml", "N-3", "angenommen")

    assert Counter({"N-1": 2}) == accepted_receipts(tmp_path)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([], 50, 0.0), ([7.0], 99, 7.0), ([3.0, 1.0, 2.0], 50, 2.0),
     ([float(n) for n in range(1, 101)], 99, 99.0), ([1.0, 9.0], 99, 9.0)],
)  # fmt: skip
def test_percentiles_are_values_that_occurred(
    values: list[float], percent: int, expected: float
) -> None:
    assert expected == percentile(values, percent)
