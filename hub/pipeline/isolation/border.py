"""What comes back from a child: plain values of a known shape, never pickles.

A child that foreign bytes have taken over can lie about what it was asked, and nothing else:
whatever it says is decoded to the shape its question asks for, or the child counts as dead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw, Struct

from hub.core import errors
from hub.core.errors import HubError, NotChecked, Unavailable
from hub.core.findings import Finding, Verdict
from hub.pipeline.decision.knowledge import Query
from hub.pipeline.decision.reading import Understood


class Ready(Struct, frozen=True, tag="ready"):
    """The child has loaded everything and waits."""


class Ask(Struct, frozen=True, tag="ask"):
    """What a child says instead of its answers when it must know something."""

    query: Query


class Good(Struct, frozen=True, tag="good"):
    """A result."""

    value: Raw


class Bad(Struct, frozen=True, tag="bad"):
    """An error of the hub."""

    kind: str
    code: str
    message: str
    remedy: str
    place: str
    findings: tuple[Finding, ...]
    retry_after_s: float | None = None

    def to_error(self) -> HubError:
        """Return it as what it was.

        Raises:
            ValueError: there is no such error.
        """
        kind = _KINDS.get(self.kind)
        if kind is None:
            raise ValueError(self.kind)
        if issubclass(kind, Unavailable):
            return kind(
                self.code, self.message, remedy=self.remedy, place=self.place,
                retry_after_s=self.retry_after_s,
            )  # fmt: skip
        return kind(
            self.code, self.message, remedy=self.remedy, place=self.place, findings=self.findings
        )


class Crash(Struct, frozen=True, tag="crash"):
    """An unexpected fault: its type and place, never its words."""

    fault: str
    place: str = ""

    def to_error(self) -> NotChecked:
        """Return what whoever waits is told."""
        return NotChecked(
            "check_crashed",
            f"Die Prüfung ist abgebrochen ({self.fault}).",
            place=self.place,
            remedy="Die Nachricht wartet als Klärfall; den Hersteller benachrichtigen.",
        )


Answer = Good | Bad | Crash


class Done(Struct, frozen=True, tag="done"):
    """The answers to a group of jobs, in order."""

    answers: tuple[Answer, ...]


Said = Ready | Ask | Done
Job = tuple[str, tuple[Any, ...]]
"""Name of a cell function and its arguments."""


def said(words: Said) -> bytes:
    """Return bytes for the pipe."""
    return _TO_BYTES.encode(words)


def hear(data: bytes) -> Said:
    """Read what a child said.

    Raises:
        ValueError: nothing a child says looks like this.
    """
    return _TO_SAID.decode(data)


def good(value: object) -> Good:
    """Return a result for the pipe."""
    return Good(Raw(_TO_BYTES.encode(value)))


def bad(exc: HubError) -> Bad:
    """Return an error for the pipe."""
    known = next(each.__name__ for each in type(exc).__mro__ if each.__name__ in _KINDS)
    wait_s = exc.retry_after_s if isinstance(exc, Unavailable) else None
    return Bad(known, exc.code, exc.message, exc.remedy, exc.place, exc.findings, wait_s)


def read_answer(name: str, answer: Answer) -> tuple[bool, Any]:
    """Return whether a job went well, and its result or error.

    Raises:
        ValueError: the result is not what this job returns.
    """
    if isinstance(answer, Good):
        return True, _RESULTS[name](answer.value)
    return False, answer.to_error()


_KINDS = {
    name: each
    for name, each in vars(errors).items()
    if isinstance(each, type) and issubclass(each, HubError)
}
_TO_BYTES = msgspec.msgpack.Encoder()
_TO_SAID: msgspec.msgpack.Decoder[Said] = msgspec.msgpack.Decoder(Said)
_RESULTS: dict[str, Callable[[Raw], Any]] = {
    "decide": msgspec.msgpack.Decoder(bytes).decode,
    "understand": msgspec.msgpack.Decoder(Understood).decode,
    "write": msgspec.msgpack.Decoder(bytes).decode,
    "render_letter": msgspec.msgpack.Decoder(bytes).decode,
    "check_letter": msgspec.msgpack.Decoder(tuple[Verdict, tuple[Finding, ...]]).decode,
}
