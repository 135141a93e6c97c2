"""Cases whose payloads stay are kept with a reason, and in the journal."""

import sqlite3

from tests.command_line import OFFICE, CommandLine

WHY = ("--tenant", OFFICE, "--reason", "Klage anhängig", "--actor", "m.sommer")


def test_a_hold_is_made_listed_and_ended(command: CommandLine) -> None:
    made, again = (command("retention", "hold", "UV-77001", *WHY) for _ in range(2))
    listed = command("retention", "list", "--json").json["holds"]
    ended, twice = (command("retention", "release", "UV-77001", *WHY) for _ in range(2))

    assert ["Vermerkt.", "Das war schon so."] * 2 == [
        answer.out.strip() for answer in (made, again, ended, twice)
    ]
    assert [("UV-77001", "Klage anhängig")] == [(row["case_key"], row["reason"]) for row in listed]
    assert "Keine Einträge." in command("retention", "list").out
    with sqlite3.connect(command.house.database) as database:
        steps = database.execute("SELECT action, actor FROM journal ORDER BY seq").fetchall()
    database.close()
    assert [("retention_hold", "m.sommer"), ("retention_release", "m.sommer")] == steps


def test_a_hold_needs_a_reason_and_an_office(command: CommandLine) -> None:
    blank = command(
        "retention", "hold", "UV-1", "--tenant", OFFICE, "--reason", " ", "--actor", "x"
    )
    nowhere = command("retention", "hold", "UV-1", "--tenant", "x", "--reason", "x", "--actor", "x")

    assert (1, True) == (blank.code, "[reason_missing]" in blank.err)
    assert (3, True) == (nowhere.code, "[unknown_tenant]" in nowhere.err)


def test_what_is_due_is_removed_at_once(command: CommandLine) -> None:
    answer = command("retention", "run")

    assert (0, "0 Nutzdaten waren alt genug und wurden geprüft.\n") == (answer.code, answer.out)
