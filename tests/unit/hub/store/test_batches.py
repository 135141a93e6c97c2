"""Batch files: numbers without gaps, order within a case, nothing twice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.store import batches, lanes
from hub.store.lanes import Promise
from hub.store.sqlite import SqliteTransaction
from tests.empty_store import empty_store, everything

QUEUE = "order:ihv"


def order(tx: SqliteTransaction, number: int, tenant: str = "a", case: int = 1) -> str:
    """Add an order of some cents to the lane of its case."""
    name = f"{tenant}-{case}-{number:03d}"
    spec = {"amount_cents": number}
    promise = Promise(name, tenant, f"m-{name}", "order", QUEUE, f"{tenant}/{case}", spec)
    lanes.add(tx, promise, number)
    return name


def take(tx: SqliteTransaction, batch_id: str, tenant: str = "a", limit: int = 100):
    return batches.open_batch(
        tx, batch_id=batch_id, tenant=tenant, partner="ihv", queue=QUEUE, limit=limit, now_us=9
    )


def names(tx: SqliteTransaction, batch_id: str, tenant: str = "a") -> list[str]:
    return [promise.id for promise in batches.batch_promises(tx, tenant, batch_id)]


@pytest.fixture
def tx() -> SqliteTransaction:
    return empty_store()


@given(
    orders=st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 3)), max_size=25),
    limits=st.lists(st.integers(1, 6), min_size=1, max_size=4),
)
@settings(deadline=None, max_examples=60)
def test_every_order_is_in_one_file_and_in_order(
    orders: list[tuple[str, int]], limits: list[int]
) -> None:
    tx = empty_store()
    lines: dict[tuple[str, int], list[str]] = {}
    for number, (tenant, case) in enumerate(orders):
        lines.setdefault((tenant, case), []).append(order(tx, number, tenant, case))
    rounds = [*limits, *([100] * 2)]
    taken: dict[str, list[str]] = {"a": [], "b": []}
    numbers: dict[str, list[int]] = {"a": [], "b": []}
    for tenant in "ab":
        for place, limit in enumerate(rounds):
            batch = take(tx, f"{tenant}-{place}", tenant, limit)
            if batch:
                assert batch["record_count"] <= limit
                numbers[tenant].append(batch["sequence"])
                taken[tenant] += names(tx, batch["id"], tenant)

    for tenant in "ab":
        assert sorted(taken[tenant]) == sorted(
            n for (t, _), line in lines.items() if t == tenant for n in line
        )
        assert list(range(1, len(numbers[tenant]) + 1)) == numbers[tenant]
    for (tenant, case), line in lines.items():
        assert line == [n for n in taken[tenant] if n.startswith(f"{tenant}-{case}-")]


def test_a_file_carries_count_and_total(tx: SqliteTransaction) -> None:
    for number in (10, 20, 30):
        order(tx, number, case=number)
    batch = take(tx, "b-1")

    assert batch is not None
    assert (1, 3, 60) == (batch["sequence"], batch["record_count"], batch["total_cents"])


def test_without_orders_no_number_is_spent(tx: SqliteTransaction) -> None:
    assert take(tx, "b-1") is None
    order(tx, 1)
    batch = take(tx, "b-2")

    assert batch is not None
    assert 1 == batch["sequence"]


def test_taking_again_takes_nothing_twice(tx: SqliteTransaction) -> None:
    order(tx, 1)
    take(tx, "b-1")
    before = everything(tx)

    assert take(tx, "b-1") is None
    assert before == everything(tx)


def test_a_number_of_a_unit_that_failed_is_given_again(tx: SqliteTransaction) -> None:
    order(tx, 1)
    take(tx, "b-1")
    order(tx, 2)
    tx.run("SAVEPOINT unit")
    with pytest.raises(Exception, match="UNIQUE"):
        take(tx, "b-1")
    tx.run("ROLLBACK TO unit")
    batch = take(tx, "b-2")

    assert batch is not None
    assert 2 == batch["sequence"]


def test_the_lanes_go_on_behind_a_file(tx: SqliteTransaction) -> None:
    order(tx, 1)
    take(tx, "b-1")
    lane = tx.one("SELECT state, head_seq, next_seq FROM lane")
    order(tx, 2)

    assert {"state": "idle", "head_seq": 2, "next_seq": 2} == lane
    assert [{"tenant": "a", "waiting": 1, "since": 2}] == batches.oldest_waiting_us(tx, QUEUE)


def test_numbers_run_per_office_partner_and_direction(tx: SqliteTransaction) -> None:
    lines = [("a", "ihv", "out"), ("a", "ihv", "in"), ("a", "kasse", "out"), ("b", "ihv", "out")]
    given_out = [batches.next_sequence(tx, *line) for _ in range(2) for line in lines]

    assert [1] * 4 + [2] * 4 == given_out


@given(seen=st.lists(st.integers(1, 50), min_size=1))
@settings(deadline=None, max_examples=30)
def test_the_highest_number_seen_stays(seen: list[int]) -> None:
    tx = empty_store()

    assert 0 == batches.last_sequence(tx, "a", "ihv", "in")
    for value in seen:
        batches.keep_sequence(tx, "a", "ihv", "in", value)
    assert max(seen) == batches.last_sequence(tx, "a", "ihv", "in")


def test_files_without_bytes_are_found_in_order_of_their_numbers(tx: SqliteTransaction) -> None:
    for number in range(3):
        order(tx, number)
        take(tx, f"b-{9 - number}")
    tx.run("UPDATE batch SET state = 'written' WHERE sequence = 2")

    assert [1, 3] == [row["sequence"] for row in batches.unwritten(tx)]
    found = batches.find(tx, "a", "b-8")
    assert found is not None
    assert ("written", 2) == (found["state"], found["sequence"])
    assert batches.find(tx, "a", "b-0") is None
