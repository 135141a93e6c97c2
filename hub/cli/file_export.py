"""``efile export``: a whole file to hand on."""

from __future__ import annotations

from pathlib import Path

from hub.cli import proof_export
from hub.cli.command import Commands
from hub.cli.file_desk import akte_argument, reason_argument


def register(efile: Commands) -> None:
    """Declare the command."""
    export = efile.add("export", proof_export.run, "Eine Akte als Beweispaket ausgeben",
                       json_output=True)  # fmt: skip
    akte_argument(export)
    export.add_argument(
        "--proof", action="store_true", required=True,
        help="Beweispaket: Originale, Nachweise und Prüfprogramm in einem ZIP",
    )  # fmt: skip
    export.add_argument("--output", type=Path, required=True, metavar="DATEI")
    reason_argument(export)
