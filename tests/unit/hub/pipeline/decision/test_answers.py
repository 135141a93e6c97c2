"""Receipts: who agreed on them gets exactly one, and never instead of the refusal itself."""

from dataclasses import replace

import pytest

from hub.core.errors import Unavailable
from hub.core.findings import Finding
from hub.pipeline.journey.answers import SHOWN_FINDINGS, receipt
from hub.routing.table import Routes
from tests.factories import make_message
from tests.message_house import World

MESSAGE = make_message(original_name="a\u202eb\nc.xml")


async def test_a_refusal_lists_its_first_findings(living_world: World) -> None:
    findings = [Finding("rule", f"Befund {n}") for n in range(SHOWN_FINDINGS + 50)]

    answer = await receipt(MESSAGE, "refused", findings, living_world.house)

    [kept] = answer.kept
    assert kept.inline
    assert SHOWN_FINDINGS == kept.inline.count(b"Befund ")
    assert b"a?b?c.xml" in kept.inline


async def test_asking_again_yields_the_same_promise(living_world: World) -> None:
    first = await receipt(MESSAGE, "accepted", (), living_world.house)
    living_world.clock.advance(60)
    second = await receipt(MESSAGE, "accepted", (), living_world.house)

    assert first.kept == second.kept
    assert [p.id for p in first.promises] == [p.id for p in second.promises]


async def test_who_agreed_on_no_receipts_gets_none(world: World) -> None:
    message = make_message(channel="ihv", partner="ihv")

    answer = await receipt(message, "accepted", (), world.house)

    assert ((), ()) == (answer.promises, answer.clearings)


async def test_a_receipt_that_cannot_be_written_is_said_to_a_human(world: World) -> None:
    house = replace(world.house, routes=Routes(world.house.routes.ways_in, ()))

    answer = await receipt(MESSAGE, "refused", (), house)

    assert ["receipt_unwritten"] == [case.code for case in answer.clearings]


async def test_a_full_disk_is_no_reason_to_leave_the_receipt_out(living_world: World) -> None:
    (living_world.house.base / "data" / "payloads").write_text("in the way")
    findings = [Finding("rule", "x" * 3000) for _ in range(SHOWN_FINDINGS)]

    with pytest.raises(Unavailable):
        await receipt(MESSAGE, "refused", findings, living_world.house)
