"""Minds for tests of decisions: the shipped rules, read once per process, and what is known."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from hub.core.clock import FixedClock
from hub.core.settings import Settings
from hub.pipeline.decision.knowledge import Fact, Knowledge, Query
from hub.pipeline.decision.mind import Mind, Rules
from hub.pipeline.isolation.runs import Decided, Run, decide_run
from tests.message_house import sources, world_settings


@cache
def shipped_rules() -> Rules:
    """Return the shipped rules for two offices."""
    return Rules.read(sources(world_settings()))


def make_mind(
    settings: Settings | None = None, known: dict[Query, Fact] | None = None, **rules: Any
) -> Mind:
    """Return a mind that knows only what is given; to ask for more is a fault of the test."""
    wanted = replace(shipped_rules(), **rules)
    if settings:
        wanted = replace(wanted, settings=settings)
    return Mind(wanted, Knowledge(_nobody, known), FixedClock().now_us())


def _nobody(query: Query) -> Fact:
    msg = f"nobody was told {query}"
    raise AssertionError(msg)


class InHouse:
    """Decides in this process, with rules changed as a test needs."""

    def __init__(self, **rules: Any) -> None:
        self._rules = rules

    async def decide(self, run: Run) -> list[Decided]:
        """Decide on what the run brings along."""
        return decide_run(run, make_mind(known=run.facts(), **self._rules))
