from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hub.core.clock import begin_of_day
from hub.store import views
from hub.store.database import Transaction
from hub.store.views import MessageFilter
from tests.small_house import CASE, CLEARING, OFFICE, OTHER_OFFICE, SmallHouse, build_small_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[SmallHouse]:
    built = await build_small_house(tmp_path)
    yield built
    await built.close()


TODAY = begin_of_day(date(2026, 11, 18))
YESTERDAY = begin_of_day(date(2026, 11, 17))
DIGEST = f"{5:064x}"

QUESTIONS: dict[str, Callable[[Transaction, str], Any]] = {
    "timeline": lambda tx, tenant: views.timeline(tx, tenant, CASE),
    "waiting": lambda tx, tenant: views.waiting(tx, tenant, CASE),
    "messages": lambda tx, tenant: views.messages(tx, tenant, MessageFilter())[0],
    "message": lambda tx, tenant: views.message(tx, tenant, _first(tx)),
    "events": lambda tx, tenant: views.events(tx, tenant, _first(tx)),
    "promises": lambda tx, tenant: views.promises(tx, tenant, _stuck(tx)),
    "clearing_groups": views.clearing_groups,
    "clearing_case": lambda tx, tenant: views.clearing_case(tx, tenant, CLEARING),
    "blocked_lanes": views.blocked_lanes,
    "certificates": views.certificates,
}


def _first(tx: Transaction) -> str:
    row = tx.one("SELECT id FROM message WHERE tenant = :tenant ORDER BY id", tenant=OFFICE)
    assert row is not None
    return str(row["id"])


def _stuck(tx: Transaction) -> str:
    row = tx.one("SELECT message_id FROM promise WHERE id = 'promise-5'")
    assert row is not None
    return str(row["message_id"])


@pytest.mark.parametrize("question", QUESTIONS)
async def test_the_own_office_gets_an_answer(house: SmallHouse, question: str) -> None:
    assert await house.database.read(lambda tx: QUESTIONS[question](tx, OFFICE))


@pytest.mark.parametrize("question", QUESTIONS)
async def test_another_office_gets_nothing_of_it(house: SmallHouse, question: str) -> None:
    asked = QUESTIONS[question]
    answer = await house.database.read(lambda tx: asked(tx, OTHER_OFFICE))
    rows = answer if isinstance(answer, list) else [answer] if answer else []

    # Both offices have a case of the same number: the other one has rows of its own.
    assert {OTHER_OFFICE} >= {row["tenant"] for row in rows if "tenant" in row}
    assert not any(OFFICE in str(row) or "Sommerfeld" in str(row) for row in rows)


async def test_pages_of_messages_show_each_once_in_order(house: SmallHouse) -> None:
    seen: list[str] = []
    before = ""
    while True:
        rows, before = await house.database.read(
            lambda tx, b=before: views.messages(tx, OFFICE, MessageFilter(before=b), limit=2)
        )
        seen += [row["id"] for row in rows]
        if not before:
            break

    assert 7 == len(seen) == len(set(seen))
    assert sorted(seen, reverse=True) == seen


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (MessageFilter(states=("refused",)), 1),
        (MessageFilter(states=("received", "routed")), 1),
        (MessageFilter(kind="Bescheid"), 1),
        (MessageFilter(partner="ihv"), 3),
        (MessageFilter(case_key="none"), 0),
        (MessageFilter(states=("closed",), partner="ihv"), 2),
        (MessageFilter(case_key=CASE), 7),
        (MessageFilter(case_key=CASE, states=("refused", "clearing")), 2),
        (MessageFilter(office=OTHER_OFFICE), 0),
        (MessageFilter(number="FV-00005"), 1),
        (MessageFilter(digest=DIGEST), 1),
        (MessageFilter(digest=DIGEST[:8]), 7),
        (MessageFilter(digest="a" * 8), 0),
        (MessageFilter(since_us=YESTERDAY, until_us=TODAY), 3),
        (MessageFilter(since_us=TODAY), 4),
    ],
)
async def test_a_filter_narrows(house: SmallHouse, wanted: MessageFilter, count: int) -> None:
    rows, _ = await house.database.read(lambda tx: views.messages(tx, OFFICE, wanted))

    assert count == len(rows)


async def test_the_operator_sees_the_metadata_of_every_office(house: SmallHouse) -> None:
    rows, _ = await house.database.read(lambda tx: views.messages(tx, None, MessageFilter()))

    assert {OFFICE, OTHER_OFFICE} == {row["tenant"] for row in rows}


async def test_the_entry_of_acceptance_is_on_the_timeline_though_its_case_was_unknown(
    house: SmallHouse,
) -> None:
    rows = await house.database.read(lambda tx: views.timeline(tx, OFFICE, CASE))

    assert "received" == rows[0]["action"]
    assert sorted(row["seq"] for row in rows) == [row["seq"] for row in rows]


async def test_the_filters_offer_what_occurs(house: SmallHouse) -> None:
    kinds, partners = await house.database.read(lambda tx: views.kinds_and_partners(tx, OFFICE))

    assert ["azr", "fachverfahren", "ihv"] == partners
    assert "Bescheid" in kinds


async def test_a_group_lists_its_clearing_cases(house: SmallHouse) -> None:
    def work(tx: Transaction) -> list[str]:
        [group] = views.clearing_groups(tx, OFFICE)
        return [row["id"] for row in views.clearing_of_group(tx, OFFICE, group["fingerprint"])]

    assert [CLEARING] == await house.database.read(work)


async def test_the_figures_cover_all_offices(house: SmallHouse) -> None:
    counts = await house.database.read(views.counts)

    assert 8 == sum(row["n"] for row in counts["messages"])
    assert [1] == [row["n"] for row in counts["blocked"]]


async def test_messages_that_follow_are_found(house: SmallHouse) -> None:
    def work(tx: Transaction) -> list[Any]:
        first = _first(tx)
        tx.run("UPDATE message SET causation_id = :c WHERE id LIKE '%000000000003'", c=first)
        return views.caused(tx, OFFICE, first)

    assert 1 == len(await house.database.write(work))
