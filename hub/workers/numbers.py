"""Counted files: one whose predecessor is missing waits, visibly, as long as was agreed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from hub.channels.inbound.rules import Rules
from hub.pipeline.house import House
from hub.store.database import Transaction
from hub.store.inbox import numbers
from hub.store.inbox.numbers import Count
from hub.store.journal import Entry, Journal
from hub.workers.ownership import Door

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admission:
    """Which files of a round may be taken."""

    names: list[str]
    gap: tuple[int, int] | None = None
    """First and last number that are missing before the next file that is there."""


def admit(names: Sequence[str], last: int | None, rules: Rules) -> Admission:
    """Let files pass up to the first gap; what carries no number or an old one passes always."""
    passed: list[str] = []
    gap = None
    for name in names:
        number = rules.number_of(name)
        if number is None or last is None or number <= last + 1:
            passed.append(name)
            last = last if number is None else max(number, last or number)
        elif gap is None:
            gap = (last + 1, number - 1)
    return Admission(passed, gap)


async def halt(door: Door, gap: tuple[int, int], count: Count, house: House) -> None:
    """Say once that a channel waits for a number; pass it over when the patience is gone."""
    now_us, patience_s = house.clock.now_us(), house.inboxes[door].rules.gap_wait_s
    since_us = count.awaited_since_us
    if since_us is None:
        await house.database.write(lambda tx: _say_halted(tx, door, gap, house, now_us))
    elif patience_s and now_us - since_us >= patience_s * 1_000_000:
        await house.database.write(lambda tx: pass_over(tx, door, gap, house.journal, now_us))


def _say_halted(
    tx: Transaction, door: Door, gap: tuple[int, int], house: House, now_us: int
) -> None:
    if numbers.wait(tx, door, now_us):
        facts = {"channel": door[1], "from": gap[0], "to": gap[1]}
        house.journal.append(tx, now_us, Entry(door[0], "number_awaited", facts=facts))
        place = {"tenant": door[0], "channel": door[1]}
        log.warning("number_awaited", extra={**place, "count": gap[0]})


@dataclass(frozen=True, slots=True)
class Waiver:
    """Who gave up waiting, and why."""

    actor: str = "hub"
    reason: str = ""


PATIENCE_GONE = Waiver()


def pass_over(
    tx: Transaction,
    door: Door,
    gap: tuple[int, int],
    journal: Journal,
    now_us: int,
    waiver: Waiver = PATIENCE_GONE,
) -> None:
    """Go on without the missing numbers; one that comes later is still taken."""
    numbers.reach(tx, door, gap[1])
    facts = {"channel": door[1], "from": gap[0], "to": gap[1], "reason": waiver.reason}
    entry = Entry(door[0], "number_passed_over", actor=waiver.actor, facts=facts)
    journal.append(tx, now_us, entry)
    place = {"tenant": door[0], "channel": door[1]}
    log.warning("number_passed_over", extra={**place, "count": gap[0]})
