"""Fills a house with finished messages, as if it had worked for long; ``python -m`` this.

``python -m hub.bench.preload SETTINGS TENANT COUNT``. Message, payload, remembered bytes, promises
and eight journal entries of each are written by the store's own functions, many in one unit of
work. Nothing is read, mapped, delivered or filed: no case, no file and no document comes of it.
It runs in a process of its own, so that its memory is not counted as the hub's.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from hub.app import CLOCK, Place, open_database
from hub.bench.load import PER_CASE, Load, Planned
from hub.core.ids import derived_uuid, uuid7
from hub.core.message import Message
from hub.pipeline.balance import add_up
from hub.pipeline.decision.mind import keep
from hub.store import lanes, messages
from hub.store.database import Transaction
from hub.store.journal import Journal
from hub.store.lanes import Promise
from hub.store.messages import Arrived, Messages, Step, Travelled
from hub.store.payloads import Kept, Payloads

BATCH = 5000
"""Messages per unit of work."""
CHANNEL = "fachverfahren"
FIRST_CASE = 30_000_000
"""Cases of their own; the load of a run lies below."""
SCHEMA = "fachverfahren/Auszahlungsanordnung-1.0"
MAPPING = "fachverfahren-to-hub/Auszahlungsanordnung"
FAR_US = 10**17
"""No deadline."""
LEASE_US = 60_000_000
_ROUTED = (("deliver:fachverfahren", "deliver", "delivered"), ("file", "file", "filed"))
"""Queue, kind and end of what each message led to."""
_STEPS = (
    ("checked", Step(facts={"verdict": "passed", "schema": SCHEMA})),
    ("mapped", Step(facts={"mapping": MAPPING, "kind": "Auszahlungsanordnung"})),
    ("decided", Step(facts={"kind": "Auszahlungsanordnung", "letters": 0, "sends": 1})),
)


class Past:
    """Writes finished messages of one office, case after case."""

    def __init__(self, book: Messages, tenant: str) -> None:
        self._book = book
        self._tenant = tenant

    def write(self, tx: Transaction, first: int, count: int) -> None:
        """Write messages numbered from ``first``, from their acceptance to their end."""
        now_us = CLOCK.now_us()
        planned = Load(count, FIRST_CASE + first // PER_CASE).planned
        arrived = [self._message(one, now_us) for one in planned]
        known = {message.id: message for message, _ in arrived}
        Payloads.name_all(tx, ((self._tenant, kept) for _, kept in arrived), now_us)
        messages.remember_bytes(tx, list(known.values()))
        self._book.add_all(tx, [Arrived(message, "received") for message, _ in arrived], now_us)
        travelling = [_promise(message, "travel", "travel") for message in known.values()]
        lanes.add_all(tx, travelling, now_us)
        self._leave(tx, "travel", now_us)
        made = [
            _promise(message, queue, kind)
            for message in known.values()
            for queue, kind, _ in _ROUTED
        ]
        lanes.add_all(tx, made, now_us)
        self._book.travelled(tx, [_travelled(message) for message in known.values()], now_us)
        for queue, _, action in _ROUTED:
            ended = self._leave(tx, queue, now_us)
            told = [(one.message_id, action, Step(one.id)) for one in ended]
            self._book.fulfilled(tx, self._tenant, told, now_us)

    @staticmethod
    def _leave(tx: Transaction, queue: str, now_us: int) -> list[Promise]:
        """End everything that waits in a queue; nobody else works here."""
        held = lanes.claim(
            tx, queue, limit=BATCH, me="bench", now_us=now_us, lease_us=LEASE_US, behind=PER_CASE
        )
        lanes.finish_all(tx, held, "confirmed", now_us)
        return held

    def _message(self, planned: Planned, now_us: int) -> tuple[Message, Kept]:
        kept, message_id = keep(planned.data), uuid7(now_us)
        message = Message(
            id=message_id, tenant=self._tenant, partner=CHANNEL, channel=CHANNEL,
            kind="Auszahlungsanordnung", case_key=planned.case_id, sha256=kept.sha256,
            size_bytes=kept.size, received_us=now_us, original_name=f"{planned.business_id}.xml",
            correlation_id=message_id, business_id=planned.business_id,
        )  # fmt: skip
        return message, kept


def _promise(message: Message, queue: str, kind: str) -> Promise:
    return Promise(
        id=message.id if kind == "travel" else derived_uuid(message.id, kind),
        tenant=message.tenant,
        message_id=message.id,
        kind=kind,
        queue=queue,
        lane_key=str(message.case_key),
        spec={} if kind == "travel" else {"case_key": message.case_key, "title": message.kind},
        payload_sha256=message.sha256,
        deadline_us=FAR_US,
    )


def _travelled(message: Message) -> Travelled:
    return Travelled(message, "routed", schema=SCHEMA, promised=len(_ROUTED), steps=_STEPS)


async def preload(place: Place, tenant: str, count: int) -> None:
    """Write so many finished messages."""
    past = Past(Messages(Journal(place.settings.node)), tenant)
    async with open_database(place) as database:
        for first in range(0, count, BATCH):
            await database.write(partial(past.write, first=first, count=min(BATCH, count - first)))
        # An installation that has worked for long has added up its past long ago.
        while await add_up(database, CLOCK.now_us()):
            pass


def main(arguments: Sequence[str]) -> None:
    """Fill the house and end."""
    settings, tenant, count = arguments
    asyncio.run(preload(Place.read(Path(settings)), tenant, int(count)))


if __name__ == "__main__":
    main(sys.argv[1:])
