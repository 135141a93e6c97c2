"""Named places in the message path where a test may kill the process.

Nothing happens unless a failpoint was armed at start-up from the environment
(``AKTENHUB_FAILPOINT=name[:occurrence]``, read by :mod:`hub.core.settings`).
"""

from __future__ import annotations

import os
import signal

_armed: dict[str, int] = {}
NAMES: set[str] = set()


def declare(*names: str) -> None:
    """Register the failpoints a module contains, so that a test can enumerate them."""
    NAMES.update(names)


def arm(specification: str) -> None:
    """Arm ``name`` or ``name:n`` (die at the n-th pass; the first when not given)."""
    name, _, occurrence = specification.partition(":")
    _armed[name] = int(occurrence or 1)


def reach(name: str) -> None:
    """Pass a failpoint; kill the process like a power cut when it is armed and due."""
    if not _armed or name not in _armed:
        return
    _armed[name] -= 1
    if _armed[name] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
