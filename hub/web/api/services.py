"""What the door for senders stands on, handed in by the composition root."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Self

from aiohttp import web

from hub.certificates.revocation.lists import RevocationLists
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


START_US = 120_000_000
"""So long a start may take: what a crash left is put in order before anything may come in."""


TELL_AGAIN_US = 60_000_000
"""Whatever keeps the door from taking anything in is told once in this time, not per request."""


@dataclass
class Opening:
    """Since when a door is to open, whether it did, and whether its being shut was told."""

    began_us: int
    was_open: bool = False
    told: bool = False


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
    revocation: RevocationLists | None = None
    """What CAs have revoked, where the office has their lists looked at."""
    shut: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while the service starts or ends: nothing is taken in, and nobody is kept waiting."""
    opening: Opening = field(default_factory=lambda: Opening(0))
    """What was said of it."""
    told_us: dict[str, int] = field(default_factory=dict)
    """When which obstacle was told last, by its code."""

    @classmethod
    def before(
        cls,
        house: House,
        rules: Intake,
        wake: Callable[[], None],
        revocation: RevocationLists | None = None,
    ) -> Self:
        """Return a door before a house."""
        turnstile = Turnstile(rules.per_sender, rules.at_once)
        figures = Figures(under_way=lambda: turnstile.inside)
        return cls(
            house=house, rules=rules, turnstile=turnstile, figures=figures, wake=wake,
            revocation=revocation,
            name=uuid7(house.clock.now_us()), opening=Opening(house.clock.now_us()),
        )  # fmt: skip

    def open(self) -> None:
        """Let messages come in."""
        self.opening.was_open, self.opening.told = True, False
        self.shut.clear()

    def close(self) -> None:
        """Take nothing in any more."""
        self.shut.set()

    def is_news(self, code: str) -> bool:
        """Tell whether an obstacle is worth a line in the log, and take it for told."""
        now_us = self.house.clock.now_us()
        news = now_us - self.told_us.get(code, -TELL_AGAIN_US) >= TELL_AGAIN_US
        if news:
            self.told_us[code] = now_us
        return news

    def is_shut_against_hope(self) -> bool:
        """Tell, once, that a shut door turns away who could expect it to be open.

        That is so when it was open before, or should have opened by now.
        """
        known = self.opening
        overdue = self.house.clock.now_us() - known.began_us > START_US
        tells = not known.told and (known.was_open or overdue)
        known.told = known.told or tells
        return tells


DOOR: web.AppKey[Door] = web.AppKey("door", Door)
