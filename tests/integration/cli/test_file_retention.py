"""Retention from the command line, against a real S3 server."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from hub.demo.cast import BEISPIELHAUSEN
from tests.command_line import OFFICE, CommandLine

pytestmark = [pytest.mark.s3]

FAMILY = BEISPIELHAUSEN.xml[0]
TENANT = ("--tenant", OFFICE)
WHY = (*TENANT, "--reason", "Vermerk der Leitung", "--actor", "k.winter")


def shown(command: CommandLine, akte: str, *options: str) -> dict[str, Any]:
    answer = command("efile", "retention", "show", akte, *TENANT, "--json", *options)
    assert 0 == answer.code, answer.err
    found: dict[str, Any] = answer.json
    return found


def test_a_benefit_file_waits_for_its_days(command: CommandLine) -> None:
    found = shown(command, FAMILY.case_id)

    assert ("uvg", "undetermined", ["benefit_ended", "claims_settled"]) == (
        found["kind"], found["state"], found["missing"],
    )  # fmt: skip
    assert None is found["day"]


def test_dates_and_holds_decide_survive_a_rebuild_and_are_written_down(
    command: CommandLine,
) -> None:
    opened = command("efile", "open", "--kind", "beistandschaft", "--title", "Öztürk, Elif",
                     *TENANT, "--actor", "k.winter", "--json").json  # fmt: skip
    akte = opened["aktenzeichen"]
    dated = command("efile", "retention", "date", akte, "ended", "2010-05-04", *WHY)
    held = command("efile", "retention", "hold", akte, "--until", "2199-12-31", *WHY, "--json").json
    before = shown(command, akte)
    command("efile", "rebuild", *TENANT)
    assert before == shown(command, akte)
    early = command("efile", "retention", "answer", akte, "declines", *WHY)
    lifted = command("efile", "retention", "lift", akte, held["hold"], *WHY)
    listed = command("efile", "retention", "list", *TENANT, "--on", "2030-01-01", "--json").json

    assert ("beistandschaft", 0, "held", "2200-01-01") == (
        opened["kind"], dated.code, before["state"], before["free_day"],
    )  # fmt: skip
    assert [(akte, "offer", "2021-01-01")] == [
        (one["aktenzeichen"], one["state"], one["day"]) for one in listed["akten"]
    ]
    answered = command("efile", "retention", "answer", akte, "declines", *WHY)
    assert (0, 1, True) == (lifted.code, early.code, "[not_to_be_offered]" in early.err)
    assert (0, "due") == (answered.code, shown(command, akte)["state"])
    with sqlite3.connect(command.house.database) as database:
        looks = database.execute("SELECT action, akte FROM access_log ORDER BY seq").fetchall()
        steps = database.execute(
            "SELECT action FROM journal WHERE case_key = ? ORDER BY seq", (akte,)
        ).fetchall()
    database.close()
    acts = ["file_opened", "retention_date_noted", "retention_hold_set", "retention_hold_lifted"]
    acts.append("archive_answer_noted")
    assert acts == [action for (action,) in steps]
    assert set(acts) | {"retention_viewed", "retention_listed"} <= {action for action, _ in looks}
    assert opened["id"] in {akte for _, akte in looks}


def test_people_are_told_in_their_words(command: CommandLine) -> None:
    text = command("efile", "retention", "show", FAMILY.case_id, *TENANT).out
    every = command("efile", "retention", "list", *TENANT, "--all").out

    assert "noch nicht bestimmbar, weil „Ende der Leistung“" in text
    assert "nicht bestimmbar\n" in text
    assert 2 == every.count("nicht bestimmbar, weil")


def test_another_office_changes_nothing(command: CommandLine) -> None:
    other = ("--tenant", "musterstadt", "--reason", "x", "--actor", "x")

    for act in (["hold", FAMILY.case_id], ["date", FAMILY.case_id, "birth", "2020-01-01"]):
        answer = command("efile", "retention", *act, *other)
        assert (1, True) == (answer.code, "[akte_missing]" in answer.err)
