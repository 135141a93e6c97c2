"""Transmission proof (*Übermittlungsnachweis*): what happened to a message or a case, signed.

It holds the journal entries of the messages in question and nothing of others: each is tied
to a signed checkpoint by its Merkle path. The whole is signed once more, with what the
message rows say beside. ``hub/verifier/verify_journal.py`` judges it without this program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hub.certificates.signing import Signer, public_keys
from hub.core.errors import NotChecked, Rejected
from hub.core.record import canonical_json
from hub.evidence import merkle, seals
from hub.evidence.checkpoints import Checkpoint, covering, run_of_hashes
from hub.evidence.seals import Seal
from hub.store import journal
from hub.store.database import Row, Transaction

STATEMENT = b"aktenhub proof 1\n"
"""Stands before what is signed, so that a signature can mean nothing else."""

Proof = dict[str, Any]
"""JSON values only."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be proven: one message with what followed from it, or a whole case."""

    tenant: str
    message_id: str | None = None
    case_key: str | None = None


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry with its way to a signed checkpoint."""

    entry: Row
    checkpoint: Checkpoint
    path: list[tuple[str, bytes]]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        path = [[side, neighbour.hex()] for side, neighbour in self.path]
        return {"entry": self.entry, "checkpoint": self.checkpoint.number, "path": path}


Archived = Callable[[Sequence[Seal], Callable[[Row], bool]], list[Proven]]
"""Finds entries in archives."""


def gather(
    tx: Transaction, subject: Subject, signer: Signer, now_us: int, archived: Archived
) -> Proof:
    """Return the signed proof; ``archived`` reads what left the database.

    Raises:
        Rejected: there is no such message or case.
        NotChecked: an entry is not covered by a checkpoint yet, or an archive is missing.
    """
    ids = _ids(tx, subject)
    messages = _messages(tx, subject.tenant, ids)
    if not messages:
        raise Rejected(
            "nothing_to_prove",
            "Zu dieser Angabe gibt es bei diesem Mandanten keine Nachricht.",
            place=subject.message_id or subject.case_key or "",
            remedy="Kennung, Aktenzeichen und Mandant prüfen; „aktenhub journal list“ hilft.",
        )
    proven = [*_archived(tx, subject, ids, messages, archived), *_live(tx, subject, ids)]
    entries = [one.entry for one in proven]
    checkpoints = {one.checkpoint.number: one.checkpoint for one in proven}
    used = {checkpoint.key_id for checkpoint in checkpoints.values()} | {signer.key_id}
    proof = {
        "type": "proof",
        "format": 1,
        "made_us": now_us,
        **asdict(subject),
        "messages": messages,
        "credentials": _credentials(tx, subject.tenant, entries),
        "entries": [one.to_dict() for one in proven],
        "checkpoints": [asdict(checkpoints[number]) for number in sorted(checkpoints)],
        "keys": [
            {"id": row["id"], "public": row["public"]}
            for row in public_keys(tx)
            if row["id"] in used
        ],
        "key_id": signer.key_id,
    }
    return {**proof, "signature": signer.sign(STATEMENT + canonical_json(proof))}


def _ids(tx: Transaction, subject: Subject) -> set[str]:
    """Return the messages it is about, with all that were split from or caused by them."""
    if subject.message_id is not None:
        return journal.family(tx, subject.message_id, subject.tenant)
    rows = tx.all(
        "SELECT id FROM message WHERE tenant = :tenant AND case_key = :case_key",
        tenant=subject.tenant, case_key=subject.case_key,
    )  # fmt: skip
    return {one for row in rows for one in journal.family(tx, row["id"], subject.tenant)}


def _archived(
    tx: Transaction, subject: Subject, ids: set[str], messages: Sequence[Row], archived: Archived
) -> list[Proven]:
    """Return the entries in archives that can hold any: those not ended before the first began."""
    since_us = min(row["received_us"] for row in messages) - _DAY_US
    old = [seal for seal in seals.of(tx, subject.tenant) if seal.until_us >= since_us]
    return archived(old, lambda row: _is_about(row, subject, ids)) if old else []


_DAY_US = 86_400_000_000
"""Nodes' clocks differ by less."""


def _is_about(row: Row, subject: Subject, ids: set[str]) -> bool:
    return row["message_id"] in ids and (
        subject.message_id is not None or row["case_key"] in {None, subject.case_key}
    )


def _live(tx: Transaction, subject: Subject, ids: set[str]) -> list[Proven]:
    runs: dict[int, list[bytes]] = {}
    base = journal.base(tx, subject.tenant).seq
    found = {
        row["seq"]: row
        for one in ids
        for row in journal.of_message(tx, one, subject.tenant)
        if row["seq"] > base and _is_about(row, subject, ids)
    }
    return [_proven(tx, found[seq], runs) for seq in sorted(found)]


def _proven(tx: Transaction, row: Row, runs: dict[int, list[bytes]]) -> Proven:
    checkpoint = covering(tx, row["tenant"], row["seq"])
    if checkpoint is None:
        raise NotChecked(
            "entry_not_signed",
            "Ein Schritt der Nachricht ist noch von keinem Prüfpunkt gedeckt.",
            remedy="„aktenhub journal checkpoint“ ausführen und wiederholen.",
        )
    if checkpoint.number not in runs:
        runs[checkpoint.number] = run_of_hashes(
            tx, row["tenant"], checkpoint.first_seq, checkpoint.seq
        )
    path = merkle.path(runs[checkpoint.number], row["seq"] - checkpoint.first_seq)
    return Proven(row, checkpoint, path)


_SHOWN = (
    "id", "partner", "channel", "kind", "case_key", "state", "sha256", "size_bytes",
    "original_name", "business_id", "causation_id", "part_of", "received_us", "closed_us",
)  # fmt: skip


def _messages(tx: Transaction, tenant: str, ids: set[str]) -> list[Row]:
    rows = [
        tx.one("SELECT * FROM message WHERE tenant = :tenant AND id = :id", tenant=tenant, id=one)
        for one in sorted(ids)
    ]
    return [{name: row[name] for name in _SHOWN} for row in rows if row]


def _credentials(tx: Transaction, tenant: str, entries: Sequence[Row]) -> list[Row]:
    """Return the certificates and tokens by which messages were handed in, by their digests."""
    named = {str(journal.facts_of(row).get("credential", "")) for row in entries}
    rows = [
        tx.one(
            "SELECT id, sender, kind, digest FROM credential WHERE tenant = :tenant AND id = :id",
            tenant=tenant, id=one,
        )
        for one in sorted(named)
    ]  # fmt: skip
    return [row for row in rows if row]
