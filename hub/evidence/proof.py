"""Transmission proof (*Übermittlungsnachweis*): what happened to a message or a case, signed.

It holds the journal entries of the messages in question and nothing of others: each is tied
to a signed checkpoint by its Merkle path. The whole is signed once more, with what the
message rows say beside. ``hub/verifier/verify_journal.py`` judges it without this program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hub.certificates.signing import Signer, public_keys
from hub.core.errors import NotChecked, Rejected
from hub.core.record import canonical_json
from hub.evidence import merkle
from hub.evidence.checkpoints import Checkpoint, covering, run_of_hashes
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


def gather(tx: Transaction, subject: Subject, signer: Signer, now_us: int) -> Proof:
    """Return the signed proof.

    Raises:
        Rejected: there is no such message or case.
        NotChecked: an entry is not covered by a checkpoint yet.
    """
    entries = _entries(tx, subject)
    messages = _messages(tx, subject.tenant, {row["message_id"] for row in entries})
    if not messages:
        raise Rejected(
            "nothing_to_prove",
            "Zu dieser Angabe gibt es bei diesem Mandanten keine Nachricht.",
            place=subject.message_id or subject.case_key or "",
            remedy="Kennung, Aktenzeichen und Mandant prüfen; „aktenhub journal list“ hilft.",
        )
    runs: dict[int, list[bytes]] = {}
    checkpoints: dict[int, Checkpoint] = {}
    proven = [_proven(tx, row, checkpoints, runs) for row in entries]
    used = {checkpoint.key_id for checkpoint in checkpoints.values()} | {signer.key_id}
    proof = {
        "type": "proof",
        "format": 1,
        "made_us": now_us,
        **asdict(subject),
        "messages": messages,
        "credentials": _credentials(tx, subject.tenant, entries),
        "entries": proven,
        "checkpoints": [asdict(checkpoints[number]) for number in sorted(checkpoints)],
        "keys": [
            {"id": row["id"], "public": row["public"]}
            for row in public_keys(tx)
            if row["id"] in used
        ],
        "key_id": signer.key_id,
    }
    return {**proof, "signature": signer.sign(STATEMENT + canonical_json(proof))}


def _entries(tx: Transaction, subject: Subject) -> list[Row]:
    if subject.message_id is not None:
        return journal.trace(tx, subject.message_id, subject.tenant)
    ids = tx.all(
        "SELECT id FROM message WHERE tenant = :tenant AND case_key = :case_key",
        tenant=subject.tenant, case_key=subject.case_key,
    )  # fmt: skip
    found = {
        row["seq"]: row
        for one in ids
        for row in journal.trace(tx, one["id"], subject.tenant)
        if row["case_key"] in {None, subject.case_key}
    }
    return [found[seq] for seq in sorted(found)]


def _proven(
    tx: Transaction, row: Row, checkpoints: dict[int, Checkpoint], runs: dict[int, list[bytes]]
) -> dict[str, Any]:
    checkpoint = covering(tx, row["tenant"], row["seq"])
    if checkpoint is None:
        raise NotChecked(
            "entry_not_signed",
            "Ein Schritt der Nachricht ist noch von keinem Prüfpunkt gedeckt.",
            remedy="„aktenhub journal checkpoint“ ausführen und wiederholen.",
        )
    number = checkpoint.number
    if number not in checkpoints:
        checkpoints[number] = checkpoint
        runs[number] = run_of_hashes(tx, row["tenant"], checkpoint.first_seq, checkpoint.seq)
    path = merkle.path(runs[number], row["seq"] - checkpoint.first_seq)
    return {
        "entry": row,
        "checkpoint": number,
        "path": [[side, neighbour.hex()] for side, neighbour in path],
    }


_SHOWN = (
    "id", "partner", "channel", "kind", "case_key", "state", "sha256", "size_bytes",
    "original_name", "business_id", "causation_id", "part_of", "received_us", "closed_us",
)  # fmt: skip


def _messages(tx: Transaction, tenant: str, ids: set[str | None]) -> list[Row]:
    rows = [
        tx.one("SELECT * FROM message WHERE tenant = :tenant AND id = :id", tenant=tenant, id=one)
        for one in sorted(one for one in ids if one)
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
