"""What comes at the same time is done together; a fault of one is the fault of no other."""

import asyncio
from collections.abc import Sequence

import pytest

from hub.pipeline.together import ROUND_MAX, Together


class Desk:
    """Notes what was done together; numbers below zero spoil the round they are in."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()


async def double(items: Sequence[int], desk: Desk) -> list[int]:
    desk.rounds.append(list(items))
    await desk.open.wait()
    if min(items) < 0:
        raise ValueError(min(items))
    return [2 * item for item in items]


async def negate(items: Sequence[int], desk: Desk) -> list[int]:
    return [-item for item in items]


async def test_who_comes_alone_waits_for_nobody() -> None:
    desk = Desk()

    assert 14 == await Together().do(double, 7, desk)
    assert [[7]] == desk.rounds


async def test_who_comes_during_a_round_goes_with_the_next() -> None:
    desk, together = Desk(), Together()
    desk.open.clear()
    first = asyncio.create_task(together.do(double, 1, desk))
    while not desk.rounds:  # noqa: ASYNC110  one turn of the loop, not a wait
        await asyncio.sleep(0)
    others = [asyncio.create_task(together.do(double, n, desk)) for n in (2, 3, 4)]
    another_act = await together.do(negate, 5, desk)
    desk.open.set()

    assert (-5, [2, 4, 6, 8]) == (another_act, await asyncio.gather(first, *others))
    assert [[1], [2, 3, 4]] == desk.rounds


async def test_where_a_round_fails_each_is_done_by_itself() -> None:
    desk, together = Desk(), Together()
    results = await asyncio.gather(
        *(together.do(double, n, desk) for n in (1, -2, 3)), return_exceptions=True
    )

    assert [2, 6] == [results[0], results[2]]
    assert isinstance(results[1], ValueError)
    assert [[1, -2, 3], [1], [-2], [3]] == desk.rounds


async def test_who_is_broken_off_holds_up_nobody() -> None:
    desk, together = Desk(), Together()
    desk.open.clear()
    tasks = [asyncio.create_task(together.do(double, n, desk)) for n in (1, 2)]
    while not desk.rounds:  # noqa: ASYNC110  one turn of the loop, not a wait
        await asyncio.sleep(0)
    tasks[0].cancel()
    desk.open.set()

    assert 4 == await tasks[1]
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    assert 6 == await together.do(double, 3, desk)


async def test_rounds_stay_small() -> None:
    desk, together = Desk(), Together()
    numbers = range(2 * ROUND_MAX + 1)

    assert [2 * n for n in numbers] == await asyncio.gather(
        *(together.do(double, n, desk) for n in numbers)
    )
    assert [ROUND_MAX, ROUND_MAX, 1] == [len(items) for items in desk.rounds]
