"""What the door for senders stands on, handed in by the composition root."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Self

from aiohttp import web

from hub.core.ids import uuid7
from hub.core.settings import Intake
from hub.pipeline.house import House
from hub.web.api.turnstile import Turnstile


@dataclass
class Figures:
    """What the door has done since it opened, for the operator's monitoring."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    """By operation and status."""
    received_bytes: int = 0
    under_way: Callable[[], int] = int
    """Requests in work at this moment."""
    reloads: int = 0
    """How often certificate or trust anchors were exchanged."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """The house behind the door, its rules and its counters."""

    house: House
    rules: Intake
    turnstile: Turnstile
    figures: Figures = field(default_factory=Figures)
    wake: Callable[[], None] = lambda: None
    """Tells the workers that there is something to do."""
    name: str = ""
    """Different for every opening; with a number it names a request in logs and problems."""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    shut: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while the service starts or ends: nothing is taken in, and nobody is kept waiting."""

    @classmethod
    def before(cls, house: House, rules: Intake, wake: Callable[[], None]) -> Self:
        """Return a door before a house."""
        turnstile = Turnstile(rules.per_sender, rules.at_once)
        figures = Figures(under_way=lambda: turnstile.inside)
        return cls(
            house=house, rules=rules, turnstile=turnstile, figures=figures, wake=wake,
            name=uuid7(house.clock.now_us()),
        )  # fmt: skip


DOOR: web.AppKey[Door] = web.AppKey("door", Door)
