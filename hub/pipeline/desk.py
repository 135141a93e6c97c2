"""The clerk's desk: release or reject a clearing case. A second click is harmless."""

from __future__ import annotations

from hub.core.clock import Clock
from hub.core.errors import Conflict, Rejected
from hub.store import clearing, lanes, messages
from hub.store.database import Database, Row, Transaction
from hub.store.journal import Journal
from hub.store.messages import Messages, Step


class Desk:
    """What a human may decide about clearing cases."""

    def __init__(
        self, database: Database, journal: Journal, clock: Clock, patience_s: float
    ) -> None:
        """``patience_s`` is how long released work may be tried again."""
        self._database = database
        self._messages = Messages(journal)
        self._clock = clock
        self._patience_us = int(patience_s * 1_000_000)

    async def release(self, tenant: str, clearing_id: str, actor: str, reason: str) -> None:
        """Settle a clearing case: what stood still is tried again.

        Raises:
            Rejected: no reason was given, or there is no such open case.
        """
        await self._decide(tenant, clearing_id, actor, reason, "released")

    async def reject(self, tenant: str, clearing_id: str, actor: str, reason: str) -> None:
        """Give up what stood still; the lane goes on without it.

        Raises:
            Rejected: no reason was given, there is no such case, or a numbered file would be
                left out.
        """
        await self._decide(tenant, clearing_id, actor, reason, "rejected")

    async def _decide(
        self, tenant: str, clearing_id: str, actor: str, reason: str, decision: str
    ) -> None:
        if not reason.strip():
            raise Rejected("reason_missing", "Bitte einen Grund angeben.")
        now_us = self._clock.now_us()

        def work(tx: Transaction) -> None:
            case = clearing.find(tx, clearing_id, tenant)
            if case is None:
                raise Rejected("clearing_unknown", "Diesen Klärfall gibt es nicht.")
            if decision == "rejected" and lanes.is_numbered_file(tx, case["promise_id"]):
                raise _number_needed()
            if clearing.close_case(
                tx, clearing_id, state=decision, actor=actor, reason=reason, now_us=now_us
            ):
                self._carry_out(tx, case, actor, decision, now_us)

        await self._database.write(work)

    def _carry_out(
        self, tx: Transaction, case: Row, actor: str, decision: str, now_us: int
    ) -> None:
        row = messages.find(tx, case["message_id"])
        if row is None:
            raise Conflict("message_missing", "Die Nachricht ist nicht im Journal.")
        message = messages.to_message(row)
        step = Step(case["promise_id"], actor=actor, facts={"code": case["code"]})
        self._messages.note(tx, message, now_us, f"clearing_{decision}", step=step)
        skip = decision == "rejected"
        if case["promise_id"]:
            freed = lanes.unblock(
                tx, case["promise_id"], skip=skip, now_us=now_us,
                deadline_us=now_us + self._patience_us,
            )  # fmt: skip
            if freed and skip and case["promise_id"] != message.id:
                self._messages.fulfilled(tx, message.id, now_us)
                row = messages.find(tx, message.id) or row
        self._move_on(tx, row, case, skip=skip, now_us=now_us)

    def _move_on(self, tx: Transaction, row: Row, case: Row, *, skip: bool, now_us: int) -> None:
        """Move the message on once its last clearing case is settled."""
        message = messages.to_message(row)
        if row["state"] != "clearing" or clearing.still_open(tx, message.id):
            return
        travelled = case["promise_id"] != message.id
        if skip and not travelled:
            messages.forget_bytes(tx, message)
        if skip and case["promise_id"]:
            to_state = "refused"
        elif not travelled:
            to_state = "received"
        else:
            to_state = "routed" if row["open_promises"] else "closed"
        self._messages.move(tx, message, to_state, now_us, code=case["code"])


def _number_needed() -> Rejected:
    return Rejected(
        "order_file_needed",
        "Eine nummerierte Auftragsdatei lässt sich nicht auslassen.",
        remedy="Ursache beheben und freigeben; der Kasse fehlte sonst eine Folgenummer.",
    )
