"""The watch: looks at the house every minute and tells people what changed.

One message carries all that is new, so that a hundred causes at once are one message. A cause
is told once, again after a day if it lasts, and once more when it is over; what flutters must
be away longer each time. Nodes share what was told: the first to note it tells it.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from hub.core.clock import Clock
from hub.core.errors import HubError, Misconfigured, Unavailable
from hub.core.settings import Alerts
from hub.pipeline.balance import balance, standing_balance
from hub.store.database import Database, Row, Transaction
from hub.store.desk import alarms
from hub.store.desk.alarms import DAY_US, Sign
from hub.store.views import certificates, expiry, signs
from hub.store.views.expiry import Expiry

log = logging.getLogger(__name__)

_HOUR_US = 3_600_000_000
_MINUTE_US = 60_000_000
_GIGA = 1_000_000_000


@dataclass(frozen=True, slots=True)
class News:
    """What people are told at one time."""

    raised: tuple[Row, ...] = ()
    cleared: tuple[Row, ...] = ()


class Messenger(Protocol):
    """Tells people."""

    async def tell(self, news: News) -> None:
        """Bring the news out.

        Raises:
            Unavailable: it did not go out; it will be tried again.
        """
        ...


class Upkeep(Protocol):
    """Looks at how storage is looked after."""

    def __call__(self, tx: Transaction, *, now_us: int) -> Iterable[Sign]:
        """Return what people must be told of."""
        ...


@dataclass
class Watch:
    """Looks, remembers, tells."""

    database: Database
    clock: Clock
    rules: Alerts
    data: Path
    """The folder whose disk must not fill up."""
    loops: Callable[[], Awaitable[None]]
    """Raises when a loop hangs or has failed for a while."""
    chains: Callable[[], Awaitable[Iterable[str]]]
    """Returns the offices whose journal was changed or cut at its end."""
    messenger: Messenger | None = None
    anchors: Callable[[], Awaitable[Sequence[Expiry]]] | None = None
    """The CAs we trust; ``None`` where there is nothing to look into."""
    unversioned: Callable[[], Awaitable[Sequence[str]]] | None = None
    """Returns the offices whose files overwritten bytes are lost of, although they need not be."""
    crls: Callable[[], Sequence[str]] | None = None
    """Says what is wrong with revocation lists."""
    upkeep: Upkeep | None = None
    """Says what is wrong with storage or was not looked at for too long."""
    _chains_us: int = field(default=-DAY_US)
    _broken: tuple[str, ...] = ()
    _counted_us: int = field(default=-DAY_US)
    _full_count_agrees: bool = True

    async def round(self) -> int:
        """Look once; return 0, for nothing of it makes others look."""
        now_us = self.clock.now_us()
        found = [*await self._signs(now_us), *await self._faults(now_us)]
        found += await self._endings(now_us)
        await self._tell(await self.database.write(lambda tx: self._note(tx, found, now_us)))
        return 0

    async def _signs(self, now_us: int) -> list[Sign]:
        upkeep = self.upkeep

        def look(tx: Transaction) -> list[Sign]:
            found = list(_seen(tx, self.rules, now_us))
            return [*found, *upkeep(tx, now_us=now_us)] if upkeep else found

        return await self.database.scan(look)

    async def _endings(self, now_us: int) -> list[Sign]:
        """Return what of senders, partners' servers and CAs ends, and when."""
        known = await self.database.read(
            lambda tx: [*expiry.credentials(tx, None, now_us), *expiry.peers(tx, now_us)]
        )
        try:
            known += await self.anchors() if self.anchors else ()
        except Misconfigured as exc:
            # Each use of such an anchor says so with its place; the watch goes on.
            log.warning("anchors_unread", extra={"code": exc.code})
        return [_ending(one, self.rules, now_us) for one in known]

    async def _faults(self, now_us: int) -> list[Sign]:
        """Return what the database's rows do not say."""
        free = (await asyncio.to_thread(shutil.disk_usage, self.data)).free
        # The load of a disk grows as its room shrinks.
        found = [Sign("disk", "data", free / _GIGA, self.rules.free_bytes / max(free, 1))]
        if not await self._balanced(now_us):
            found.append(Sign("imbalance", "", 1, 1))
        found += [Sign("journal", "", 1, 1, office) for office in await self._broken_chains(now_us)]
        for office in await self.unversioned() if self.unversioned else ():
            found.append(Sign("unversioned", "", 1, 1, office))
        found += [Sign("crl", wrong, 1, 1) for wrong in (self.crls() if self.crls else ())]
        try:
            await self.loops()
        except HubError as exc:
            kind = "stuck" if exc.code == "loop_stuck" else "hindered"
            found.append(Sign(kind, exc.code, 1, 1))
        return found

    async def _broken_chains(self, now_us: int) -> tuple[str, ...]:
        """Look at the ends of the journals once an hour."""
        if now_us - self._chains_us >= _HOUR_US:
            self._chains_us, self._broken = now_us, tuple(await self.chains())
        return self._broken

    async def _balanced(self, now_us: int) -> bool:
        """Compare the two counts; once a day every row and entry is counted afresh."""
        if now_us - self._counted_us >= DAY_US:
            self._counted_us = now_us
            self._full_count_agrees = (await balance(self.database, None)).balanced
        return self._full_count_agrees and (await standing_balance(self.database, None)).balanced

    def _note(self, tx: Transaction, found: Iterable[Sign], now_us: int) -> News:
        for sign in found:
            alarms.see(tx, sign, now_us)
        cleared = alarms.clear(tx, now_us, self.rules.calm_minutes * _MINUTE_US)
        raised = alarms.to_tell(tx, now_us, self.rules.repeat_hours * _HOUR_US)
        return News(tuple(raised), tuple(cleared))

    async def _tell(self, news: News) -> None:
        if not (news.raised or news.cleared):
            return
        for row in news.raised:
            log.error("alarm_raised", extra={"kind": row["kind"], "place": row["place"]})
        for row in news.cleared:
            log.info("alarm_cleared", extra={"kind": row["kind"], "place": row["place"]})
        if self.messenger is None:
            return
        try:
            await self.messenger.tell(news)
        except Unavailable as exc:
            log.warning("alert_unsent", extra={"code": exc.code})
            await self.database.write(lambda tx: alarms.untell(tx, list(news.raised)))


def _seen(tx: Transaction, rules: Alerts, now_us: int) -> Iterator[Sign]:
    for row in signs.waiting(tx, now_us):
        minutes = (now_us - row["since_us"]) / _MINUTE_US
        yield Sign("waiting", row["queue"], minutes, minutes / rules.waiting_minutes)
    for row in signs.blocked(tx):
        hours = (now_us - row["since_us"]) / _HOUR_US
        yield Sign("blocked", row["queue"], hours, hours / rules.blocked_hours, row["tenant"])
    for row in signs.hindered(tx):
        kind = "storage" if row["code"].startswith("storage_") else "hindered"
        yield Sign(kind, row["code"], row["n"], 1)
    if shut := signs.shut_storage(tx):
        yield Sign("storage", shut["code"], shut["n"], 1)
    for row in signs.shut_targets(tx):
        yield Sign("breaker", row["partner"], 1, 1, row["tenant"])
    for row in certificates(tx, None):
        if row["state"] == "active" and row["not_after_us"] is not None:
            days = (row["not_after_us"] - now_us) / DAY_US
            # A renewed one is another certificate: there is nothing to flutter.
            load = 1.0 if days <= rules.certificate_days else 0.0
            place = f"{row['partner']}, {row['purpose']}, {row['environment']}"
            yield Sign("certificate", place, days, load, row["tenant"])


def _ending(one: Expiry, rules: Alerts, now_us: int) -> Sign:
    days = (one.not_after_us - now_us) / DAY_US
    load = 1.0 if days <= rules.certificate_days and not one.succeeded else 0.0
    kind = one.kind if one.kind in {"anchor", "peer"} else "sender"
    return Sign(kind, _named(one), days, load, one.tenant)


def _named(one: Expiry) -> str:
    what = {"token": "Token", "anchor": "CA"}.get(one.kind, "Zertifikat")
    return f"{what} {one.name}, {one.place}"
