"""Portions: much work at once, but never more bytes at once than memory shall hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

PORTION_BYTES = 16 * 1024 * 1024
"""Bytes of messages and documents held for one group."""


def portions(
    items: Iterable[T], weight: Callable[[T], int], limit: int = PORTION_BYTES
) -> Iterator[list[T]]:
    """Yield the items in order, together as long as their weights stay within the limit.

    One that weighs more than the limit comes alone.
    """
    portion: list[T] = []
    held = 0
    for item in items:
        own = weight(item)
        if portion and held + own > limit:
            yield portion
            portion, held = [], 0
        portion.append(item)
        held += own
    if portion:
        yield portion
