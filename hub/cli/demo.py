"""``demo``: play the main job on fictitious people and serve the viewer."""

from __future__ import annotations

import argparse
import asyncio
import signal
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
    """Play; when told to end, stop every program that was started."""
    playing = asyncio.create_task(perform(options.folder, once=options.once, web_port=options.port))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, playing.cancel)
    try:
        good = await playing
    except asyncio.CancelledError:
        print("Beendet.")
        return 1 if options.once else 0
    return 0 if good else 1
