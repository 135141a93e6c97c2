"""``python -m hub`` is the command ``aktenhub``."""

from __future__ import annotations

import sys

from hub.cli import main as run


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
