"""The storage card, verification and drill from the command line, against a real S3 server."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

import pytest

from hub.app import Place, open_database
from hub.app.upkeep.keeper import _start
from hub.store.upkeep import runs
from tests.command_line import OFFICE, CommandLine

pytestmark = [pytest.mark.s3]
TENANT = ("--tenant", OFFICE)


def card(command: CommandLine) -> dict[str, Any]:
    [found] = command("efile", "storage", *TENANT, "--json").json["storages"]
    return dict(found)


def tamper(command: CommandLine, sql: str) -> None:
    with sqlite3.connect(command.house.database) as connection:
        connection.execute(sql)
    connection.close()


def rows(command: CommandLine, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(command.house.database) as connection:
        found = connection.execute(sql).fetchall()
    connection.close()
    return found


def test_before_anything_was_looked_at_the_card_says_so(command: CommandLine) -> None:
    found = card(command)

    assert (None, None, None) == (
        found["probed_at"], found["verification"]["state"], found["drill"]["state"],
    )  # fmt: skip
    assert found["documents"] > 0
    assert {found["keys"]["current"]: found["akten"]} == found["keys"]["files"]


def test_a_check_keeps_what_the_storage_was_seen_to_do(command: CommandLine) -> None:
    command("check")

    seen = {one["name"]: one for one in card(command)["capabilities"]}

    assert (True, True) == (seen["round_trip"]["proven"], bool(seen["round_trip"]["proven_at"]))
    assert (False, None) == (seen["object_lock"]["proven"], seen["object_lock"]["proven_at"])


def test_a_verification_is_kept_and_journaled(command: CommandLine) -> None:
    answer = command("efile", "verify", *TENANT, "--json")

    found = card(command)["verification"]
    assert (0, True) == (answer.code, answer.json["intact"])
    assert ("good", answer.json["objects"]) == (found["state"], found["objects"])
    assert found["due"] > found["ended_at"]
    assert [("efile_verified", OFFICE)] == rows(
        command, "SELECT action, tenant FROM journal WHERE action LIKE 'efile_verif%'"
    )


def test_a_drill_finds_what_the_index_was_changed_in_and_leaves_it(command: CommandLine) -> None:
    good = command("efile", "drill", *TENANT, "--json")
    tamper(command, "UPDATE efile_documents SET title = 'anders'")

    bad = command("efile", "drill", *TENANT, "--json")

    assert (0, 0) == (good.code, good.json["differences"])
    assert good.json["drills"][0]["documents"] == card(command)["documents"]
    assert (1, True) == (bad.code, bad.json["differences"] > 0)
    assert ("faulty", bad.json["differences"]) == (
        card(command)["drill"]["state"], card(command)["drill"]["faults"],
    )  # fmt: skip
    assert "anders" in command("efile", "drill", *TENANT).out or "index_differs" in bad.out
    assert not list((command.house.folder / "data" / "work").glob("drill-*"))


def test_an_office_that_has_filed_nothing_has_nothing_wrong(command: CommandLine) -> None:
    answers = [command("efile", verb, "--json") for verb in ("verify", "drill")]

    assert [0, 0] == [answer.code for answer in answers]
    assert {0} < {one["documents"] for one in answers[1].json["drills"]}


async def wanted_and_worked(command: CommandLine) -> int | None:
    """Let the process beside the service do what somebody asked for."""
    place = Place.read(command.settings)
    async with open_database(place) as database:
        for kind in runs.KINDS:
            await database.write(lambda tx, k=kind: runs.want(tx, OFFICE, k, "verwalter", 1))
    process = await _start(place)
    return await process.wait()


def test_the_process_beside_the_service_does_what_is_wanted(command: CommandLine) -> None:
    assert 0 == asyncio.run(wanted_and_worked(command))

    found = card(command)
    assert ("good", "good") == (found["verification"]["state"], found["drill"]["state"])


def test_what_is_under_way_is_not_begun_twice(command: CommandLine) -> None:
    command("efile", "storage")
    tamper(
        command,
        "INSERT INTO upkeep_run (id, tenant, kind, state, wanted_by, wanted_us, seen_us, node)"
        " VALUES ('r', 'beispielhausen', 'drill', 'running', '-', 1, 9000000000000000, 'hub-1')",
    )

    answer = command("efile", "drill", *TENANT)

    assert (True, True) == (answer.code != 0, "upkeep_under_way" in answer.err)
    assert "läuft" in command("efile", "storage", *TENANT).out
