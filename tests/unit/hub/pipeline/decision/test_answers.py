"""Receipts: who agreed on them gets exactly one, and never instead of the refusal itself."""

from dataclasses import replace

import pytest
from msgspec import structs

from hub.core.findings import Finding
from hub.pipeline.decision.answers import SHOWN_FINDINGS, receipt
from hub.routing.table import Routes
from tests.factories import make_message
from tests.minds import make_mind, shipped_rules

MESSAGE = make_message(original_name="a\u202eb\nc.xml")


def test_a_refusal_lists_its_first_findings() -> None:
    findings = [Finding("rule", f"Befund {n}") for n in range(SHOWN_FINDINGS + 50)]

    answer = receipt(MESSAGE, "refused", findings, make_mind())

    [kept] = answer.kept
    assert kept.inline
    assert SHOWN_FINDINGS == kept.inline.count(b"Befund ")
    assert b"a?b?c.xml" in kept.inline


def test_asking_again_yields_the_same_promise() -> None:
    first = receipt(MESSAGE, "accepted", (), make_mind())
    second = receipt(MESSAGE, "accepted", (), replace(make_mind(), now_us=10**15))

    assert first.kept == second.kept
    assert [p.id for p in first.promises] == [p.id for p in second.promises]


def test_who_agreed_on_no_receipts_gets_none() -> None:
    message = make_message(channel="ihv", partner="ihv")

    answer = receipt(message, "accepted", (), make_mind())

    assert ((), ()) == (answer.promises, answer.clearings)


@pytest.mark.parametrize(("result", "said"), [("accepted", 0), ("refused", 1)])
def test_who_wants_refusals_only_hears_of_nothing_else(result: str, said: int) -> None:
    routes = shipped_rules().routes
    quiet = tuple(structs.replace(way, answers="refusals") for way in routes.ways_in)

    answer = receipt(MESSAGE, result, (), make_mind(routes=Routes(quiet, routes.ways_out)))

    assert said == len(answer.promises)


def test_a_receipt_that_cannot_be_written_is_said_to_a_human() -> None:
    mind = make_mind(routes=Routes(shipped_rules().routes.ways_in, ()))

    answer = receipt(MESSAGE, "refused", (), mind)

    assert ["receipt_unwritten"] == [case.code for case in answer.clearings]
