"""A wrong call is answered in German, with exit code 2."""

from pathlib import Path

import pytest

from hub.cli import build_parser
from hub.cli.parser import in_german
from tests.command_line import CommandLine


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Es fehlt: BEFEHL."),
        (["journl"], "gibt es nicht; möglich sind"),
        (["journal", "list", "--limit", "viele"], "viele ist keine ganze Zahl ab 1."),
        (["journal", "list", "--limit"], "--limit braucht eine Angabe."),
        (["check", "--jso"], "Unbekannte Angabe: --jso."),
        (["certs", "import", "fehlt.pem"], "Die Datei fehlt.pem gibt es nicht."),
        (["certs", "revoke", "1"], "Es fehlt: --actor."),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    command: CommandLine, arguments: list[str], said: str
) -> None:
    answer = command(*arguments)

    assert 2 == answer.code
    assert said in answer.err
    assert answer.err.startswith("Aufruf: aktenhub")


def test_a_folder_is_no_file(command: CommandLine, tmp_path: Path) -> None:
    assert 2 == command("certs", "import", tmp_path).code


@pytest.mark.parametrize("path", [[], ["journal"], ["efile", "put"], ["certs", "request"]])
def test_help_is_german_throughout(command: CommandLine, path: list[str]) -> None:
    answer = command(*path, "--help")

    assert 0 == answer.code
    assert 1 == answer.out.count("Aufruf: ")
    english = ("usage:", "options:", "positional", "show this")
    assert [] == [word for word in english if word in answer.out]


def test_what_the_parser_does_not_know_stays_as_it_is() -> None:
    assert "something new" == in_german("something new")


def test_every_read_command_offers_json() -> None:
    parser = build_parser()
    for words in (
        "check", "validate --schema x README.md", "journal list", "journal show 1",
        "journal trace 1", "journal balance", "journal verify", "clearing list",
        "clearing show 1", "efile list", "efile show a --tenant t", "efile search a --tenant t",
        "efile verify", "efile rebuild --tenant t", "letters check", "certs list",
        "certs show 1", "certs anchors", "certs check README.md --partner azr", "bench messages",
    ):  # fmt: skip
        assert parser.parse_args([*words.split(), "--json"]).json, words
