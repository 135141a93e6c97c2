"""Accounts are made on the command line; passwords never stand on it."""

import io
import sqlite3

import pytest

from tests.command_line import OFFICE, CommandLine

LONG = "ein langer Satz als Kennwort"


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Answer the question for a password through a pipe."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{LONG}\n"))
    return monkeypatch


def _create(command: CommandLine, *more: str) -> int:
    return command(
        "accounts", "create", "m.sommer", "--name", "Miriam Sommer", "--role", "caseworker", *more
    ).code


def _account(command: CommandLine) -> dict[str, object]:
    with sqlite3.connect(command.house.database) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM account")]
    connection.close()
    return rows[0] if rows else {}


def _log(command: CommandLine) -> list[tuple[str, str]]:
    with sqlite3.connect(command.house.database) as connection:
        rows = connection.execute("SELECT tenant, action FROM access_log ORDER BY seq").fetchall()
    connection.close()
    return rows


def test_a_password_comes_through_a_pipe(command: CommandLine, pipe: pytest.MonkeyPatch) -> None:
    code = _create(command, "--tenant", OFFICE)
    account = _account(command)

    assert (0, "m.sommer", OFFICE) == (code, account["login"], account["tenant"])
    assert LONG not in str(account)
    assert "argon2id" in str(account)


def test_a_login_is_given_once(command: CommandLine, pipe: pytest.MonkeyPatch) -> None:
    first = _create(command, "--tenant", OFFICE)
    pipe.setattr("sys.stdin", io.StringIO(f"{LONG}\n"))

    assert (0, 1) == (first, _create(command, "--tenant", OFFICE))


def test_a_short_password_is_refused(command: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("kurz\n"))

    assert (1, {}) == (_create(command, "--tenant", OFFICE), _account(command))


def test_an_account_needs_an_office_that_exists(
    command: CommandLine, pipe: pytest.MonkeyPatch
) -> None:
    assert 3 == _create(command, "--tenant", "nowhere")


def test_a_password_is_replaced(command: CommandLine, pipe: pytest.MonkeyPatch) -> None:
    _create(command, "--tenant", OFFICE)
    before = str(_account(command))
    pipe.setattr("sys.stdin", io.StringIO("ein anderer langer Satz\n"))

    assert 0 == command("accounts", "password", "m.sommer").code
    assert before != str(_account(command))


def test_a_disabled_account_is_marked(command: CommandLine, pipe: pytest.MonkeyPatch) -> None:
    _create(command, "--tenant", OFFICE)
    before = _account(command)
    answer = command("accounts", "disable", "m.sommer")

    assert 0 == answer.code
    assert before != _account(command)
    assert [(OFFICE, "account_created"), (OFFICE, "account_locked")] == _log(command)


@pytest.mark.parametrize("verb", ["password", "disable"])
def test_an_unknown_login_is_refused(
    command: CommandLine, pipe: pytest.MonkeyPatch, verb: str
) -> None:
    assert 1 == command("accounts", verb, "niemand").code


def test_a_role_that_does_not_exist_is_wrong_usage(command: CommandLine) -> None:
    answer = command("accounts", "create", "x", "--name", "X", "--role", "chef")

    assert (2, True) == (answer.code, "caseworker" in answer.err)


def test_a_person_is_let_behind_walls(command: CommandLine, pipe: pytest.MonkeyPatch) -> None:
    _create(command, "--tenant", OFFICE)
    first = _account(command)["walls"]
    done = command("accounts", "walls", "M.Sommer", "uvg", "beistandschaft")
    then = _account(command)["walls"]
    unknown = command("accounts", "walls", "m.sommer", "adoption")
    nobody = command("accounts", "walls", "x.y", "uvg")
    command("accounts", "walls", "m.sommer")

    assert ("uvg", 0, "beistandschaft uvg") == (first, done.code, then)
    assert (1, True) == (unknown.code, "[unknown_wall]" in unknown.err)
    assert (1, True) == (nobody.code, "[unknown_account]" in nobody.err)
    assert "" == _account(command)["walls"]


def test_a_second_factor_is_reset_from_outside_and_on_record(
    command: CommandLine, pipe: pytest.MonkeyPatch
) -> None:
    _create(command, "--tenant", OFFICE)
    nothing = command("accounts", "reset-factor", "m.sommer")
    with sqlite3.connect(command.house.database) as connection:
        connection.executescript(
            "INSERT INTO private_key VALUES ('k', '', 'second-factor', 'totp-sha1', '', '', 1);"
            "INSERT INTO second_factor SELECT id, 'k', 0, 0, 1 FROM account;"
        )
    connection.close()
    done = command("accounts", "reset-factor", "M.Sommer")
    with sqlite3.connect(command.house.database) as connection:
        left = connection.execute("SELECT count(*) FROM second_factor").fetchone()
    connection.close()

    assert (0, 0, 1) == (nothing.code, done.code, command("accounts", "reset-factor", "x").code)
    assert "keinen zweiten Faktor" in nothing.out
    assert "zurückgesetzt" in done.out
    assert ((0,), [(OFFICE, "account_factor_reset")] * 2) == (left, _log(command)[1:])
    assert str(_account(command)["factor_reset_by"]).startswith("cli:")
