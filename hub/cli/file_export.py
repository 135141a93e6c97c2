"""``efile export``: a whole file to hand on."""

from __future__ import annotations

import argparse
from pathlib import Path

from hub.cli import pdf_export, proof_export
from hub.cli.command import Commands
from hub.cli.file_desk import akte_argument


def register(efile: Commands) -> None:
    """Declare the command."""
    export = efile.add("export", _run, "Eine Akte als PDF oder Beweispaket ausgeben",
                       json_output=True)  # fmt: skip
    akte_argument(export)
    form = export.add_mutually_exclusive_group(required=True)
    form.add_argument(
        "--pdf", type=Path, metavar="DATEI", help="ein PDF mit Inhalt und Blattzahlen"
    )
    form.add_argument(
        "--proof", action="store_true",
        help="Beweispaket: Originale, Nachweise und Prüfprogramm in einem ZIP",
    )  # fmt: skip
    export.add_argument(
        "--document", action="append", metavar="KENNUNG", help="PDF: nur dieses; mehrfach"
    )
    export.add_argument(
        "--volume-mb", type=int, default=100, metavar="MB", help="PDF: teilen ab dieser Größe"
    )
    export.add_argument("--output", type=Path, metavar="DATEI", help="Beweispaket: wohin")
    export.add_argument("--reason", metavar="GRUND", help="Beweispaket: wozu")
    export.add_argument("--actor", metavar="NAME", help="Beweispaket: wer entscheidet")
    export.set_defaults(complain=export.error)


async def _run(options: argparse.Namespace) -> int:
    if options.pdf:
        return await pdf_export.run(options)
    if not (options.output and options.reason and options.actor):
        options.complain("--proof braucht --output, --reason und --actor.")
    return await proof_export.run(options)
