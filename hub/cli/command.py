"""How a command is declared and how it prints."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from hub.app import Place
from hub.cli.parser import Parser

Run = Callable[[argparse.Namespace], Awaitable[int]]


class Commands:
    """The commands of one level."""

    def __init__(self, actions: argparse._SubParsersAction[Parser]) -> None:
        self._actions = actions

    def add(self, name: str, run: Run, text: str, *, json_output: bool = False) -> Parser:
        """Declare a command; read commands offer ``--json``."""
        parser = self._actions.add_parser(name, help=text, description=text)
        parser.set_defaults(run=run)
        if json_output:
            parser.add_argument("--json", action="store_true", help="Ausgabe als JSON")
        return parser

    def group(self, name: str, text: str) -> Commands:
        """Declare a group of commands."""
        parser = self._actions.add_parser(name, help=text, description=text)
        return Commands(
            parser.add_subparsers(dest=f"{name}_command", required=True, metavar="BEFEHL")
        )


def place_of(options: argparse.Namespace) -> Place:
    """Read the settings the command line names.

    Raises:
        Misconfigured: they are missing or wrong.
    """
    return Place.read(options.settings)


def scope_of(options: argparse.Namespace, place: Place) -> str | None:
    """Return the office the command line narrows to; none where it does not.

    Raises:
        Misconfigured: no such office; an empty answer would look like a good one.
    """
    return place.settings.tenant(options.tenant).id if options.tenant else None


def show_json(value: object) -> None:
    """Print one JSON document."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def show_table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """Print rows under German headings, each column as wide as its widest value."""
    if not rows:
        print("Keine Einträge.")
        return
    lines = [list(columns.values())]
    lines += [[_cell(row.get(key)) for key in columns] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    for line in lines:
        print("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    """Return a value fit for a terminal: senders' words must not steer it."""
    if value is None or value == "":
        return "–"
    return "".join(c if c.isprintable() else "?" for c in str(value))


_LEVELS = {"error": "Fehler", "warning": "Warnung", "info": "Hinweis"}


def show_findings(findings: Sequence[Mapping[str, Any]]) -> None:
    """Print what was found in a document, each with its place."""
    columns = {"line": "Zeile", "row": "Satz", "field": "Feld", "rule": "Regel", "path": "Ort",
               "message": "Befund"}  # fmt: skip
    if any(one.get("level") not in (None, "error") for one in findings):
        columns = {"level": "Stufe", **columns}
        findings = [{**one, "level": _LEVELS.get(str(one.get("level")))} for one in findings]
    show_table(findings, columns)


def show_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print labelled values, one per line."""
    for label, value in facts:
        print(f"{label + ':':<24}{_cell(value)}")
