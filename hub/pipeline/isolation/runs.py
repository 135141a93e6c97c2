"""Runs: the messages of one lane that are decided together, and what crosses the border.

A run goes to a child with everything the hub could foresee it needs, and comes back as one
answer per message, in order. It stops where a message cannot be decided now, or must be
looked at by a human, because nothing behind it may overtake.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct, structs

from hub.core.errors import Unavailable, Undecodable
from hub.core.findings import Finding
from hub.core.message import Message
from hub.pipeline.decision.deciding import Question, decide, follow
from hub.pipeline.decision.directions import Directions
from hub.pipeline.decision.knowledge import Fact, Query
from hub.pipeline.decision.mind import Mind
from hub.pipeline.decision.plan import Plan


class Wanted(Struct, frozen=True):
    """One message of a run."""

    message: Message
    directions: Directions
    poison: bool = False
    """Whether reading it killed a child twice: it is refused unread."""


class Setback(Struct, frozen=True):
    """Why a message cannot be decided now."""

    code: str
    message: str
    remedy: str = ""
    place: str = ""
    retry_after_s: float | None = None

    def to_error(self) -> Unavailable:
        """Return it as what it was."""
        return Unavailable(
            self.code, self.message, remedy=self.remedy, place=self.place,
            retry_after_s=self.retry_after_s,
        )  # fmt: skip


class Decided(Struct, frozen=True):
    """The answer to one message: a plan, or why there is none yet."""

    plan: Plan | None = None
    setback: Setback | None = None


class Run(Struct, frozen=True):
    """Messages of one lane, in order, and what is known of their office's past."""

    wanted: tuple[Wanted, ...]
    known: tuple[tuple[tuple[str, ...], Any], ...]
    now_us: int

    @property
    def tenant(self) -> str:
        """The office all of them belong to."""
        return self.wanted[0].message.tenant

    def encode(self) -> bytes:
        """Return bytes for the pipe."""
        return _TO_BYTES.encode(self)

    def facts(self) -> dict[Query, Fact]:
        """Return what is known."""
        return dict(self.known)


def decide_run(run: Run, mind: Mind) -> list[Decided]:
    """Decide one message after the other, each with what the ones before it led to."""
    decided: list[Decided] = []
    for wanted in run.wanted:
        refusal = poison() if wanted.poison else None
        try:
            plan = decide(Question(wanted.message, wanted.directions, refusal), mind)
        except Unavailable as exc:
            away = Setback(exc.code, exc.message, exc.remedy, exc.place, exc.retry_after_s)
            return [*_lean(decided), Decided(setback=away)]
        decided.append(Decided(plan))
        if plan.holds_lane:
            break
        follow(plan, mind)
    return _lean(decided)


def _lean(decided: Sequence[Decided]) -> list[Decided]:
    """Leave out how a case stood in between: a run stores how it stands at its end.

    The head keeps its own, because it may have to be signed alone.
    """
    changed = [place for place, one in enumerate(decided) if one.plan and one.plan.case]
    between = set(changed[:-1]) - {0}
    return [
        Decided(structs.replace(one.plan, case=None)) if place in between and one.plan else one
        for place, one in enumerate(decided)
    ]


def read_run(data: bytes) -> Run:
    """Read what :meth:`Run.encode` wrote."""
    return _TO_RUN.decode(data)


def answered(decided: Sequence[Decided]) -> bytes:
    """Return bytes for the pipe."""
    return _TO_BYTES.encode(decided)


def read_decided(data: bytes) -> list[Decided]:
    """Read what :func:`answered` wrote."""
    return _TO_DECIDED.decode(data)


def poison() -> Undecodable:
    """Return what is told of bytes that killed a child twice."""
    text = "Die Datei überschreitet beim Lesen die erlaubten Grenzen und wurde nicht verarbeitet."
    return Undecodable("poison", text, findings=(Finding("poison", text),))


_TO_BYTES = msgspec.msgpack.Encoder()
_TO_RUN = msgspec.msgpack.Decoder(Run)
_TO_DECIDED = msgspec.msgpack.Decoder(list[Decided])
