"""``simulate``: start a partner system as a program of its own."""

from __future__ import annotations

import argparse
import asyncio
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
    module = f"hub.simulators.{options.partner}"
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, *options.arguments)
    return await process.wait()
