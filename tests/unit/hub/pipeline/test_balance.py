"""The balance is counted twice and shows when the two disagree."""

import pytest

from hub.pipeline.balance import CLASSES, Balance, balance
from hub.store.messages import MOVES
from tests.message_house import OFFICE, OTHER_OFFICE, World


async def test_rows_and_journal_agree(world: World) -> None:
    await world.accept(b"one")
    await world.accept(b"two", tenant=OTHER_OFFICE)
    await world.accept(b"one")
    await world.accept(b"", fault="empty_file")

    found = (await balance(world.house.database, None)).to_dict()

    by = found.pop("by")
    assert {
        "received": 4, "delivered": 0, "in_progress": 2, "clearing": 0, "refused": 1,
        "duplicates": 1, "balanced": True,
    } == found  # fmt: skip
    assert {OFFICE: 3, OTHER_OFFICE: 1} == {k: v["received"] for k, v in by["tenant"].items()}


async def test_an_office_sees_its_own_part_only(world: World) -> None:
    await world.accept(b"one")
    await world.accept(b"two", tenant=OTHER_OFFICE)

    found = await balance(world.house.database, OFFICE)

    assert (1, [OFFICE]) == (found.received, list(found.by["tenant"]))


@pytest.mark.parametrize(
    "behind_the_back",
    [
        "UPDATE message SET state = 'closed'",
        "DELETE FROM message",
        (
            "INSERT INTO message SELECT tenant, 'x', partner, channel, kind, case_key, state, sha256, "
            "record_sha256, size_bytes, original_name, business_id, correlation_id, causation_id, "
            "part_of, schema_name, code, open_promises, received_us, closed_us, attachments FROM message"
        ),
    ],
)
async def test_a_change_past_the_journal_shows(world: World, behind_the_back: str) -> None:
    await world.accept(b"one")

    await world.change(behind_the_back)

    assert not (await balance(world.house.database, None)).balanced


def test_every_state_counts_in_exactly_one_class() -> None:
    assert set(MOVES) == set(CLASSES)


def test_parts_that_do_not_add_up_are_not_balanced() -> None:
    assert not Balance(received=2, delivered=1).balanced
