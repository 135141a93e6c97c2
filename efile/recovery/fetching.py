"""Reading very many objects: in portions, a bounded number of them under way at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
)
from typing import TypeVar

from efile.errors import FilingError
from efile.ports import ObjectStore

A = TypeVar("A")
B = TypeVar("B")
_AT_ONCE = 16
_PORTION = 16
"""Objects handed to one thread together: handing over one takes as long as reading it."""
_PORTION_BYTES = 1024 * 1024


def portions(sized: Iterable[tuple[A, int]]) -> Iterator[list[A]]:
    """Yield items, given with their bytes, as many together as are held at a time."""
    portion: list[A] = []
    held = 0
    for item, size in sized:
        if portion and (len(portion) == _PORTION or held + size > _PORTION_BYTES):
            yield portion
            portion, held = [], 0
        portion.append(item)
        held += size
    if portion:
        yield portion


async def fetched(
    tenant: str, sized: Iterable[tuple[str, int]], objects: ObjectStore
) -> AsyncIterator[tuple[str, int, bytes | FilingError]]:
    """Yield each key with its size and bytes, or with why there are none, in order."""

    def read(some: list[tuple[str, int]]) -> Awaitable[list[bytes | FilingError]]:
        return objects.get_all(tenant, [key for key, _ in some])

    together = portions(((key, size), size) for key, size in sized)
    async for portion, found in each_of(together, read):
        for (key, size), data in zip(portion, found, strict=True):
            yield key, size, data


async def each_of(
    items: Iterable[A], work: Callable[[A], Awaitable[B]]
) -> AsyncIterator[tuple[A, B]]:
    """Yield each item with its result, in order; a bounded number of them is under way at once."""
    under_way: deque[tuple[A, asyncio.Future[B]]] = deque()
    try:
        for item in items:
            if len(under_way) == _AT_ONCE:
                first, result = under_way.popleft()
                yield first, await result
            under_way.append((item, asyncio.ensure_future(work(item))))
        while under_way:
            first, result = under_way.popleft()
            yield first, await result
    finally:
        for _, result in under_way:
            result.cancel()
        await asyncio.gather(*(result for _, result in under_way), return_exceptions=True)
