"""Setting up an installation and dropping a file."""

import socket
from pathlib import Path

import pytest

from tests.command_line import OFFICE, CommandLine


def _inbox(command: CommandLine) -> Path:
    return command.house.folder / "inbox" / OFFICE / "fachverfahren"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Bescheid.xml"
    path.write_bytes(b"<bescheid/>")
    return path


def test_init_makes_a_folder_whose_check_names_what_is_missing(
    tmp_path: Path, command: CommandLine
) -> None:
    made = command("init", tmp_path / "new")
    answer = command("--settings", tmp_path / "new" / "hub.toml", "check", "--json")

    errors = {Path(f["place"]).name for f in answer.json["findings"] if f["level"] == "error"}
    assert (0, 1) == (made.code, answer.code)
    assert not answer.json["ok"]
    assert {"s3_access_key", "s3_secret_key"} == errors
    assert "check" in made.out


def test_init_keeps_its_secrets_for_itself(tmp_path: Path, command: CommandLine) -> None:
    command("init", tmp_path / "new")

    secrets = sorted((tmp_path / "new" / "secrets").iterdir())
    assert ["efile_kek", "efile_names", "kek"] == [path.name for path in secrets]
    assert {0o600} == {path.stat().st_mode & 0o777 for path in secrets}
    assert 0o700 == secrets[0].parent.stat().st_mode & 0o777
    assert secrets[0].read_text() != secrets[1].read_text()


def test_init_never_touches_an_installation(tmp_path: Path, command: CommandLine) -> None:
    command("init", tmp_path / "new")
    before = (tmp_path / "new" / "secrets" / "kek").read_bytes()

    again = command("init", tmp_path / "new")

    assert (3, True) == (again.code, "[already_initialised]" in again.err)
    assert before == (tmp_path / "new" / "secrets" / "kek").read_bytes()


def test_send_puts_a_whole_file_and_nothing_else(command: CommandLine, file: Path) -> None:
    answer = command("send", file, "--tenant", OFFICE)

    assert 0 == answer.code
    assert ["Bescheid.xml"] == [path.name for path in _inbox(command).iterdir()]
    assert b"<bescheid/>" == (_inbox(command) / "Bescheid.xml").read_bytes()
    assert 1 == (_inbox(command) / "Bescheid.xml").stat().st_nlink


def test_send_never_replaces_what_waits(command: CommandLine, file: Path) -> None:
    command("send", file, "--tenant", OFFICE)
    file.write_bytes(b"<other/>")

    answer = command("send", file, "--tenant", OFFICE)

    assert (1, True) == (answer.code, "[file_name_taken]" in answer.err)
    assert b"<bescheid/>" == (_inbox(command) / "Bescheid.xml").read_bytes()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--tenant", "nowhere"], "unknown_tenant"),
        (["--tenant", OFFICE, "--channel", "nowhere"], "unknown_channel"),
    ],
)
def test_send_knows_only_doors_that_are_set_up(
    command: CommandLine, file: Path, options: list[str], code: str
) -> None:
    answer = command("send", file, *options)

    assert (3, True) == (answer.code, f"[{code}]" in answer.err)
    assert not _inbox(command).exists()


@pytest.mark.parametrize("name", ["Bescheid.xml.tmp", ".verborgen", "Bescheid.PART"])
def test_send_refuses_a_name_that_would_never_be_picked_up(
    command: CommandLine, file: Path, name: str
) -> None:
    answer = command("send", file.rename(file.with_name(name)), "--tenant", OFFICE)

    assert (1, True) == (answer.code, "[file_name_never_taken]" in answer.err)
    assert not _inbox(command).exists()


@pytest.mark.parametrize("section", ["web", "ops"])
def test_an_address_in_use_is_a_matter_of_configuration(command: CommandLine, section: str) -> None:
    settings = command.settings.read_text()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command.settings.write_text(
            settings.replace(f"[{section}]\nport = 0", f"[{section}]\nport = {port}")
        )
        answer = command("run")

    assert (3, True) == (answer.code, "[address_unusable]" in answer.err)
    assert f"127.0.0.1:{port}" in answer.err
