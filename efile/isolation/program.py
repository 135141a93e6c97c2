"""Becomes another program within limits: ``python -m efile.isolation.program MB SECONDS …``."""

from __future__ import annotations

import os
import resource
import sys

_MB = 1024 * 1024
_LARGEST_FILE_MB = 512


def main(memory_mb: int, cpu_s: int, command: list[str]) -> None:
    """Take the limits on and go over into the command; children of it inherit them."""
    for what, bound in (
        (resource.RLIMIT_AS, memory_mb * _MB),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE_MB * _MB),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (bound, bound))
    os.execv(command[0], command)  # noqa: S606  a fixed program, no shell


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
