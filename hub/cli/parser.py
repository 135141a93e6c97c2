"""The command line's grammar, in German, and the kinds of values it takes.

Whatever is wrong with the call itself ends with exit code 2 before anything is opened.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

from hub.core.clock import BERLIN
from hub.evidence.export import Period

_SAID = (
    (r"the following arguments are required: (.*)", "Es fehlt: {0}."),
    (r"unrecognized arguments: (.*)", "Unbekannte Angabe: {0}."),
    (r"one of the arguments (.*) is required", "Eines davon ist anzugeben: {0}."),
    (r"argument (\S+): not allowed with argument (\S+)", "{0} und {1} schließen sich aus."),
    (r"argument (\S+): invalid choice: (.*) \(choose from (.*)\)",
     "{0}: {1} gibt es nicht; möglich sind {2}."),
    (r"argument (\S+): expected .* argument", "{0} braucht eine Angabe."),
    (r"argument (\S+): (.*)", "{0}: {1}"),
)  # fmt: skip
"""What the library says, and how we say it."""


class Parser(argparse.ArgumentParser):
    """A parser that speaks German; options are never abbreviated, so that scripts stay true."""

    def __init__(self, *, prog: str | None = None, description: str | None = None) -> None:
        super().__init__(
            prog=prog, description=description, formatter_class=Help, add_help=False,
            allow_abbrev=False,
        )  # fmt: skip
        self._positionals.title = "Angaben"
        self._optionals.title = "Optionen"
        self.add_argument("-h", "--help", action="help", help="diese Hilfe zeigen")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the call and exit with 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {in_german(message)}\n")


class Help(argparse.HelpFormatter):
    """Help pages that begin in German."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """Begin with how to call the command."""
        super().add_usage(usage, actions, groups, "Aufruf: " if prefix is None else prefix)


def in_german(message: str) -> str:
    """Translate what the library says of a wrong call; what it does not know stays as it is."""
    for pattern, sentence in _SAID:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return sentence.format(*found.groups())
    return message


def existing_file(text: str) -> Path:
    """Return the path of a file that can be read."""
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"Die Datei {text} gibt es nicht.")
    if not os.access(path, os.R_OK):
        raise argparse.ArgumentTypeError(f"Die Datei {text} ist nicht lesbar.")
    return path


def new_file(text: str) -> Path:
    """Return the path of a file that is not there yet, in a folder that is."""
    path = Path(text)
    if path.exists() or path.is_symlink():
        raise argparse.ArgumentTypeError(f"{text} gibt es schon und wird nicht überschrieben.")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"Den Ordner {path.parent} gibt es nicht.")
    return path


def number(text: str) -> int:
    """Return a whole number from 1."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise argparse.ArgumentTypeError(f"{text} ist keine ganze Zahl ab 1.")
    return int(text)


def numbers(text: str) -> tuple[int, ...]:
    """Return whole numbers from 1, given with commas between them."""
    return tuple(number(part) for part in text.split(","))


def day(text: str) -> date:
    """Return a calendar day given as ``YYYY-MM-DD``."""
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"{text} ist kein Tag der Form JJJJ-MM-TT.") from exc


def period(text: str) -> Period:
    """Return a year or a month of the German calendar."""
    found = re.fullmatch(r"(20[0-9]{2})(?:-(0[1-9]|1[0-2]))?", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text} ist weder ein Jahr noch ein Monat (2026-11).")
    year, month = int(found[1]), int(found[2] or 0)
    following = (year, month + 1) if month and month < 12 else (year + 1, 1)  # noqa: PLR2004  December
    return Period(text, _begin(year, month or 1), _begin(*following))


def _begin(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=BERLIN).timestamp()) * 1_000_000


def year(text: str) -> Period:
    """Return a year of the German calendar."""
    if not re.fullmatch(r"20[0-9]{2}", text):
        raise argparse.ArgumentTypeError(f"{text} ist kein Jahr.")
    return period(text)
