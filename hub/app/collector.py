"""The garbage collector of a process that works in batches.

A batch builds tens of thousands of objects that live until it is committed and have no cycles.
With its usual thresholds the collector looks at all of them again and again, and at everything a
start has loaded: a sixth of the processor time of the whole way was its own.
"""

from __future__ import annotations

import gc

YOUNG = 20_000
"""Objects made and not freed before the youngest are looked at: a few MB."""


def settle() -> None:
    """Take what lives by now for lasting, and look for cycles seldom from here on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
