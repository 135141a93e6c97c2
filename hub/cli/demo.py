"""``demo``: play the main job on fictitious people and serve the viewer."""

from __future__ import annotations

import argparse
from pathlib import Path

from hub.cli.command import Commands
from hub.demo.performance import perform


def register(commands: Commands) -> None:
    """Declare the command."""
    demo = commands.add("demo", _demo, "Die Vorführung spielen und die Oberfläche bereitstellen")
    demo.add_argument("--folder", type=Path, default=Path("demo"), metavar="ORDNER")
    demo.add_argument("--port", type=int, default=8443, help="Port der Oberfläche")
    demo.add_argument("--once", action="store_true", help="nach der Prüfung enden")


async def _demo(options: argparse.Namespace) -> int:
    good = await perform(options.folder, once=options.once, web_port=options.port)
    return 0 if good else 1
