"""The life of a mapping's versions on the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hub.app import SHIPPED
from hub.cli.rehearsal import sentence
from hub.pipeline.rehearsal import Comparison
from tests.command_line import CommandLine

NAME = "fachverfahren-to-hub/Bescheid"


@pytest.fixture
def mappings(command: CommandLine) -> Path:
    """Mappings of the installation's own, with a second version of one."""
    base = command.house.folder
    target = base / "mappings"
    shutil.copytree(SHIPPED / "mappings", target)
    shutil.copyfile(target / f"{NAME}.xslt", target / f"{NAME}-2.xslt")
    settings = base / "hub.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[folders]", '[folders]\nmappings = "mappings"', 1)
                        if "[folders]" in text else f'{text}\n[folders]\nmappings = "mappings"\n',
                        encoding="utf-8")  # fmt: skip
    return target


@pytest.mark.parametrize(
    ("changed", "invalid", "words"),
    [
        (37, 2, "37 von 12.480 Ergebnissen ändern sich, 2 werden ungültig."),
        (1, 1, "1 von 12.480 Ergebnissen ändert sich, 1 wird ungültig."),
        (0, 0, "0 von 12.480 Ergebnissen ändern sich, 0 werden ungültig."),
    ],
)
def test_the_result_is_one_sentence(changed: int, invalid: int, words: str) -> None:
    assert words == sentence(Comparison(messages=12_480, changed=changed, invalid=invalid))


def test_a_version_is_activated_and_taken_back(command: CommandLine, mappings: Path) -> None:
    answer = command("map", "--activate", NAME, "--with", "Bescheid-2", "--from", "2026-01-01")
    back = command("map", "--roll-back", NAME)

    text = (mappings / "versions.toml").read_text(encoding="utf-8")
    assert (0, 0) == (answer.code, back.code)
    assert text.count("[[") == 3
    assert 'version = "Bescheid-2"\nfrom = 2026-01-01\nuntil = ' in text


def test_a_version_whose_examples_fail_is_not_activated(
    command: CommandLine, mappings: Path
) -> None:
    path = mappings / f"{NAME}-2.xslt"
    path.write_text(path.read_text("utf-8").replace("<notice_id>", "<number>", 1), "utf-8")

    answer = command("map", "--activate", NAME, "--with", "Bescheid-2")

    assert 3 == answer.code
    assert not (mappings / "versions.toml").exists()


def test_an_empty_archive_rehearses_to_nothing(command: CommandLine, mappings: Path) -> None:
    answer = command(
        "map", "--rehearse", NAME, "--with", mappings / f"{NAME}-2.xslt", "--reason", "Probe",
        "--json",
    )  # fmt: skip

    assert (0, 0, 0) == (answer.code, answer.json["messages"], answer.json["invalid"])
    assert "0 von 0 Ergebnissen ändern sich, 0 werden ungültig." == answer.json["sentence"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--rehearse", NAME, "--with", "Bescheid-2"),
        ("--rehearse", NAME, "--reason", "Probe"),
        ("--activate", NAME),
        ("--mapping", NAME),
        (),
        ("--mapping", NAME, "--roll-back", NAME),
    ],
)
def test_an_incomplete_call_is_wrong_usage(
    command: CommandLine, arguments: tuple[str, ...]
) -> None:
    assert 2 == command("map", *arguments).code


def test_a_version_that_does_not_exist_is_the_operators_matter(
    command: CommandLine, mappings: Path
) -> None:
    answer = command("map", "--rehearse", NAME, "--with", "Bescheid-9", "--reason", "Probe")

    assert 3 == answer.code
