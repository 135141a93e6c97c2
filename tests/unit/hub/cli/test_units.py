import sqlite3

import pytest

from tests.command_line import OFFICE, CommandLine

TENANT = ("--tenant", OFFICE)


def make(command: CommandLine, monkeypatch: pytest.MonkeyPatch, *logins: str) -> None:
    for login in logins:
        monkeypatch.setattr("getpass.getpass", lambda _: "ein langer Satz als Passwort")
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        done = command(
            "accounts", "create", login, "--name", login, "--role", "caseworker", *TENANT
        )
        assert 0 == done.code, done.err


def test_units_members_and_deputies_are_listed(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(command, monkeypatch, "bauer", "winter")
    added = command("units", "add", "uv1", *TENANT, "--name", "Unterhaltsvorschuss A-K")
    joined = command("units", "join", "Bauer", "uv1")
    away = command("units", "deputy", "bauer", "winter", "--until", "2199-12-31")
    listed = command("units", "list", *TENANT, "--json").json

    assert (0, 0, 0) == (added.code, joined.code, away.code)
    assert [("uv1", "Unterhaltsvorschuss A-K", 1)] == [
        (one["id"], one["name"], one["members"]) for one in listed["units"]
    ]
    assert [("bauer", "winter", "2199-12-31")] == [
        (one["person"], one["deputy"], one["until"]) for one in listed["deputies"]
    ]
    assert "winter" in command("units", "list", *TENANT).out
    with sqlite3.connect(command.house.database) as connection:
        noted = connection.execute("SELECT action FROM access_log ORDER BY seq").fetchall()
    connection.close()
    assert [("unit_created",), ("account_units_set",), ("account_deputy_set",)] == noted[-3:]


def test_a_unit_is_renamed_and_closed_with_a_successor_that_takes_its_members(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(command, monkeypatch, "bauer")
    for unit in ("uv1", "uv2"):
        command("units", "add", unit, *TENANT, "--name", unit.upper())
    command("units", "join", "bauer", "uv1")

    renamed = command("units", "rename", "uv2", *TENANT, "--name", "L bis Z")
    left = command("units", "close", "uv1", *TENANT)
    closed = command("units", "close", "uv1", *TENANT, "--successor", "uv2")
    again = command("units", "close", "uv1", *TENANT, "--successor", "uv2")

    assert (0, "Sachgebiet uv2: L bis Z\n") == (renamed.code, renamed.out)
    assert (1, 0) == (left.code, closed.code)
    assert "[unit_not_empty]" in left.err
    assert "[unit_closed]" in again.err
    assert "Wiedervorlagen und Akten (0) hat jetzt uv2." in closed.out
    rows = command("units", "list", *TENANT, "--closed", "--json").json["units"]
    assert [("uv2", "L bis Z", 1, ""), ("uv1", "UV1", 0, "uv2")] == [
        (one["id"], one["name"], one["members"], one["successor"]) for one in rows
    ]
    shown = command("units", "list", *TENANT, "--closed").out
    assert "geschlossen" in shown
    assert "uv1" not in command("units", "list", *TENANT).out
    with sqlite3.connect(command.house.database) as connection:
        noted = connection.execute(
            "SELECT action, object_id FROM access_log ORDER BY seq"
        ).fetchall()
    connection.close()
    assert [("unit_renamed", "uv2"), ("unit_closed", "uv1 uv2")] == noted[-2:]


def test_an_empty_unit_is_closed_for_good(command: CommandLine) -> None:
    command("units", "add", "uv1", *TENANT, "--name", "UV1")

    closed = command("units", "close", "uv1", *TENANT)

    assert "Sachgebiet uv1 ist geschlossen.\n" == closed.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["rename", "uv7", *TENANT, "--name", "x"], "unknown_unit"),
        (["close", "uv7", *TENANT], "unknown_unit"),
        (["add", "UV 1", *TENANT, "--name", "x"], "unit_name_invalid"),
        (["join", "niemand", "uv1"], "unknown_account"),
        (["deputy", "x", "y", "--until", "2199-12-31"], "not_one_office"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    command: CommandLine, arguments: list[str], code: str
) -> None:
    answer = command("units", *arguments)

    assert 1 == answer.code
    assert f"[{code}]" in answer.err


def test_an_account_joins_only_units_there_are(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(command, monkeypatch, "bauer")

    assert "[unknown_unit]" in command("units", "join", "bauer", "uv7").err
    over = ["units", "deputy", "bauer", "bauer", "--since", "2026-02-01", "--until", "2026-01-01"]
    assert "[not_one_office]" in command(*over).err
