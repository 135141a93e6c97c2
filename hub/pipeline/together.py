"""What many ask for at the same time is done for all of them in one unit of work.

Whoever comes while a round is on its way goes with the next one: nobody waits for company, and the
more there is to do the less each costs. Where a round fails, each is done by itself, so that a
fault of one is the fault of no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Place = TypeVar("Place")

Act = Callable[[Sequence[Item], Place], Awaitable[Sequence[Result]]]
"""Does something for all and returns a result for each; doing it again does no harm."""

ROUND_MAX = 100
"""So many at most go together: what a round writes stays small."""


@dataclass(slots=True)
class _Line:
    """Who waits for one act."""

    waiting: list[tuple[Any, asyncio.Future[Any]]] = field(default_factory=list)
    running: asyncio.Task[None] | None = None


class Together:
    """Rounds of acts, one round of each act at a time."""

    def __init__(self) -> None:
        self._lines: dict[Callable[..., Any], _Line] = {}

    async def do(self, act: Act[Item, Place, Result], item: Item, place: Place) -> Result:
        """Do an act for an item, together with whoever wants the same at the same place.

        Raises what the act raises when done for this item alone.
        """
        line = self._lines.setdefault(act, _Line())
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        line.waiting.append((item, done))
        if line.running is None:
            # In no context of a waiter's: what is logged there is not said of one message.
            line.running = asyncio.create_task(_run(line, act, place), context=Context())
        return await done


async def _run(line: _Line, act: Act[Any, Any, Any], place: object) -> None:
    try:
        while line.waiting:
            members = line.waiting[:ROUND_MAX]
            del line.waiting[:ROUND_MAX]
            await _round(members, act, place)
    finally:
        line.running = None


async def _round(
    members: Sequence[tuple[Any, asyncio.Future[Any]]], act: Act[Any, Any, Any], place: object
) -> None:
    try:
        results = await act([item for item, _ in members], place)
    except Exception as exc:  # noqa: BLE001  handed to the waiter, whatever it is
        if len(members) > 1:
            for member in members:
                await _round((member,), act, place)
        elif not members[0][1].done():
            members[0][1].set_exception(exc)
        return
    for (_, done), result in zip(members, results, strict=True):
        # Whoever was broken off meanwhile waits no more; what was done for it stands.
        if not done.done():
            done.set_result(result)
