"""``bench``: honest figures beside the bare limit of the same machine and run."""

from __future__ import annotations

from hub.cli.command import Commands


def register(commands: Commands) -> None:
    """Declare the commands."""
