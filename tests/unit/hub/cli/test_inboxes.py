"""What the operator sees of inboxes, and how one goes on without a missing number."""

import asyncio

import pytest

from hub.app import Place, open_database
from hub.store.database import Transaction
from hub.store.inbox import leases, numbers
from tests.command_line import CommandLine
from tests.message_house import CORE, OFFICE

DOOR = (OFFICE, CORE)
NOW_US = 1_795_000_000_000_000


@pytest.fixture
def waiting(command: CommandLine) -> CommandLine:
    """An installation one inbox of which waits for number 8."""

    def work(tx: Transaction) -> None:
        leases.take(tx, DOOR, "hub-1", NOW_US, 60_000_000)
        leases.take(tx, (OFFICE, "ihv"), "hub-2", NOW_US, 60_000_000)
        numbers.reach(tx, DOOR, 7)
        numbers.wait(tx, DOOR, NOW_US)

    async def prepare() -> None:
        async with open_database(Place.read(command.house.folder / "hub.toml")) as database:
            await database.write(work)

    asyncio.run(prepare())
    return command


def test_the_list_says_who_picks_up_and_what_is_awaited(waiting: CommandLine) -> None:
    found = waiting("inboxes", "list", "--json").json["inboxes"]

    told = [(row["channel"], row["owner"], row["awaited"]) for row in found]
    assert [(CORE, "hub-1", 8), ("ihv", "hub-2", None)] == told


def test_a_person_lets_it_go_on_and_the_journal_says_who_and_why(waiting: CommandLine) -> None:
    skip = ("inboxes", "skip", "--tenant", OFFICE, "--channel", CORE, "--actor", "a.muster")
    said = waiting(*skip, "--to", "9", "--reason", "Datei gibt es nicht").out
    [row] = [r for r in waiting("inboxes", "list", "--json").json["inboxes"] if r["last"]]
    exported = waiting("journal", "export").out

    assert "Auf Nr. 8 bis 9 wird nicht länger gewartet." in said
    assert (9, None) == (row["last"], row["awaited"])
    assert '"actor":"a.muster"' in exported.replace(" ", "")
    assert "number_passed_over" in exported


def test_nothing_is_skipped_where_nothing_is_awaited(command: CommandLine) -> None:
    skip = ("inboxes", "skip", "--tenant", OFFICE, "--channel", CORE, "--actor", "x")

    assert "nothing_awaited" in command(*skip, "--reason", "y").err
