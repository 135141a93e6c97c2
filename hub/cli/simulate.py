"""``simulate``: start a partner system as a program of its own."""

from __future__ import annotations

import argparse
import os
import sys

from hub.cli.command import Commands

PARTNERS = ("ihv", "kasse", "azr", "ca")


def register(commands: Commands) -> None:
    """Declare the command."""
    simulate = commands.add("simulate", _simulate, "Ein Partnersystem simulieren")
    simulate.add_argument("partner", choices=PARTNERS, metavar="PARTNER")
    simulate.add_argument(
        "arguments", nargs=argparse.REMAINDER, help="Angaben des Simulators; --help zeigt sie"
    )


async def _simulate(options: argparse.Namespace) -> int:
    """Become the simulator, so that signals reach it; the hub's code is gone from the process."""
    command = [sys.executable, "-m", f"hub.simulators.{options.partner}", *options.arguments]
    os.execv(command[0], command)  # noqa: S606  our own interpreter, no shell
