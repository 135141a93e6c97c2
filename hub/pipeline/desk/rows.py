"""Correcting the rows of a table that were refused while the others went on.

The refused rows become a file of their own, as they came. What a person corrects in it enters
as a new message that names the original as its cause, once a second person has approved. It
holds these rows and no others: what was accepted is never taken in twice. Refused rows never
had a place in the lane of their case; the corrected ones get theirs when they come in.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.core.clock import Clock
from hub.core.errors import Rejected
from hub.core.ids import derived_uuid
from hub.formats.catalog import Catalog
from hub.formats.tables.excerpt import excerpt, rows_of
from hub.formats.tables.table import TableFormat
from hub.store import messages
from hub.store.database import Database, Row, Transaction
from hub.store.desk import corrections
from hub.store.desk.corrections import Proposal
from hub.store.journal import Journal
from hub.store.messages import Messages, Step
from hub.store.payloads import Payloads

AT_ONCE = 500
"""Rows looked up per statement."""


@dataclass(frozen=True, slots=True)
class RefusedPart:
    """The refused rows of one table."""

    message: Row
    rows: dict[int, str]
    """Row and the first rule it breaks."""
    accepted: frozenset[bytes]
    data: bytes
    """A file of these rows only."""
    encoding: str


def subject_of(message_id: str) -> str:
    """Return what a correction of a table's rows is about, in place of a clearing case."""
    return derived_uuid(message_id, "rows")


class RowCorrections:
    """Proposes corrected rows; decided and entered like every corrected copy."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        clock: Clock,
        payloads: Payloads,
        formats: Catalog,
    ) -> None:
        self._database = database
        self._messages = Messages(journal)
        self._clock = clock
        self._payloads = payloads
        self._formats = formats

    async def refused(self, tenant: str, message_id: str) -> RefusedPart:
        """Return the rows of a table that were refused.

        Raises:
            Rejected: it is no table of rows, or none of its rows was refused.
            Conflict: its bytes are no longer kept.
        """
        row = await self._database.read(lambda tx: messages.find(tx, tenant, message_id))
        table = self._table(row)
        if row is None or table is None:
            raise _not_offered()
        data = await self._payloads.get(tenant, row["sha256"])
        _, *rows = rows_of(data)
        numbers = {derived_uuid(message_id, "row", str(n)): n for n in range(1, len(rows) + 1)}
        found = await self._database.read(lambda tx: _refused(tx, tenant, numbers))
        if not found:
            raise _not_offered()
        accepted = frozenset(one for n, one in enumerate(rows, start=1) if n not in found)
        return RefusedPart(row, found, accepted, excerpt(data, found), table.layout.encoding)

    def _table(self, row: Row | None) -> TableFormat | None:
        """Return the format of a message whose rows stand for themselves."""
        if row is None or row["part_of"] or not row["schema_name"] or not row["sha256"]:
            return None
        known = self._formats.format(row["schema_name"])
        if not isinstance(known, TableFormat) or known.notation != "csv":
            return None
        alone = all(record.place == "row" for record in known.layout.records)
        return known if alone else None

    async def propose(
        self, tenant: str, message_id: str, copy: bytes, actor: str, reason: str
    ) -> str:
        """Propose corrected rows and return the id of the proposal.

        Raises:
            Rejected: no reason, nothing changed, rows that were accepted or never there, or the
                rows were corrected before.
        """
        if not reason.strip():
            raise Rejected("reason_missing", "Bitte einen Grund angeben.")
        part = await self.refused(tenant, message_id)
        _check(part, copy)
        before, after = await self._payloads.keep(part.data), await self._payloads.keep(copy)
        subject = subject_of(message_id)
        own_id = derived_uuid(subject, "correction", after.sha256, actor)
        proposal = Proposal(
            tenant=tenant, id=own_id, clearing_id=subject, message_id=message_id,
            copy_id=derived_uuid(own_id, "copy"), original_sha256=before.sha256,
            copy_sha256=after.sha256, proposed_by=actor, reason=reason,
        )  # fmt: skip
        now_us = self._clock.now_us()

        def work(tx: Transaction) -> str:
            if corrections.was_entered(tx, tenant, subject):
                raise _corrected_before()
            for kept in (before, after):
                self._payloads.name(tx, tenant, kept, now_us)
            if corrections.propose(tx, proposal, now_us):
                step = Step(digest=after.sha256, actor=actor, facts={"rows": len(part.rows)})
                message = messages.to_message(part.message)
                self._messages.note(tx, message, now_us, "correction_proposed", step=step)
                return own_id
            waiting = corrections.pending(tx, tenant, subject)
            if waiting is None or waiting["id"] != own_id:
                raise Rejected(
                    "correction_pending", "Für diese Sätze wartet schon eine Berichtigung.",
                    remedy="Erst über sie entscheiden.",
                )  # fmt: skip
            return own_id

        return await self._database.write(work)


def _refused(tx: Transaction, tenant: str, numbers: dict[str, int]) -> dict[int, str]:
    ids = list(numbers)
    found: dict[int, str] = {}
    for start in range(0, len(ids), AT_ONCE):
        rows = messages.find_all(tx, tenant, ids[start : start + AT_ONCE])
        found |= {numbers[name]: row["code"] for name, row in rows.items()}
    return dict(sorted(found.items()))


def _check(part: RefusedPart, copy: bytes) -> None:
    if copy == part.data:
        raise Rejected("nothing_corrected", "Die Kopie gleicht dem Original.")
    head, *rows = rows_of(copy)
    foreign = head != rows_of(part.data)[0] or not 1 <= len(rows) <= len(part.rows)
    if foreign or part.accepted.intersection(rows):
        raise Rejected(
            "rows_foreign",
            "Die Kopie darf nur die abgewiesenen Sätze enthalten.",
            remedy="Die Spaltenzeile lassen, wie sie ist; keine Sätze ergänzen und keine, die "
            "schon angenommen sind.",
        )


def _not_offered() -> Rejected:
    return Rejected(
        "correction_not_offered",
        "Diese Nachricht lässt sich nicht berichtigen.",
        remedy="Satzweise berichtigt werden Tabellen, deren Sätze einzeln angenommen werden.",
    )


def _corrected_before() -> Rejected:
    return Rejected(
        "rows_corrected_before",
        "Die abgewiesenen Sätze dieser Datei wurden schon berichtigt.",
        remedy="Was an der Berichtigung noch falsch ist, in deren eigener Nachricht berichtigen.",
    )
