"""A child: ``python -m hub.pipeline.isolation DESCRIPTOR`` of the line to whoever started it."""

from __future__ import annotations

import socket
import sys

from hub.pipeline.isolation.cell import live
from hub.pipeline.isolation.line import Line

if __name__ == "__main__":
    live(Line(socket.socket(fileno=int(sys.argv[1]))))
