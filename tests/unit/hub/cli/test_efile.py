"""What the file commands do without their storage."""

import sqlite3

import pytest

from tests.command_line import OFFICE, CommandLine


def test_the_list_rests_on_the_index_alone(command: CommandLine) -> None:
    answer = command("efile", "list", "--json")

    assert (0, {"akten": []}) == (answer.code, answer.json)
    assert "Keine Einträge.\n" == command("efile", "list").out


@pytest.mark.parametrize("verb", [["verify"], ["rebuild"]])
def test_storage_that_is_away_is_temporary(command: CommandLine, verb: list[str]) -> None:
    answer = command("efile", *verb, "--tenant", OFFICE)

    assert (4, "") == (answer.code, answer.out)
    assert answer.err.startswith("aktenhub: ")


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["show", "UV-1"], ["search", "x"], ["verify"], ["rebuild"],
     ["get", "d-1", "--to", "x"],
     ["put", "hub.toml", "--akte", "UV-1", "--title", "x", "--actor", "x"]],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
def test_an_unknown_office_is_a_matter_of_configuration(
    command: CommandLine, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(command.house.folder)
    answer = command("efile", *arguments, "--tenant", "nowhere")

    assert (3, True) == (answer.code, "[unknown_tenant]" in answer.err)
    # Nothing was looked at, so nothing was opened.
    assert not command.house.database.exists()


@pytest.mark.parametrize(
    "arguments", [["show", "UV-1"], ["get", "d-1", "--to", "x"]], ids=lambda a: a[0]
)
def test_what_does_not_exist_is_refused(command: CommandLine, arguments: list[str]) -> None:
    assert 1 == command("efile", *arguments, "--tenant", OFFICE).code


def test_a_look_that_cannot_be_logged_shows_nothing(command: CommandLine) -> None:
    command("journal", "balance")
    with sqlite3.connect(command.house.database) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON access_log BEGIN SELECT raise(ABORT, 'full'); END"
        )
    connection.close()

    with pytest.raises(Exception, match="full"):
        command("efile", "list")
    assert "" == command.capsys.readouterr().out
