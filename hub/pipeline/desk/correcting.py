"""Correcting a copy of a held message: one person proposes, another approves.

The original stays as it came. The copy enters through the door as a message of its own that
names the original as its cause, and takes the original's place in the lane of its case. Both
stay in the payload store, so that the difference can always be shown.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable

from hub.core import failpoint
from hub.core.clock import Clock
from hub.core.errors import Conflict, Rejected
from hub.core.ids import derived_uuid
from hub.pipeline import intake
from hub.pipeline.desk.deciding import Desk, is_held
from hub.pipeline.house import House
from hub.pipeline.intake import Accepted, Arrival
from hub.store import clearing, lanes, messages
from hub.store.database import Database, Row, Transaction
from hub.store.desk import corrections, replacing
from hub.store.desk.corrections import Proposal
from hub.store.inbox import attachments
from hub.store.journal import Journal
from hub.store.messages import Messages, Step
from hub.store.payloads import Payloads

failpoint.declare("correction_before_enter")

SHOWN_LINES = 2000
"""A longer difference is cut; both versions are kept whole."""


class Corrections:
    """Proposes and decides; what was approved is entered by :func:`enter_approved`."""

    def __init__(
        self, database: Database, journal: Journal, clock: Clock, payloads: Payloads
    ) -> None:
        self._database = database
        self._messages = Messages(journal)
        self._clock = clock
        self._payloads = payloads

    async def propose(
        self, tenant: str, clearing_id: str, copy: bytes, actor: str, reason: str
    ) -> str:
        """Propose other bytes for a held message and return the id of the proposal.

        Raises:
            Rejected: no reason, nothing changed, another proposal waits, or the case is not
                about a held file.
        """
        _need(reason)
        kept = await self._payloads.keep(copy)
        now_us = self._clock.now_us()

        def work(tx: Transaction) -> str:
            row = self._held(tx, tenant, clearing_id)
            if kept.sha256 == row["sha256"]:
                raise Rejected("nothing_corrected", "Die Kopie gleicht dem Original.")
            proposal = _proposal(row, clearing_id, kept.sha256, actor, reason)
            self._payloads.name(tx, tenant, kept, now_us)
            if corrections.propose(tx, proposal, now_us):
                self._note(tx, row, actor, "correction_proposed", kept.sha256)
                return proposal.id
            waiting = corrections.pending(tx, tenant, clearing_id)
            if waiting is None or waiting["id"] != proposal.id:
                raise Rejected(
                    "correction_pending", "Für diesen Klärfall wartet schon eine Berichtigung.",
                    remedy="Erst über sie entscheiden.",
                )  # fmt: skip
            return proposal.id

        return await self._database.write(work)

    async def approve(self, tenant: str, correction_id: str, actor: str, reason: str) -> bool:
        """Let a proposal become a message; only somebody else than its author may."""
        return await self._decide(tenant, correction_id, actor, reason, "approved")

    async def decline(self, tenant: str, correction_id: str, actor: str, reason: str) -> bool:
        """Put a proposal aside."""
        return await self._decide(tenant, correction_id, actor, reason, "declined")

    async def _decide(
        self, tenant: str, correction_id: str, actor: str, reason: str, state: str
    ) -> bool:
        _need(reason)
        now_us = self._clock.now_us()

        def work(tx: Transaction) -> bool:
            row = corrections.find(tx, tenant, correction_id)
            if row is None:
                raise Rejected("correction_unknown", "Diese Berichtigung gibt es nicht.")
            if state == "approved" and row["proposed_by"] == actor:
                raise Rejected(
                    "four_eyes", "Wer eine Berichtigung vorschlägt, darf ihr nicht zustimmen.",
                    remedy="Eine andere Person muss zustimmen.",
                )  # fmt: skip
            if not corrections.decide(tx, row, state, actor, reason, now_us):
                return False
            original = _message(tx, tenant, row["message_id"])
            self._note(tx, original, actor, f"correction_{state}", row["copy_sha256"])
            return True

        return await self._database.write(work)

    def _held(self, tx: Transaction, tenant: str, clearing_id: str) -> Row:
        case = clearing.find(tx, tenant, clearing_id)
        if case is None:
            raise Rejected("clearing_unknown", "Diesen Klärfall gibt es nicht.")
        row = _message(tx, tenant, case["message_id"])
        if case["state"] != "open" or not is_held(case) or row["part_of"] or not row["sha256"]:
            raise Rejected(
                "correction_not_offered", "Diese Nachricht lässt sich nicht berichtigen.",
                remedy="Berichtigt werden angehaltene ganze Dateien; abgewiesene Sätze einer "
                "Tabelle bei der Nachricht der Tabelle.",
            )  # fmt: skip
        return row

    def _note(self, tx: Transaction, row: Row, actor: str, action: str, digest: str) -> None:
        step = Step(digest=digest, actor=actor)
        message = messages.to_message(row)
        self._messages.note(tx, message, self._clock.now_us(), action, step=step)


def _need(reason: str) -> None:
    if not reason.strip():
        raise Rejected("reason_missing", "Bitte einen Grund angeben.")


def _proposal(row: Row, clearing_id: str, copy_sha256: str, actor: str, reason: str) -> Proposal:
    own_id = derived_uuid(clearing_id, "correction", row["sha256"], copy_sha256, actor)
    return Proposal(
        tenant=row["tenant"], id=own_id, clearing_id=clearing_id, message_id=row["id"],
        copy_id=derived_uuid(own_id, "copy"), original_sha256=row["sha256"],
        copy_sha256=copy_sha256, proposed_by=actor, reason=reason,
    )  # fmt: skip


def _message(tx: Transaction, tenant: str, message_id: str) -> Row:
    row = messages.find(tx, tenant, message_id)
    if row is None:
        raise Conflict("message_missing", "Die Nachricht ist nicht im Journal.")
    return row


async def enter_approved(house: House, desk: Desk) -> int:
    """Let every approved copy become a message, and return how many did."""
    rows = await house.database.read(corrections.approved)
    for row in rows:
        await _enter(row, house, desk)
    return len(rows)


async def _enter(row: Row, house: House, desk: Desk) -> None:
    tenant = row["tenant"]
    original, came_with = await house.database.read(
        lambda tx: (
            _message(tx, tenant, row["message_id"]),
            attachments.of(tx, tenant, row["message_id"]),
        )
    )
    data = await house.payloads.get(tenant, row["copy_sha256"])
    arrival = Arrival(
        id=row["copy_id"], tenant=tenant, channel=original["channel"],
        name=f"{original['original_name']} (berichtigt)", size=len(data), data=data,
        causation_id=original["id"], correlation_id=original["correlation_id"],
        facts={"corrects": original["id"], "by": row["proposed_by"]},
        attachments=tuple(came_with), within=_settled(row, house, desk),
    )  # fmt: skip
    failpoint.reach("correction_before_enter")
    await intake.accept([arrival], house)


def _settled(row: Row, house: House, desk: Desk) -> Callable[[Transaction, Accepted], None]:
    """Return what ends the original in the unit of work that enters the copy."""

    def within(tx: Transaction, accepted: Accepted) -> None:
        case = clearing.find(tx, row["tenant"], row["clearing_id"])
        if not corrections.entered(tx, row):
            return
        if case is None:
            # Rows of a table that went on without them: there is nothing to settle.
            desk.rows_corrected(tx, _message(tx, row["tenant"], row["message_id"]), row)
            return
        if case["state"] != "open":
            return
        _hand_over(tx, case, accepted.message.id, house)
        desk.corrected(tx, case, row)

    return within


def _hand_over(tx: Transaction, case: Row, copy_id: str, house: House) -> None:
    """Give the copy the original's place in the line, or let the line go on without it."""
    now_us, tenant = house.clock.now_us(), case["tenant"]
    old = clearing.promise_of(tx, tenant, case["promise_id"])
    new = clearing.promise_of(tx, tenant, copy_id)
    if old and new and (old["queue"], old["lane_key"]) == (new["queue"], new["lane_key"]):
        replacing.take_over(tx, lanes.to_promise(old), lanes.to_promise(new), now_us)
    else:
        lanes.unblock(tx, tenant, case["promise_id"], skip=True, now_us=now_us, deadline_us=now_us)


def difference(original: bytes, copy: bytes) -> list[str]:
    """Return what was changed, line by line; digests where the bytes are no text."""
    try:
        before, after = original.decode().splitlines(), copy.decode().splitlines()
    except UnicodeDecodeError:
        return [f"{sign} {hashlib.sha256(data).hexdigest()} ({len(data)} Byte)"
                for sign, data in (("-", original), ("+", copy))]  # fmt: skip
    lines = difflib.unified_diff(before, after, "Original", "Kopie", lineterm="", n=2)
    return [line for _, line in zip(range(SHOWN_LINES), lines, strict=False)]
