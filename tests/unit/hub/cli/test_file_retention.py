"""Commands on kinds and retention that need no storage."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import OFFICE, CommandLine

WHO = ("--tenant", OFFICE, "--actor", "k.winter")


def test_the_kinds_are_shown_with_their_law(command: CommandLine) -> None:
    answer = command("efile", "kinds", "--json")
    people = command("efile", "kinds").out

    kinds = {kind["id"]: kind for kind in answer.json["kinds"]}
    assert "uvg-rueckgriff" in kinds
    assert [None, "2025-07-01"] == [rule["from"] for rule in kinds["vormundschaft"]["retention"]]
    assert "Regel ab 01.07.2025:" in people
    assert "30 + 70 Jahre nach dem Tag von: Geburt des Mündels (§ 9b SGB VIII" in people


def test_own_kinds_take_the_place_of_the_shipped(command: CommandLine) -> None:
    folder = command.house.folder / "arten"
    folder.mkdir()
    settings = command.settings.read_text(encoding="utf-8")
    own = f'{settings}\n[folders]\nfile_kinds = "arten"\n'
    command.settings.write_text(own, encoding="utf-8")
    missing = command("efile", "kinds", "--json")
    (folder / "uvg.toml").write_text(shipped("uvg"), encoding="utf-8")

    assert (3, "file_kinds_invalid") == (missing.code, missing.json["code"])
    assert ["uvg"] == [kind["id"] for kind in command("efile", "kinds", "--json").json["kinds"]]


def shipped(kind: str) -> str:
    root = Path(__file__).parents[4]
    return (root / f"efile/kinds/shipped/{kind}.toml").read_text(encoding="utf-8")


def test_an_empty_office_has_nothing_to_destroy(command: CommandLine) -> None:
    answer = command(
        "efile", "retention", "list", "--tenant", OFFICE, "--on", "2040-01-01", "--json"
    )

    assert (0, {"on": "2040-01-01", "tenant": OFFICE, "akten": []}) == (answer.code, answer.json)
    assert "Keine Einträge." in command("efile", "retention", "list", "--tenant", OFFICE).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["date", "UV-1", "ended", *WHO, "--reason", "x"], "Eines davon ist anzugeben"),
        (["date", "UV-1", "ended", "2026-01-01", "--withdraw", *WHO, "--reason", "x"], "schließen"),
        (["date", "UV-1", "ended", "morgen", *WHO, "--reason", "x"], "kein Tag der Form"),
        (["hold", "UV-1", *WHO], "Es fehlt: --reason"),
    ],
)  # fmt: skip
def test_a_wrong_call_says_what_is_wrong(
    command: CommandLine, arguments: list[str], said: str
) -> None:
    answer = command("efile", "retention", *arguments)

    assert (2, True) == (answer.code, said in answer.err), answer.err


def test_a_file_that_is_not_there_is_refused(command: CommandLine) -> None:
    answer = command("efile", "retention", "show", "UV-1", "--tenant", OFFICE, "--json")

    assert (1, "akte_missing") == (answer.code, answer.json["code"])
