"""The orderly end: finish what was begun, break off what takes too long, say what remained."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from hub.store.database import Row, Transaction
from hub.store.lanes import Promise
from hub.workers.queues.crew import Crew

FINISH_S = 30.0
"""How long begun work may go on; the service manager waits longer than that."""


@dataclass(frozen=True, slots=True)
class Remains:
    """What an orderly end leaves to the next start."""

    broken_off: Sequence[Promise]
    """Was in work and took too long; recovery decides what became of it."""
    waiting: Sequence[Row]
    """Promises not yet kept, counted by queue, kind and state."""


async def wind_down(
    running: Sequence[asyncio.Task[None]], crews: Sequence[Crew], hurry: asyncio.Event
) -> list[Promise]:
    """Let loops and crews finish in time, and return what had to be broken off.

    ``hurry`` ends the patience: somebody asked a second time.
    """
    ended = asyncio.create_task(_all_ended(running, crews))
    hurried = asyncio.create_task(hurry.wait())
    await asyncio.wait([ended, hurried], timeout=FINISH_S, return_when=asyncio.FIRST_COMPLETED)
    left = [promise for crew in crews for promise in crew.active]
    for task in (ended, hurried, *running):
        task.cancel()
    await asyncio.wait([ended, hurried, *running])
    for crew in crews:
        await crew.abandon()
    return left


async def _all_ended(running: Sequence[asyncio.Task[None]], crews: Sequence[Crew]) -> None:
    await asyncio.wait(running)
    for crew in crews:
        await crew.finish()


def open_work(tx: Transaction) -> list[Row]:
    """Return how many promises of which queue are not kept yet, and in which state.

    What is open stands in a lane that does not rest, or in a file for a cash office that has
    not arrived: promises that were kept are very many, and none of them is looked at.
    """
    return tx.all(_OPEN)


_OPEN = """
WITH line AS (
  SELECT tenant, queue, lane_key, head_seq FROM lane WHERE state IN ('ready', 'leased')
  UNION ALL SELECT tenant, queue, lane_key, head_seq FROM lane WHERE state = 'blocked'
), open AS (
  SELECT promise.queue, promise.kind, promise.state FROM line CROSS JOIN promise
  WHERE promise.tenant = line.tenant AND promise.queue = line.queue
    AND promise.lane_key = line.lane_key AND promise.lane_seq >= line.head_seq
    AND promise.state IN ('waiting', 'leased', 'sent', 'unknown')
  UNION ALL
  SELECT promise.queue, promise.kind, promise.state FROM batch CROSS JOIN promise
  WHERE batch.state <> 'delivered' AND promise.tenant = batch.tenant
    AND promise.batch_id = batch.id AND promise.state = 'batched'
)
SELECT queue, kind, state, count(*) AS number FROM open
GROUP BY queue, kind, state ORDER BY queue, kind, state
"""
