"""Every error becomes an exit code, and is said to people and to programs."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.command_line import AWAY, OFFICE, CommandLine
from tests.crash.house import build_house


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(build_house(tmp_path / "house", AWAY), capsys)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["journal", "balance"], 0),
        (["journal", "show", "0192"], 1),
        (["journal"], 2),
        (["journal", "list", "--limit", "0"], 2),
        (["validate", "--schema", "fachverfahren/Bescheid-1.0", "nowhere.xml"], 2),
        (["efile", "list", "--tenant", "nowhere"], 3),
        (["efile", "verify", "--tenant", OFFICE], 4),
    ],
)
def test_exit_codes_say_who_must_act(command: CommandLine, arguments: list[str], code: int) -> None:
    assert code == command(*arguments).code


@pytest.mark.parametrize(
    "arguments",
    [["journal", "list"], ["journal", "balance"], ["clearing", "list"], ["certs", "list"]],
)
def test_an_office_that_does_not_exist_is_not_an_empty_one(
    command: CommandLine, arguments: list[str]
) -> None:
    answer = command(*arguments, "--tenant", "nowhere")

    assert (3, "", True) == (answer.code, answer.out, "[unknown_tenant]" in answer.err)


def test_a_missing_settings_file_is_a_matter_of_configuration(
    command: CommandLine,
) -> None:
    command.settings.unlink()

    answer = command("journal", "balance")

    assert 3 == answer.code
    assert "[settings_missing]" in answer.err


@pytest.mark.parametrize("name", ["kek", "efile_names", "s3_access_key"])
def test_a_missing_secret_is_a_matter_of_configuration(command: CommandLine, name: str) -> None:
    (command.house.folder / "secrets" / name).unlink()

    answer = command(*(["certs", "list"] if name == "kek" else ["efile", "list"]))

    assert (3, True) == (answer.code, "[secret_missing]" in answer.err)


def test_programs_get_an_error_as_json_too(command: CommandLine) -> None:
    answer = command("efile", "show", "UV-1", "--tenant", "nowhere", "--json")

    [finding] = answer.json["findings"]
    assert (3, False) == (answer.code, answer.json["ok"])
    assert "unknown_tenant" == answer.json["code"] == finding["code"]
    assert {"code", "level", "place", "message", "remedy"} == finding.keys()
    assert answer.err.startswith("aktenhub: ")


def test_a_path_that_cannot_be_used_is_said_without_a_traceback(
    command: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")

    answer = command("init", tmp_path / "file" / "new")

    assert 3 == answer.code
    assert "[file_unusable]" in answer.err
    assert "Traceback" not in answer.err


def test_a_database_that_cannot_be_opened_is_said_without_a_traceback(
    command: CommandLine,
) -> None:
    (command.house.folder / "data" / "hub.sqlite").write_bytes(b"no database" * 1000)

    answer = command("journal", "balance")

    assert answer.code in {3, 4}
    assert answer.err.startswith("aktenhub: ")


LITTLE = ["journal", "balance"]
MUCH = ["validate", "--schema", "fachverfahren/Bescheid-1.0", *["hub.toml"] * 2000]


@pytest.mark.parametrize("arguments", [LITTLE, MUCH], ids=["little", "much"])
def test_a_reader_that_has_seen_enough_is_no_error(
    command: CommandLine, arguments: list[str]
) -> None:
    # The pipe has lost its reader long before Python has started.
    run = subprocess.run(
        ["bash", "-c", '"$@" 2>err | true; echo "${PIPESTATUS[0]}"', "bash",
         sys.executable, "-m", "hub", *arguments],
        cwd=command.house.folder, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ("0", "") == (run.stdout.strip(), (command.house.folder / "err").read_text())
