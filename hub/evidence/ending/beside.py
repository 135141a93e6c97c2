"""What the hub keeps beside files: what of it is still open, and what goes with a file.

With a file go tasks, notes, visits, emergencies, the benefit case and what partners quote to name
it, and the names in settled promises and clearing cases. What stays names nobody: messages with
digests and case number, journal and access log, which are chained and have their own period.
Transport copies of messages end by ``retention.payload_days``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from efile import Akte
from hub.core.clock import Clock
from hub.store.database import Row, Transaction
from hub.store.journal import Entry, Journal

_OPEN = (
    (
        (
            "SELECT count(*) AS n FROM task WHERE tenant = :tenant AND akte = :akte"
            " AND done_us IS NULL"
        ),
        "Offene Wiedervorlagen: {n}.",
    ),
    (
        (
            "SELECT count(*) AS n FROM emergency WHERE tenant = :tenant AND akte = :akte"
            " AND seen_us IS NULL"
        ),
        "Notzugriffe, die der Datenschutz noch nicht zur Kenntnis genommen hat: {n}.",
    ),
    (
        (
            "SELECT count(*) AS n FROM message WHERE tenant = :tenant AND case_key = :case"
            " AND (state IN ('received', 'routed', 'clearing') OR open_promises > 0)"
        ),
        "Noch nicht abgeschlossene Nachrichten zum Fall: {n}.",
    ),
    (
        (
            "SELECT count(*) AS n FROM retention_hold WHERE tenant = :tenant AND case_key = :case"
            " AND ended_us IS NULL"
        ),
        "Die Nutzdaten des Falls sind gesperrt (aktenhub retention).",
    ),
)
_BESIDE = ("task", "file_note", "file_visit", "taken_note", "emergency")
_OF_CASE = ("benefit_case", "reference")
_MASKED = ("akte", "title", "name", "fields")
"""What names people in a promise."""
_PROMISES = (
    "SELECT p.id, p.spec FROM message m JOIN promise p ON p.tenant = m.tenant"
    " AND p.message_id = m.id WHERE m.tenant = :tenant AND m.case_key = :case"
)
_CASE_FACTS = (
    "UPDATE clearing SET facts = '{}' WHERE tenant = :tenant AND state <> 'open' AND message_id IN"
    " (SELECT id FROM message WHERE tenant = :tenant AND case_key = :case)"
)


class HubBeside:
    """The e-file's port on what lies beside files in the hub's tables."""

    def __init__(self, book: Journal, clock: Clock) -> None:
        self._book = book
        self._clock = clock

    def open_work(self, tx: Transaction, akte: Akte) -> Sequence[str]:
        """Return what is still to be done on a file, German sentences."""
        found = []
        for sql, sentence in _OPEN:
            wanted = {"case": akte.aktenzeichen} if ":case" in sql else {"akte": akte.id}
            row = tx.one(sql, tenant=akte.tenant, **wanted)
            if row and row["n"]:
                found.append(sentence.format(n=row["n"]))
        return found

    def forget(self, tx: Transaction, tenant: str, akte: str, aktenzeichen: str) -> None:
        """Take out what is kept beside a file that is destroyed in this unit of work."""
        for table in _BESIDE:
            tx.run(
                f"DELETE FROM {table} WHERE tenant = :tenant AND akte = :akte",  # noqa: S608  fixed names
                tenant=tenant, akte=akte,
            )  # fmt: skip
        for table in _OF_CASE:
            tx.run(
                f"DELETE FROM {table} WHERE tenant = :tenant AND case_key = :case",  # noqa: S608  fixed names
                tenant=tenant, case=aktenzeichen,
            )  # fmt: skip
        tx.run(_CASE_FACTS, tenant=tenant, case=aktenzeichen)
        promises = tx.all(_PROMISES, tenant=tenant, case=aktenzeichen)
        tx.many(
            "UPDATE promise SET spec = :spec WHERE tenant = :tenant AND id = :id",
            [{"tenant": tenant, "id": row["id"], "spec": _masked(row)} for row in promises],
        )
        now_us = self._clock.now_us()
        self._book.append(tx, now_us, Entry(tenant, "file_destroyed", facts={"akte": akte}))

    def forget_document(self, tx: Transaction, tenant: str, akte: str, document: str) -> None:
        """Take out notes on a misfiled document, and who took note of it."""
        for table in ("file_note", "taken_note"):
            tx.run(
                f"DELETE FROM {table} WHERE tenant = :tenant AND akte = :akte"  # noqa: S608  fixed names
                " AND document = :document",
                tenant=tenant, akte=akte, document=document,
            )  # fmt: skip
        facts = {"akte": akte, "document": document}
        self._book.append(tx, self._clock.now_us(), Entry(tenant, "document_moved", facts=facts))

    def certified(self, tx: Transaction, tenant: str, run: str, digest: str) -> None:
        """Note the certificate of a run in the journal."""
        entry = Entry(tenant, "disposal_done", digest=digest, facts={"run": run})
        self._book.append(tx, self._clock.now_us(), entry)


def _masked(row: Row) -> str:
    """Return what a promise was about without names."""
    spec: dict[str, Any] = msgspec.json.decode(row["spec"])
    for key in _MASKED:
        if key in spec:
            spec[key] = "" if isinstance(spec[key], str) else type(spec[key])()
    return msgspec.json.encode(spec).decode()
