"""Bytes of documents, kept for a while after their digest was compared.

A range of a document cannot be proven by itself: the digest speaks of the whole. So the
whole is read and proven once, and its ranges are cut from what was proven. What is kept is
named by digest and office; whether a person may have it is asked anew for every range.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from aiohttp import web

KEPT_BYTES = 128 * 1024 * 1024
"""Held at most, over all readers; a larger part is given as a whole and never in ranges."""

Name = tuple[str, str]
"""Office and digest."""


class ProvenBytes:
    """The parts that readers are leafing through at the moment."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self.kept_bytes = kept_bytes
        self._kept: OrderedDict[Name, bytes] = OrderedDict()
        self._asked: dict[Name, asyncio.Lock] = {}

    async def get(self, name: Name, fetch: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return the bytes; ``fetch`` reads and proves them, once for all who ask meanwhile."""
        lock = self._asked.setdefault(name, asyncio.Lock())
        try:
            async with lock:
                data = self._kept.get(name)
                if data is None:
                    data = await fetch()
                    self._keep(name, data)
                else:
                    self._kept.move_to_end(name)
                return data
        finally:
            if not lock.locked():
                self._asked.pop(name, None)

    def _keep(self, name: Name, data: bytes) -> None:
        if len(data) > self.kept_bytes:
            return
        self._kept[name] = data
        while sum(map(len, self._kept.values())) > self.kept_bytes:
            self._kept.popitem(last=False)


PROVEN: web.AppKey[ProvenBytes] = web.AppKey("proven", ProvenBytes)
