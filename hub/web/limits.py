"""How often somebody may try: a sliding minute per key, in memory.

Residual risk: each process counts for itself; the lock of an account (``store.accounts``)
is shared.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

_MINUTE_US = 60_000_000
_MAX_KEYS = 10_000
"""Keys remembered; beyond it the oldest go, so that memory stays bounded."""


@dataclass
class Limit:
    """At most so many per minute and key."""

    per_minute: int
    _seen: dict[str, deque[int]] = field(default_factory=dict)

    def allows(self, key: str, now_us: int) -> bool:
        """Count an attempt and tell whether it is within the limit."""
        times = self._seen.pop(key, deque())
        while times and times[0] <= now_us - _MINUTE_US:
            times.popleft()
        allowed = len(times) < self.per_minute
        if allowed:
            times.append(now_us)
        self._seen[key] = times
        if len(self._seen) > _MAX_KEYS:
            del self._seen[next(iter(self._seen))]
        return allowed
