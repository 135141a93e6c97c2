"""The memory of a process that works in batches.

A batch builds tens of thousands of objects that live until it is committed and have no cycles.
With its usual thresholds the collector looks at all of them again and again, and at everything a
start has loaded: a sixth of the processor time of the whole way was its own.
"""

from __future__ import annotations

import ctypes
import gc

YOUNG = 20_000
"""Objects made and not freed before the youngest are looked at: a few MB."""
_ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's ``mallopt``."""


def share() -> None:
    """Let all threads take memory from two arenas; to be called before any is started.

    By default glibc gives nearly every thread one of its own, which keeps what it once needed. But
    batches go from thread to thread, and Python lets one thread work at a time.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_ARENA_MAX, 2)


def settle() -> None:
    """Take what lives by now for lasting, and look for cycles seldom from here on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
