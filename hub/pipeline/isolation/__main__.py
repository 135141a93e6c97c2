"""A child: ``python -m hub.pipeline.isolation DESCRIPTOR`` of the pipe to whoever started it."""

from __future__ import annotations

import sys
from multiprocessing.connection import Connection

from hub.pipeline.isolation.cell import live

if __name__ == "__main__":
    live(Connection(int(sys.argv[1])))
