"""Named places in the message path where a test may kill the process or raise a fault.

Nothing happens unless a failpoint was armed at start-up from the environment
(``AKTENHUB_FAILPOINT=name[:occurrence][!]``, read by :mod:`hub.core.settings`).
"""

from __future__ import annotations

import os
import signal

_armed: dict[str, int] = {}
_raising: set[str] = set()
NAMES: set[str] = set()


def declare(*names: str) -> None:
    """Register the failpoints a module contains, so that a test can enumerate them."""
    NAMES.update(names)


def arm(specification: str) -> None:
    """Arm ``name`` or ``name:n`` (the n-th pass; the first when not given).

    With ``!`` behind it a fault nobody foresaw is raised there instead of a kill.
    """
    name, _, occurrence = specification.rstrip("!").partition(":")
    _armed[name] = int(occurrence or 1)
    if specification.endswith("!"):
        _raising.add(name)


class PlantedFault(Exception):
    """A fault nobody foresaw, for tests."""


def reach(name: str) -> None:
    """Pass a failpoint; kill the process like a power cut when it is armed and due."""
    if not _armed or name not in _armed:
        return
    _armed[name] -= 1
    if _armed[name] == 0 and name in _raising:
        raise PlantedFault(name)
    if _armed[name] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
