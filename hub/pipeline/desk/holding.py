"""Holding work back for a while: a case, a queue, a partner or an office."""

from __future__ import annotations

import hashlib

from hub.core.clock import Clock
from hub.core.errors import Rejected
from hub.store.database import Database, Transaction
from hub.store.desk import holds
from hub.store.desk.holds import EVERYBODY, Hold
from hub.store.journal import Entry, Journal

KINDS = ("case", "route", "partner", "tenant")


class Holding:
    """Sets and ends holds, journalled in every office they touch."""

    def __init__(
        self, database: Database, journal: Journal, clock: Clock, tenants: tuple[str, ...]
    ) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock
        self._tenants = tenants

    async def put(self, hold: Hold) -> bool:
        """Set a hold; the same one again changes nothing.

        Raises:
            Rejected: reason, end or what is held is missing.
        """
        if not hold.reason.strip():
            raise Rejected("reason_missing", "Bitte einen Grund angeben.")
        now_us = self._clock.now_us()
        if hold.kind not in KINDS or (hold.kind != "tenant" and not hold.value):
            raise Rejected("hold_unclear", "Es fehlt, was angehalten werden soll.")
        if hold.kind == "tenant" and hold.tenant == EVERYBODY:
            raise Rejected(
                "hold_unclear", "Alle Mandanten zugleich lassen sich nicht anhalten.",
                remedy="Den Dienst beenden oder einzelne Mandanten anhalten.",
            )  # fmt: skip
        if hold.until_us <= now_us:
            raise Rejected("hold_over", "Das Ende liegt in der Vergangenheit.")

        def work(tx: Transaction) -> bool:
            if not holds.put(tx, hold, now_us):
                return False
            held = (hold.tenant, hold.kind, hold.value)
            self._note(tx, held, "hold_set", hold.actor, hold.reason)
            return True

        return await self._database.write(work)

    async def end(self, scope: str | None, hold_id: str, actor: str) -> bool:
        """End a hold before its date.

        Raises:
            Rejected: there is no such hold of this office.
        """

        def work(tx: Transaction) -> bool:
            row = holds.find(tx, scope, hold_id)
            if row is None:
                raise Rejected("hold_unknown", "Diese Anhaltung gibt es nicht.")
            if not holds.end(tx, hold_id, actor, self._clock.now_us()):
                return False
            held = (row["tenant"], row["kind"], row["value"])
            self._note(tx, held, "hold_ended", actor)
            return True

        return await self._database.write(work)

    def _note(
        self, tx: Transaction, held: tuple[str, str, str], action: str, actor: str, reason: str = ""
    ) -> None:
        """Journal in every office it touches; the reason by digest, it may name persons."""
        tenant, kind, value = held
        digest = hashlib.sha256(reason.encode()).hexdigest() if reason else None
        case_key = value if kind == "case" else None
        facts = {"kind": kind} | ({} if case_key else {"value": value})
        for office in (tenant,) if tenant else self._tenants:
            entry = Entry(
                office, action, case_key=case_key, actor=actor, digest=digest, facts=facts
            )
            self._journal.append(tx, self._clock.now_us(), entry)
