"""The operations manual names every command, and documents name no command that does not exist."""

import argparse
import re
from collections.abc import Iterator

from hub.cli import build_parser
from tests.architecture.tree import ROOT, files, name_of

MANUAL = (ROOT / "docs/betriebshandbuch/README.md").read_text(encoding="utf-8")
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


def test_the_manual_explains_every_command() -> None:
    explained = re.findall(r"^\| `aktenhub ([^`]+)` \| \S", MANUAL, re.MULTILINE)

    assert [] == [
        name for name in COMMANDS if not any(f"{row} ".startswith(f"{name} ") for row in explained)
    ]


def test_documents_name_only_commands_that_exist() -> None:
    unknown = [
        f"{name_of(path)}: aktenhub{call}"
        for path in DOCUMENTS
        for code in CODE.findall(path.read_text(encoding="utf-8"))
        for call in CALL.findall(code)
        if not _exists(call.split())
    ]

    assert [] == unknown


def _exists(words: list[str]) -> bool:
    return any(" ".join(words[: len(name.split())]) == name for name in COMMANDS) or any(
        name.startswith(" ".join(words) + " ") for name in COMMANDS
    )
