"""Who may write now: one at a time to a place, and one at a time to what is new above it.

Some servers refuse both of two writers who come with one key at the same moment. Others keep
objects in folders and answer 500 now and then when two make the same folder at once: so the first
object of a file, and of each branch within it, goes alone.

Residual risk: several processes do not wait for each other; what is refused is filed again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import accumulate
from weakref import WeakValueDictionary

_REMEMBERED = 20_000
"""Branches known to be there."""


class Turns:
    """Turns of the writers of one process."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Forgotten with the last who waits."""
        self._there: set[str] = set()

    @asynccontextmanager
    async def of(self, place: str) -> AsyncIterator[None]:
        """Let the caller write to a place."""
        *branches, _ = accumulate(place.split("/"), lambda above, name: f"{above}/{name}")
        async with self._lock(place):
            while new := next((one for one in branches if one not in self._there), None):
                async with self._lock(f"{new}/"):
                    if new not in self._there:
                        yield
                        self._remember(branches)
                        return
            yield

    def _lock(self, name: str) -> asyncio.Lock:
        return self._locks.setdefault(name, asyncio.Lock())

    def _remember(self, branches: list[str]) -> None:
        if len(self._there) > _REMEMBERED:
            self._there.clear()
        self._there.update(branches)
