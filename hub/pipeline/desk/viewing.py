"""Seeing the content of a message: for a purpose, with a reason, for half an hour, journalled."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from hub.core.clock import Clock
from hub.core.errors import Rejected
from hub.pipeline.desk.assigning import homeless
from hub.store import messages
from hub.store.database import Database, Row, Transaction
from hub.store.desk import sights
from hub.store.desk.sights import PURPOSES, Sight
from hub.store.journal import Journal
from hub.store.messages import Messages, Step
from hub.store.payloads import Payloads

SIGHT_US = 30 * 60_000_000
"""How long one reason carries."""
MIN_REASON = 3
"""A reason of fewer characters explains nothing."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An attachment nobody knows the file of."""

    name: str
    """The sender's."""
    mime: str
    data: bytes
    sight: Row
    """Purpose and reason for which it is seen."""


class Viewing:
    """Opens content to those who say why."""

    def __init__(
        self, database: Database, journal: Journal, clock: Clock, payloads: Payloads
    ) -> None:
        self._database = database
        self._messages = Messages(journal)
        self._clock = clock
        self._payloads = payloads

    async def ask(self, sight: Sight) -> None:
        """Open one message to one person for a while.

        Raises:
            Rejected: purpose or reason is missing, or there is no such message.
        """
        if sight.purpose not in PURPOSES:
            raise Rejected(
                "purpose_unknown", "Für diesen Zweck wird kein Inhalt gezeigt.",
                remedy=f"Möglich sind: {', '.join(PURPOSES)}.",
            )  # fmt: skip
        if len(sight.reason.strip()) < MIN_REASON:
            raise Rejected("reason_missing", "Bitte einen Grund angeben.")
        now_us = self._clock.now_us()
        why = hashlib.sha256(sight.reason.encode()).hexdigest()

        def work(tx: Transaction) -> None:
            row = messages.find(tx, sight.tenant, sight.message_id)
            if row is None:
                raise _unknown(sight.message_id)
            sights.open_sight(tx, sight, now_us, now_us + SIGHT_US)
            step = Step(digest=why, actor=sight.actor, facts={"purpose": sight.purpose})
            message = messages.to_message(row)
            self._messages.note(tx, message, now_us, "content_opened", step=step)

        await self._database.write(work)

    async def content(self, tenant: str, message_id: str, actor: str) -> tuple[Row, bytes, Row]:
        """Return a message, its original bytes, and the sight that allows it.

        Raises:
            Rejected: nobody opened it to this person, or not lately; or its bytes were never read.
        """
        now_us = self._clock.now_us()
        row, sight = await self._database.read(
            lambda tx: (
                messages.find(tx, tenant, message_id),
                sights.is_open(tx, tenant, message_id, actor, now_us),
            )
        )
        if row is None:
            raise _unknown(message_id)
        if sight is None:
            raise _sight_needed()
        digest = row["record_sha256"] or row["sha256"]
        if not digest:
            raise Rejected("content_never_read", "Der Inhalt dieser Nachricht wurde nie gelesen.")
        return row, await self._payloads.get(tenant, digest), sight

    async def enclosure(self, case: Row, actor: str) -> Enclosure:
        """Return what a clearing case asks a file for, opened like its message.

        Raises:
            Rejected: nobody opened the message to this person, or not lately; or the case is
                not about an attachment that lies in no file.
        """
        tenant, now_us = case["tenant"], self._clock.now_us()
        promise, sight = await self._database.read(
            lambda tx: (
                homeless(tx, case),
                sights.is_open(tx, tenant, case["message_id"], actor, now_us),
            )
        )
        if promise is None or promise.payload_sha256 is None:
            raise Rejected(
                "enclosure_unknown", "Zu diesem Klärfall gehört keine Anlage ohne Akte.",
                remedy="Was schon zugeordnet ist, in seiner Akte ansehen.",
            )  # fmt: skip
        if sight is None:
            raise _sight_needed()
        data = await self._payloads.get(tenant, promise.payload_sha256)
        return Enclosure(str(promise.spec["name"]), str(promise.spec["mime"]), data, sight)

    async def bytes_of(self, tenant: str, digest: str) -> bytes:
        """Return kept bytes of a message whose content is open already."""
        return await self._payloads.get(tenant, digest)


def _sight_needed() -> Rejected:
    return Rejected(
        "sight_needed", "Der Inhalt ist nur mit Zweck und Grund zu sehen.",
        remedy="Zweck und Grund angeben; die Einsicht gilt dreißig Minuten.",
    )  # fmt: skip


def _unknown(message_id: str) -> Rejected:
    return Rejected("message_unknown", f"Es gibt keine Nachricht {message_id}.")
