"""A child: ``python -m hub.pipeline.isolation DESCRIPTOR`` of the line to whoever started it."""

from __future__ import annotations

import gc
import socket
import sys

# Nothing that a start loads is garbage; looking for some took a sixth of its time.
gc.disable()

from hub.pipeline.isolation.cell import live  # noqa: E402  everything this loads is meant
from hub.pipeline.isolation.line import Line  # noqa: E402  see above

gc.freeze()
gc.enable()

if __name__ == "__main__":
    live(Line(socket.socket(fileno=int(sys.argv[1]))))
