"""Rehearsal: a new version of a mapping runs over archived messages before it is in force.

Nothing is written and nothing is decided: each message is read twice in the isolated children,
with the version of its day and with the candidate, and what comes out is compared.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hub.core.clock import local_date
from hub.core.errors import Conflict, HubError
from hub.core.findings import Verdict
from hub.core.record import Record
from hub.pipeline.decision.reading import Leg, Understood
from hub.pipeline.isolation.pool import Isolation
from hub.store.database import Database, Row, Transaction
from hub.store.payloads import Payloads

PAGE = 64
"""Messages read at once; enough to keep the children busy."""
SAMPLES = 5
"""Messages named per difference."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What is rehearsed."""

    in_force: Callable[[str, date, bytes], tuple[Leg, ...]]
    """The ways a message is read, by channel, day of acceptance and bytes; empty where no version
    is in force for it."""
    candidate: Leg
    channels: tuple[str, ...]
    tenants: tuple[str, ...]
    since_us: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one message that comes out otherwise."""

    path: str
    """Of the field; places in lists are left out, so that like differences stand together."""
    before: object
    after: object


@dataclass(slots=True)
class Comparison:
    """What the rehearsal found."""

    messages: int = 0
    unchanged: int = 0
    changed: int = 0
    invalid: int = 0
    """Good before, refused or held with the candidate."""
    repaired: int = 0
    """The other way round."""
    faulty: int = 0
    """Neither version reads them."""
    gone: int = 0
    """Their bytes are no longer kept."""
    fields: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Codes of what becomes invalid."""
    samples: dict[str, list[str]] = field(default_factory=dict)
    """By field or code, some of the messages it concerns."""
    values: dict[str, list[Difference]] = field(default_factory=dict)
    """By field, some differences; content of messages, shown only where a reason was given."""

    def note(self, message_id: str, before: Result, after: Result) -> None:
        """Compare two results for one message."""
        self.messages += 1
        if before.code and after.code:
            self.faulty += 1
        elif after.code:
            self.invalid += 1
            self.reasons[after.code] += 1
            self._sample(after.code, message_id)
        elif before.code:
            self.repaired += 1
        elif differences := list(differences_of(before.records, after.records)):
            self.changed += 1
            for path in sorted({one.path for one in differences}):
                self.fields[path] += 1
                self._sample(path, message_id)
            for one in differences:
                shown = self.values.setdefault(one.path, [])
                if len(shown) < SAMPLES:
                    shown.append(one)
        else:
            self.unchanged += 1

    def _sample(self, what: str, message_id: str) -> None:
        named = self.samples.setdefault(what, [])
        if len(named) < SAMPLES:
            named.append(message_id)


@dataclass(frozen=True, slots=True)
class Result:
    """What one version makes of one message."""

    records: tuple[Record, ...] = ()
    code: str = ""
    """Why there is nothing; empty when it went well."""


async def rehearse(
    case: Rehearsal,
    database: Database,
    payloads: Payloads,
    isolation: Isolation,
    progress: Callable[[int], None],
) -> Comparison:
    """Run the candidate over the archived messages and return what changes.

    Raises:
        Unavailable: the payloads cannot be read at the moment.
    """
    found = Comparison()
    for tenant in case.tenants:
        after = ""
        while rows := await _page(database, case, tenant, after):
            results = await asyncio.gather(*(_both(row, case, payloads, isolation) for row in rows))
            for row, pair in zip(rows, results, strict=True):
                if pair is None:
                    continue
                if pair == _GONE:
                    found.gone += 1
                else:
                    found.note(row["id"], *pair)
            progress(found.messages + found.gone)
            after = rows[-1]["id"]
    return found


_GONE = (Result(code="payload_damaged"), Result(code="payload_damaged"))


async def _page(database: Database, case: Rehearsal, tenant: str, after: str) -> list[Row]:
    def look(tx: Transaction) -> list[Row]:
        return tx.all(
            "SELECT id, tenant, channel, sha256, original_name, received_us FROM message"
            " WHERE tenant = :tenant AND id > :after AND channel IN :channels"
            " AND part_of IS NULL AND sha256 <> '' AND received_us >= :since"
            " ORDER BY id LIMIT :limit",
            tenant=tenant, after=after, channels=case.channels, since=case.since_us, limit=PAGE,
        )  # fmt: skip

    return await database.read(look)


async def _both(
    row: Row, case: Rehearsal, payloads: Payloads, isolation: Isolation
) -> tuple[Result, Result] | None:
    """Return both results; ``None`` when the message is of another kind."""
    try:
        data = await payloads.get(row["tenant"], row["sha256"])
    except Conflict:
        return _GONE
    legs = case.in_force(row["channel"], local_date(row["received_us"]), data)
    if not legs:
        return None
    before = await _result(data, row["original_name"], legs, isolation)
    after = await _result(data, row["original_name"], (case.candidate,), isolation)
    if before is None and after is None:
        return None
    return before or _UNKNOWN, after or _UNKNOWN


_UNKNOWN = Result(code="kind_unknown")


async def _result(
    data: bytes, name: str, legs: tuple[Leg, ...], isolation: Isolation
) -> Result | None:
    try:
        understood = await isolation.understand(data, name, legs)
    except HubError as exc:
        return Result(code=exc.code)
    if understood.leg is None:
        return None
    if understood.verdict is not Verdict.PASSED:
        return Result(code=_code_of(understood))
    return Result(understood.records)


def _code_of(understood: Understood) -> str:
    return understood.findings[0].rule if understood.findings else understood.verdict.value


def differences_of(before: Sequence[Record], after: Sequence[Record]) -> Iterator[Difference]:
    """Yield what differs between two lists of records."""
    if len(before) != len(after):
        yield Difference("(Anzahl der Datensätze)", len(before), len(after))
        return
    for one, other in zip(before, after, strict=True):
        if one.kind != other.kind:
            yield Difference("(Art)", one.kind, other.kind)
        yield from _differing("", one.data, other.data)


def _differing(path: str, before: Any, after: Any) -> Iterator[Difference]:  # noqa: ANN401 - any JSON value
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            below = f"{path}.{name}" if path else name
            yield from _differing(below, before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from _differing(f"{path}[]", one, other)
    else:
        yield Difference(path, before, after)
