"""The clerk's desk: what a person decides about a clearing case. A second click is harmless.

A case is about one of three things, and that says which ways out there are: a *held* message
that has not travelled, something *promised* that stands still at the head of its lane, or a
*question* of the trade about a message that went on. Where the message then counts follows
from what of it is least finished, never from which decision came last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from hub.core import failpoint
from hub.core.clock import Clock, local_date
from hub.core.errors import Conflict, Rejected
from hub.core.ids import uuid7
from hub.pipeline.decision.directions import Directions, ways_with
from hub.pipeline.desk.assigning import assign, check_case
from hub.pipeline.desk.resending import Resending
from hub.pipeline.setbacks import CAN_BE_INQUIRED
from hub.routing.table import Routes
from hub.store import batches, clearing, lanes, messages
from hub.store.database import Database, Row, Transaction
from hub.store.desk import replacing, status
from hub.store.desk.status import StatusQuery
from hub.store.journal import Journal
from hub.store.messages import Messages, Step

failpoint.declare("decision_before_commit", "decision_after_commit")

_ANSWERS = {
    "arrived": "Auskunft der Gegenstelle: angekommen.",
    "missing": "Auskunft der Gegenstelle: nie angekommen; unter derselben Kennung gesendet.",
}

DECIDED = {
    "release": "released",
    "replay": "replayed",
    "reject": "rejected",
    "discard": "discarded",
    "resend": "resent",
    "confirm": "confirmed",
}
"""What a decision makes of a clearing case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided, and why."""

    verb: str
    """``release`` (the same bytes again), ``replay`` (read the original bytes anew), ``reject``
    (back to the sender, with receipt), ``discard`` (give up); where nobody knows whether a
    request arrived: ``query`` (ask the partner's status query; decides nothing by itself),
    ``confirm`` (the partner says it did) or ``resend`` (a new delivery)."""
    actor: str
    reason: str
    mapping: str = ""
    """For ``replay``: the mapping to read with; empty: what is in force today."""
    case_key: str = ""
    """For ``release`` of an attachment that names no case: where it belongs."""


class Desk:
    """What a human may decide about clearing cases."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        clock: Clock,
        patience_s: float,
        routes: Routes | None = None,
    ) -> None:
        """``patience_s`` is how long released work may be tried again.

        Without ``routes`` a mapping cannot be named.
        """
        self._database = database
        self.journal = journal
        self._messages = Messages(journal)
        self._clock = clock
        self._patience_us = int(patience_s * 1_000_000)
        self._routes = routes
        self.resending = Resending(database, journal, clock, self._patience_us)

    async def release(self, tenant: str, clearing_id: str, actor: str, reason: str) -> None:
        """Settle a clearing case: what stood still is tried again."""
        await self.decide(tenant, clearing_id, Decision(verb="release", actor=actor, reason=reason))

    async def reject(self, tenant: str, clearing_id: str, actor: str, reason: str) -> None:
        """Give a message back to its sender, or what stood still up."""
        await self.decide(tenant, clearing_id, Decision(verb="reject", actor=actor, reason=reason))

    async def decide(self, tenant: str, clearing_id: str, decision: Decision) -> bool:
        """Carry out a decision and tell whether it changed anything.

        Raises:
            Rejected: no reason was given, there is no such case, or it has no such way out.
        """
        changed = await self._database.write(
            lambda tx: self.decide_within(tx, tenant, clearing_id, decision)
        )
        failpoint.reach("decision_after_commit")
        return changed

    def decide_within(
        self, tx: Transaction, tenant: str, clearing_id: str, decision: Decision
    ) -> bool:
        """The same within a unit of work that has more to write."""
        if not decision.reason.strip():
            raise Rejected("reason_missing", "Bitte einen Grund angeben.")
        case = _case(tx, tenant, clearing_id)
        now_us = self._clock.now_us()
        if case["state"] != "open":
            return False
        self.check(tx, case, decision)
        if decision.verb == "query":
            return self._query(tx, case, decision.actor, now_us)
        clearing.close_case(
            tx, case, state=DECIDED[decision.verb], actor=decision.actor,
            reason=decision.reason, now_us=now_us,
        )  # fmt: skip
        self._carry_out(tx, case, decision, now_us)
        failpoint.reach("decision_before_commit")
        return True

    def mappings(self, channel: str) -> tuple[str, ...]:
        """Return the mappings that read on a channel, of whatever validity."""
        ways = self._routes.ways_in if self._routes else ()
        return tuple(sorted({way.mapping for way in ways if way.channel == channel}))

    def check(self, tx: Transaction, case: Row, decision: Decision) -> None:
        """Make sure that a case has this way out.

        Raises:
            Rejected: it has not, or needs a case number that is missing or unknown.
            Misconfigured: the named mapping reads nothing on the message's channel.
        """
        # Only a held message can go back; what has travelled on can only be given up.
        goes_back = decision.verb == "reject" and is_held(case)
        verb = "discard" if decision.verb == "reject" and not goes_back else decision.verb
        if verb not in ways_out(tx, case):
            if batches.is_numbered_file(tx, case["tenant"], case["promise_id"]):
                raise _number_needed()
            raise not_offered()
        if verb == "release" or decision.case_key:
            check_case(tx, case, verb, decision.case_key)
        if decision.mapping and self._routes:
            row = self._message(tx, case)
            ways_with(decision.mapping, row["channel"], self._routes)

    def _carry_out(self, tx: Transaction, case: Row, decision: Decision, now_us: int) -> None:
        message = messages.to_message(self._message(tx, case))
        step, action = self._step(case, decision), f"clearing_{DECIDED[decision.verb]}"
        if is_held(case):
            self._messages.note(tx, message, now_us, action, step=step)
            self._send_on_its_way(tx, case, decision, now_us)
            if decision.verb == "discard":
                messages.forget_bytes(tx, message)
        elif self._end_standstill(tx, case, decision, now_us):
            # What is given up counts as settled, and the message may end by it.
            self._messages.fulfilled(tx, message.tenant, ((message.id, action, step),), now_us)
        else:
            self._messages.note(tx, message, now_us, action, step=step)
        self.settle(tx, case, now_us)

    def _end_standstill(self, tx: Transaction, case: Row, decision: Decision, now_us: int) -> bool:
        """Let the lane go on: with its head, with a new one in its place, or without it.

        Tells whether the message has one promise less to wait for.
        """
        if case["promise_id"] is None:
            return False
        if decision.verb == "resend":
            head = {"tenant": case["tenant"], "id": case["promise_id"]}
            self.resending.stand_in(tx, head, decision.actor, decision.reason)
            return False
        if decision.case_key:
            assign(tx, case, decision.case_key)
        skip = decision.verb != "release"
        freed = self._unblock(tx, case, skip=skip, now_us=now_us)
        if freed and decision.verb == "confirm":
            replacing.confirm_skipped(tx, case["tenant"], case["promise_id"])
        return freed and skip

    async def asked(self, tenant: str, clearing_id: str, actor: str) -> None:
        """Note that the partner was asked; the case stays open until the answer is known.

        Raises:
            Rejected: there is no such case, or nothing in it to ask about.
        """

        def work(tx: Transaction) -> None:
            case = _case(tx, tenant, clearing_id)
            if "confirm" not in ways_out(tx, case):
                raise not_offered()
            message = messages.to_message(self._message(tx, case))
            step = Step(case["promise_id"], actor=actor, facts={"code": case["code"]})
            self._messages.note(tx, message, self._clock.now_us(), "partner_asked", step=step)

        await self._database.write(work)

    def _query(self, tx: Transaction, case: Row, actor: str, now_us: int) -> bool:
        """Write the question down; whoever has a line to the partner puts it."""
        question = StatusQuery(
            tenant=case["tenant"], id=uuid7(now_us), clearing_id=case["id"],
            promise_id=case["promise_id"], actor=actor,
        )  # fmt: skip
        if not status.ask(tx, question, now_us):
            return False
        message = messages.to_message(self._message(tx, case))
        step = Step(case["promise_id"], actor=actor, facts={"code": case["code"]})
        self._messages.note(tx, message, now_us, "status_asked", step=step)
        return True

    @staticmethod
    def waits_for_answer(tx: Transaction, case: Row) -> bool:
        """Tell whether a status query may still settle a case."""
        return "query" in ways_out(tx, case)

    def answered(
        self, tx: Transaction, case: Row, actor: str, answer: str, facts: Mapping[str, object]
    ) -> None:
        """Draw the consequences of what a partner answered to a status query."""
        now_us = self._clock.now_us()
        message = messages.to_message(self._message(tx, case))
        step = Step(case["promise_id"], actor=actor, facts={"answer": answer, **facts})
        self._messages.note(tx, message, now_us, "status_answered", step=step)
        if answer == "none":
            return
        clearing.close_case(
            tx, case, state="answered", actor=actor, reason=_ANSWERS[answer], now_us=now_us
        )
        arrived = answer == "arrived"
        if self._unblock(tx, case, skip=arrived, now_us=now_us) and arrived:
            replacing.confirm_skipped(tx, case["tenant"], case["promise_id"])
            kept = (message.id, "delivered", step)
            self._messages.fulfilled(tx, message.tenant, (kept,), now_us)
        self.settle(tx, case, now_us)

    @staticmethod
    def _step(case: Row, decision: Decision) -> Step:
        """Return a decision for the journal; its reason by digest, for reasons may name persons."""
        facts = {"code": case["code"]} | (
            {"mapping": decision.mapping or "in force"} if decision.verb == "replay" else {}
        )
        digest = hashlib.sha256(decision.reason.encode()).hexdigest()
        return Step(case["promise_id"], digest=digest, actor=decision.actor, facts=facts)

    def _send_on_its_way(self, tx: Transaction, case: Row, decision: Decision, now_us: int) -> None:
        """Let a held message travel again, with the directions it was given, or leave it."""
        today = local_date(now_us).isoformat()
        given = {
            "replay": Directions(mapping=decision.mapping)
            if decision.mapping
            else Directions(as_of=today),
            "reject": Directions(refusal=decision.reason),
        }
        directions = given.get(decision.verb, Directions())
        clearing.direct(tx, case["tenant"], case["promise_id"], directions.to_spec())
        self._unblock(tx, case, skip=decision.verb == "discard", now_us=now_us)

    def _unblock(self, tx: Transaction, case: Row, *, skip: bool, now_us: int) -> bool:
        return lanes.unblock(
            tx, case["tenant"], case["promise_id"], skip=skip, now_us=now_us,
            deadline_us=now_us + self._patience_us,
        )  # fmt: skip

    def corrected(self, tx: Transaction, case: Row, correction: Row) -> None:
        """Close a case whose message was replaced by a corrected copy."""
        now_us = self._clock.now_us()
        clearing.close_case(
            tx, case, state="corrected", actor=correction["decided_by"],
            reason=correction["decided_reason"], now_us=now_us,
        )  # fmt: skip
        facts = {"code": case["code"], "copy": correction["copy_id"]}
        step = Step(case["promise_id"], actor=correction["decided_by"], facts=facts)
        message = messages.to_message(self._message(tx, case))
        self._messages.note(tx, message, now_us, "clearing_corrected", step=step)
        self.settle(tx, case, now_us)

    def rows_corrected(self, tx: Transaction, original: Row, correction: Row) -> None:
        """Note of a table that its refused rows came in corrected."""
        facts = {"copy": correction["copy_id"]}
        step = Step(digest=correction["copy_sha256"], actor=correction["decided_by"], facts=facts)
        message = messages.to_message(original)
        self._messages.note(tx, message, self._clock.now_us(), "rows_corrected", step=step)

    def settle(self, tx: Transaction, case: Row, now_us: int) -> None:
        """Move a message on once its last clearing case is settled: to what is least finished."""
        row = self._message(tx, case)
        message = messages.to_message(row)
        if row["state"] != "clearing" or clearing.still_open(tx, message.tenant, message.id):
            return
        rest = clearing.rest_of(tx, message.tenant, message.id)
        given_up = {"code": case["code"]} if rest["given_up"] else {}
        if rest["travelling"]:
            self._messages.move(tx, message, "received", now_us)
        elif row["open_promises"]:
            self._messages.move(tx, message, "routed", now_us, **given_up)
        else:
            self._messages.move(
                tx, message, "refused" if given_up else "closed", now_us, **given_up
            )

    @staticmethod
    def _message(tx: Transaction, case: Row) -> Row:
        row = messages.find(tx, case["tenant"], case["message_id"])
        if row is None:
            raise Conflict("message_missing", "Die Nachricht ist nicht im Journal.")
        return row


def _case(tx: Transaction, tenant: str, clearing_id: str) -> Row:
    case = clearing.find(tx, tenant, clearing_id)
    if case is None:
        raise Rejected("clearing_unknown", "Diesen Klärfall gibt es nicht.")
    return case


def is_held(case: Row) -> bool:
    """Tell whether a case is about a message that has not travelled."""
    return bool(case["promise_id"] == case["message_id"])


def ways_out(tx: Transaction, case: Row) -> tuple[str, ...]:
    """Return what may be decided about an open case, the usual first."""
    if case["state"] != "open":
        return ()
    if is_held(case):
        return ("release", "replay", "reject", "discard")
    promise = clearing.promise_of(tx, case["tenant"], case["promise_id"])
    if promise is None:
        return ("release", "discard")
    if "batch" in json.loads(promise["spec"]):
        return ("release",)
    if promise["state"] == "unknown":
        query = ("query",) if CAN_BE_INQUIRED in json.loads(case["facts"]) else ()
        return (*query, "confirm", "resend")
    return ("release", "discard")


def not_offered() -> Rejected:
    """Return the error for a way out that a case has not."""
    return Rejected(
        "decision_not_offered",
        "Diese Entscheidung gibt es bei diesem Klärfall nicht.",
        remedy="„aktenhub clearing show“ nennt die möglichen.",
    )


def _number_needed() -> Rejected:
    return Rejected(
        "order_file_needed",
        "Eine nummerierte Auftragsdatei lässt sich nicht auslassen.",
        remedy="Ursache beheben und freigeben; der Kasse fehlte sonst eine Folgenummer.",
    )
