"""The command line: parse, call, print, map errors to exit codes.

Exit codes: 0 done and good, 1 findings or refused, 2 wrong usage, 3 configuration,
4 temporarily unavailable.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from efile import FilingError, RulesMisconfigured, StorageMisconfigured, StorageUnavailable
from hub.cli import (
    accounts,
    backups,
    bench,
    certs,
    checking,
    clearing,
    demo,
    efile,
    holding,
    inboxes,
    journal,
    letters,
    retention,
    running,
    simulate,
    targets,
    tokens,
    units,
)
from hub.cli.command import Commands
from hub.cli.parser import Parser
from hub.core.errors import HubError, Misconfigured
from hub.core.log import set_up_logging

_GROUPS = (
    running, checking, journal, clearing, inboxes, efile, letters, certs, accounts, tokens, targets,
    backups, retention, simulate, bench, demo,
    holding, units,
)  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    """Return the whole command line."""
    parser = Parser(
        prog="aktenhub",
        description="Nachrichtendrehscheibe und E-Akte für den Unterhaltsvorschuss.",
    )
    parser.add_argument(
        "--settings",
        type=Path,
        default=Path("hub.toml"),
        metavar="DATEI",
        help="Einstellungen (Vorgabe: hub.toml im aktuellen Ordner)",
    )
    commands = Commands(parser.add_subparsers(dest="command", required=True, metavar="BEFEHL"))
    for group in _GROUPS:
        group.register(commands)
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    options = build_parser().parse_args(arguments)
    set_up_logging("warning")
    try:
        code: int = asyncio.run(options.run(options))
        # Whether somebody still reads shows here; at the end of the process it would be noise.
        sys.stdout.flush()
    except (HubError, FilingError) as exc:
        return _failed(options, exc)
    except BrokenPipeError:
        # Whoever read us (head, less) has seen enough; nothing of ours may fail on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 0
    except OSError as exc:
        if exc.filename is None:
            raise
        return _failed(options, _unusable(exc))
    return code


def _unusable(error: OSError) -> Misconfigured:
    return Misconfigured(
        "file_unusable",
        f"Eine Datei oder ein Ordner ist nicht benutzbar: {error.strerror}.",
        place=str(error.filename),
        remedy="Pfad, Rechte und freien Platz prüfen.",
    )


def _failed(options: argparse.Namespace, error: HubError | FilingError) -> int:
    """Say what is wrong, to people and to programs."""
    if getattr(options, "json", False):
        found = {
            "code": error.code, "level": "error", "place": error.place,
            "message": error.message, "remedy": error.remedy,
        }  # fmt: skip
        print(json.dumps({"ok": False, **found, "findings": [found]}, ensure_ascii=False))
    print(f"aktenhub: {error}", file=sys.stderr)
    return error.exit_code if isinstance(error, HubError) else _filing_exit_code(error)


def _filing_exit_code(error: FilingError) -> int:
    if isinstance(error, StorageUnavailable):
        return 4
    return 3 if isinstance(error, StorageMisconfigured | RulesMisconfigured) else 1
