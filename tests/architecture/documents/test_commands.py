"""The operations manual names every command, and documents name no command that does not exist."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.cli import build_parser
from tests.architecture.tree import ROOT, files, name_of

MANUAL = ROOT / "docs/betriebshandbuch/README.md"
DOCUMENTS = [p for p in files() if p.suffix == ".md" and p.name != "CHANGELOG.md"]
CALL = re.compile(r"aktenhub(?: --settings \S+)?((?: [a-z][a-z-]*)+)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def _leaves(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[str]:
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        yield " ".join(path)
    for group in groups:
        for name, child in group.choices.items():
            yield from _leaves(child, (*path, name))


COMMANDS = sorted(_leaves(build_parser()))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_manual_explains_the_command(command: str) -> None:
    row = rf"^\| `aktenhub {re.escape(command)}\b[^`]*` \| \S"

    assert re.search(row, MANUAL.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_documents_name_only_commands_that_exist(path: Path) -> None:
    code = "\n".join(CODE.findall(path.read_text(encoding="utf-8")))

    assert [] == [call for call in CALL.findall(code) if not _exists(call.split())]


def _exists(words: list[str]) -> bool:
    return any(" ".join(words[: len(name.split())]) == name for name in COMMANDS) or any(
        name.startswith(" ".join(words) + " ") for name in COMMANDS
    )
