"""``python -m hub`` is the command ``aktenhub``."""

from __future__ import annotations

import gc
import sys

# Nothing that a start loads is garbage; looking for some took a third of its time.
gc.disable()

from hub.app import memory  # noqa: E402  everything this loads is meant
from hub.cli import main as run  # noqa: E402  likewise

gc.freeze()
gc.enable()


def main() -> None:
    """Run the command line and exit with its code."""
    memory.share()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
