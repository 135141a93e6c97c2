"""What the operator sees of partners over HTTPS."""

import asyncio

import pytest

from hub.app import Place, open_database
from hub.store.database import Transaction
from hub.store.targets.breaker import PARTNER, Failure, failed
from tests.command_line import CommandLine
from tests.message_house import OFFICE

NOW_US = 1_795_000_000_000_000


@pytest.fixture
def troubled(command: CommandLine) -> CommandLine:
    """An installation one partner of which is away, for one office for another reason."""

    def work(tx: Transaction) -> None:
        for tenant, code in ((PARTNER, "partner_unreachable"), (OFFICE, "certificate_expired")):
            failed(tx, "azr", tenant, Failure(code, NOW_US, NOW_US + 30_000_000, 1))

    async def fail() -> None:
        async with open_database(Place.read(command.house.folder / "hub.toml")) as database:
            await database.write(work)

    asyncio.run(fail())
    return command


def test_the_list_says_who_is_away_why_and_until_when(troubled: CommandLine) -> None:
    head, *lines = troubled("targets", "list").out.splitlines()

    assert head.startswith("Gegenstelle  Mandant")
    assert ["alle", OFFICE] == [line.split()[1] for line in lines]
    assert all("gestört" in line and "12:07:10" in line for line in lines), lines


def test_the_list_as_json(troubled: CommandLine) -> None:
    [partner, office] = troubled("targets", "list", "--json").json["targets"]

    assert ("azr", "", "open", "partner_unreachable", 0) == (
        partner["partner"], partner["tenant"], partner["state"], partner["code"],
        partner["waiting"],
    )  # fmt: skip
    assert (OFFICE, "2026-11-18T11:07:10.000000Z") == (office["tenant"], office["next_probe"])
