"""Supplying a destination that was added later with what went to another one before.

The bytes that were delivered then are delivered again, under ids of their own, to exactly one
destination that was asked for and understands the same format. Every copy's id follows from
the delivery and the destination, so that nothing gets there twice however often it is asked
for. A case whose destination already has something newer is passed over: order comes first.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field, replace

from msgspec import structs

from hub.core.clock import Clock, local_date
from hub.core.errors import Misconfigured, Rejected
from hub.core.ids import derived_uuid
from hub.pipeline.decision.writing import file_name, manner
from hub.routing.route import OutRoute
from hub.routing.table import Routes
from hub.store import lanes, messages
from hub.store.database import Database, Row, Transaction
from hub.store.desk import supply, tally
from hub.store.desk.supply import START, Archived, Place
from hub.store.journal import Journal
from hub.store.lanes import Promise
from hub.store.messages import Messages, Step

PAGE = 200
"""Deliveries looked at per unit of work: others must not wait long for the writer."""
_MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person wants supplied, and why."""

    source: str
    """The destination that got it."""
    target: str
    """The destination that shall get it."""
    tenants: tuple[str, ...]
    actor: str
    reason: str
    kind: str = ""
    case_key: str = ""
    since_us: int = 0
    until_us: int = 0
    per_minute: int = 600
    """Cases whose first delivery may begin in a minute."""


@dataclass(slots=True)
class Supplied:
    """What was, or would be, supplied."""

    chosen: int = 0
    fitting: int = 0
    cases: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """Deliveries passed over, per reason."""
    lanes: dict[tuple[str, str], int] = field(default_factory=dict)
    """Of the cases touched in this run: when the last copy was first promised."""


class Supply:
    """Makes copies of archived deliveries."""

    def __init__(
        self, database: Database, journal: Journal, clock: Clock, routes: Routes, patience_s: float
    ) -> None:
        """``patience_s`` is how long a copy may be tried."""
        self._database = database
        self._messages = Messages(journal)
        self._clock = clock
        self._routes = routes
        self._patience_us = int(patience_s * 1_000_000)

    async def try_out(self, order: Order) -> Supplied:
        """Say what would be supplied, without doing anything."""
        return await self._walk(order, dry=True)

    async def carry_out(self, order: Order) -> Supplied:
        """Supply; broken off and asked for again, it goes on where it was."""
        return await self._walk(order, dry=False)

    async def _walk(self, order: Order, *, dry: bool) -> Supplied:
        self._check(order)
        done = Supplied()
        for tenant in order.tenants:
            wanted = Archived(
                tenant=tenant, queue=f"deliver:{order.source}", case_key=order.case_key,
                since_us=order.since_us, until_us=order.until_us,
            )  # fmt: skip
            after: Place | None = START
            while after is not None:
                after = await self._page(wanted, after, order, done, dry=dry)
        done.cases = len(done.lanes)
        return done

    def _check(self, order: Order) -> None:
        if not order.reason.strip():
            raise Rejected("reason_missing", "Bitte einen Grund angeben.")
        if order.source == order.target or not self._ways(order.target):
            raise Misconfigured(
                "target_unknown",
                f"„{order.target}“ ist kein anderes Ziel, für das es Routen gibt.",
                remedy="Das neue Ziel mit [[out]] in mappings/routes.toml eintragen und den Dienst "
                "neu starten.",
            )

    def _ways(self, partner: str) -> list[OutRoute]:
        return [way for way in self._routes.ways_out if way.partner == partner and not way.batch]

    async def _page(
        self, wanted: Archived, after: Place, order: Order, done: Supplied, *, dry: bool
    ) -> Place | None:
        def work(tx: Transaction) -> tuple[list[Row], Supplied]:
            # On a copy, so that a unit of work that is begun again counts once.
            counted = replace(done, skipped=Counter(done.skipped), lanes=dict(done.lanes))
            rows = supply.page(tx, wanted, after, PAGE)
            for row in rows:
                self._one(tx, row, order, counted, dry=dry)
            return rows, counted

        scan = self._database.scan if dry else self._database.write
        rows, counted = await scan(work)
        done.chosen, done.fitting = counted.chosen, counted.fitting
        done.skipped, done.lanes = counted.skipped, counted.lanes
        return (rows[-1]["lane_key"], rows[-1]["lane_seq"]) if len(rows) == PAGE else None

    def _one(self, tx: Transaction, row: Row, order: Order, done: Supplied, *, dry: bool) -> None:
        spec = json.loads(row["spec"])
        if order.kind and spec.get("record_kind") != order.kind:
            return
        done.chosen += 1
        way = self._way(row, spec, order)
        if code := self._why_not(tx, row, way, order, done):
            done.skipped[code] += 1
            return
        if way is None:
            return
        done.fitting += 1
        done.lanes[row["tenant"], row["lane_key"]] = row["made_us"]
        if not dry:
            self._copy(tx, row, way, order, len(done.lanes) - 1)

    def _way(self, row: Row, spec: dict[str, object], order: Order) -> OutRoute | None:
        """Return the way to the destination on which these very bytes are understood."""
        kind, today = str(spec.get("record_kind")), local_date(self._clock.now_us())
        then = local_date(row["received_us"])
        formats = {
            (way.role, way.format)
            for way in self._ways(order.source)
            if kind in way.kinds and way.is_valid(then)
        }
        ways = (way for way in self._ways(order.target) if kind in way.kinds)
        return next(
            (way for way in ways if way.is_valid(today) and (way.role, way.format) in formats), None
        )

    def _why_not(
        self, tx: Transaction, row: Row, way: OutRoute | None, order: Order, done: Supplied
    ) -> str:
        queue, lane = f"deliver:{order.target}", (row["tenant"], row["lane_key"])
        if supply.has_got(tx, row, queue):
            return "already_there"
        if way is None:
            return "format_differs"
        if not row["kept"]:
            return "bytes_gone"
        newest = max(supply.newest(tx, lane[0], queue, lane[1]), done.lanes.get(lane, 0))
        return "overtaken" if newest > row["made_us"] else ""

    def _copy(self, tx: Transaction, row: Row, way: OutRoute, order: Order, place: int) -> None:
        now_us = self._clock.now_us()
        due_us = now_us + place * _MINUTE_US // order.per_minute
        old = lanes.to_promise(row)
        copy = self._promise(old, way, due_us)
        supply.give_place(tx, copy, now_us, due_us)
        found = messages.find(tx, old.tenant, old.message_id)
        if found is None:
            return
        message = messages.to_message(found)
        self._messages.wait_for_more(tx, message)
        why = hashlib.sha256(order.reason.encode()).hexdigest()
        facts = {"copy_of": old.id, "to": order.target, "reason_sha256": why}
        step = Step(copy.id, digest=copy.payload_sha256, actor=order.actor, facts=facts)
        self._messages.note(tx, message, now_us, "delivery_supplied", step=step)
        if found["state"] == "closed":
            tally.reopen(tx, found)
            self._messages.move(tx, message, "routed", now_us)

    def _promise(self, old: Promise, way: OutRoute, due_us: int) -> Promise:
        own_id = derived_uuid(old.id, "supplied", way.partner)
        spec = {
            "record_kind": old.spec.get("record_kind"),
            "ref": old.spec.get("ref"),
            "door": way.door,
            "channel": way.channel,
            "name": file_name(way, {"case_id": old.spec.get("case_key") or "", "id": own_id}),
            "case_key": old.spec.get("case_key"),
            # Bytes for a line name their delivery; they will name the new one as they leave.
            "written_as": old.spec.get("written_as", old.id),
            "copy_of": old.id,
            "archived_us": old.made_us,
            **manner(way),
        }
        return structs.replace(
            old, id=own_id, queue=f"deliver:{way.partner}", spec=spec, attempts=0,
            deadline_us=due_us + self._patience_us,
        )  # fmt: skip
