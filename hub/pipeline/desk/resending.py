"""Sending a delivery once more, by the will of a person: a new delivery that names the old.

Exactly what was chosen is sent, with the bytes that were sent before, to nobody else. Each
delivery is replaced at most once, so that a double click is harmless; who wants a third
sending replaces the second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import PurePosixPath

from msgspec.structs import replace

from hub.core.clock import Clock
from hub.core.errors import Conflict, Rejected
from hub.core.ids import derived_uuid
from hub.store import clearing, lanes, messages
from hub.store.database import Database, Row, Transaction
from hub.store.desk import replacing, tally
from hub.store.journal import Journal
from hub.store.lanes import Promise
from hub.store.messages import Messages, Step

_OVER = frozenset({"confirmed", "skipped"})
"""What is over may be sent once more; what stands still is decided in its clearing case."""


class Resending:
    """Makes new deliveries of old ones."""

    def __init__(
        self, database: Database, journal: Journal, clock: Clock, patience_us: int
    ) -> None:
        """``patience_us`` is how long a new delivery may be tried."""
        self._database = database
        self._messages = Messages(journal)
        self._clock = clock
        self._patience_us = patience_us

    async def resend(
        self, tenant: str, promise_ids: Sequence[str], actor: str, reason: str
    ) -> list[str]:
        """Send deliveries once more and return the new ones; those made before are left out.

        Raises:
            Rejected: no reason was given, or one of them is no delivery that is over.
        """
        if not reason.strip():
            raise Rejected("reason_missing", "Bitte einen Grund angeben.")

        def work(tx: Transaction) -> list[str]:
            made = [self._again(tx, tenant, one, actor, reason) for one in promise_ids]
            return [one for one in made if one]

        return await self._database.write(work)

    def _again(self, tx: Transaction, tenant: str, old_id: str, actor: str, reason: str) -> str:
        row = _delivery(tx, tenant, old_id)
        if row["state"] not in _OVER:
            raise Rejected(
                "delivery_not_over",
                "Diese Lieferung ist noch nicht abgeschlossen.",
                place=old_id,
                remedy="Steht sie still, im Klärfall entscheiden; sonst abwarten.",
            )
        old, new = self._pair(row)
        if clearing.promise_of(tx, tenant, new.id):
            return ""
        now_us = self._clock.now_us()
        replacing.follow_up(tx, old, new, now_us)
        found = _message(tx, old)
        message = messages.to_message(found)
        self._messages.wait_for_more(tx, message)
        self._note(tx, old, new, actor, reason)
        if found["state"] == "closed":
            tally.reopen(tx, found)
            self._messages.move(tx, message, "routed", now_us)
        return new.id

    def stand_in(self, tx: Transaction, row: Row, actor: str, reason: str) -> bool:
        """Let a new delivery take the place of one that stands still."""
        old, new = self._pair(_delivery(tx, row["tenant"], row["id"]))
        if not replacing.stand_in(tx, old, new, self._clock.now_us()):
            return False
        self._note(tx, old, new, actor, reason)
        return True

    def _pair(self, row: Row) -> tuple[Promise, Promise]:
        old = lanes.to_promise(row)
        new_id = derived_uuid(old.id, "replaced")
        spec = {**old.spec, "name": _name(str(old.spec.get("name", "")), old.id, new_id)}
        # Bytes for a line name their delivery; they will name the new one as they leave.
        spec["written_as"] = old.spec.get("written_as", old.id)
        deadline_us = self._clock.now_us() + self._patience_us
        return old, replace(old, id=new_id, spec=spec, attempts=0, deadline_us=deadline_us)

    def _note(self, tx: Transaction, old: Promise, new: Promise, actor: str, reason: str) -> None:
        """Journal a repetition; its reason by digest, for reasons may name persons."""
        why = hashlib.sha256(reason.encode()).hexdigest()
        facts = {"replaces": old.id, "reason_sha256": why}
        step = Step(new.id, digest=new.payload_sha256, actor=actor, facts=facts)
        message = messages.to_message(_message(tx, old))
        self._messages.note(tx, message, self._clock.now_us(), "delivery_repeated", step=step)


def _delivery(tx: Transaction, tenant: str, promise_id: str) -> Row:
    row = clearing.promise_of(tx, tenant, promise_id)
    if row is None or row["kind"] != "deliver":
        raise Rejected(
            "delivery_unknown",
            "Diese Lieferung gibt es nicht.",
            place=promise_id,
            remedy="„aktenhub journal show“ nennt die Lieferungen einer Nachricht; "
            "Anordnungen in nummerierten Dateien lassen sich nicht einzeln wiederholen.",
        )
    return row


def _message(tx: Transaction, promise: Promise) -> Row:
    row = messages.find(tx, promise.tenant, promise.message_id)
    if row is None:
        raise Conflict("message_missing", "Die Nachricht ist nicht im Journal.")
    return row


def _name(name: str, old_id: str, new_id: str) -> str:
    """Return a file name of its own: nothing in an outbox is ever overwritten."""
    if not name or old_id in name:
        return name.replace(old_id, new_id)
    path = PurePosixPath(name)
    return f"{path.stem}-{new_id[:8]}{path.suffix}"
