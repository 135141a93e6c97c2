"""Checkpoints: signed statements of how far a tenant's chain went and what it held.

Each names the head, the Merkle root of the entries since the one before, the time, and the
digest of the one before. Written into a folder that is copied elsewhere, they make it
impossible to write the chain anew unnoticed, also for whoever owns database and key.

Residual risk: entries newer than the last checkpoint that was copied away.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from hub.certificates.signing import Signer, SigningKeys, public_keys
from hub.core import failpoint
from hub.core.clock import Clock, begin_of_day, local_date
from hub.core.errors import Conflict
from hub.core.record import canonical_json
from hub.core.settings import Evidence
from hub.disk.folders import make, sync
from hub.evidence import merkle
from hub.store import journal
from hub.store.database import Database, Row, Transaction
from hub.store.journal import START, Head

failpoint.declare("checkpoint_before_commit", "checkpoint_before_folder")

log = logging.getLogger(__name__)

STATEMENT = b"aktenhub checkpoint 1\n"
"""Stands before what is signed, so that a signature can mean nothing else."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One signed statement on a tenant's chain."""

    tenant: str
    number: int
    """From one without gap."""
    first_seq: int
    """First entry behind the checkpoint before."""
    seq: int
    """Number of the newest entry; as numbers have no gaps, also how many there are."""
    head: str
    """Hash of that entry."""
    root: str
    """Merkle root over the hashes of the entries from ``first_seq`` to ``seq``."""
    at_us: int
    previous: str
    """Digest of the checkpoint before."""
    key_id: str
    signature: str = ""

    def said(self) -> bytes:
        """Return what is signed."""
        fields = asdict(self)
        del fields["signature"]
        return STATEMENT + canonical_json(fields)

    def digest(self) -> str:
        """Return what the next one names as its predecessor."""
        return hashlib.sha256(self.said()).hexdigest()


class Notary:
    """Makes the checkpoints that are due and writes them into the folder for the anchor."""

    def __init__(
        self, database: Database, keys: SigningKeys, clock: Clock, folder: Path, rules: Evidence
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._folder = folder
        self._rules = rules
        self._owes = True
        """Whether a former process may have died before it wrote into the folder."""

    async def round(self) -> int:
        """Make what is due and return how many checkpoints that were."""
        return await self._notarise(at_once=False)

    async def catch_up(self) -> int:
        """Cover every entry there is, due or not."""
        return await self._notarise(at_once=True)

    async def _notarise(self, *, at_once: bool) -> int:
        made = 0
        for head in await self._database.read(journal.heads):
            while await self._one(head, at_once=at_once):
                made += 1
        if made or at_once or self._owes:
            await self.write_out()
            self._owes = False
        return made

    async def _one(self, head: Head, *, at_once: bool) -> bool:
        last = await self._database.read(lambda tx: newest(tx, head.tenant))
        covered, at_us = (last.seq, last.at_us) if last else (0, 0)
        waiting, now_us = head.seq - covered, self._clock.now_us()
        pause_us = int(self._rules.checkpoint_minutes * 60_000_000)
        is_due = at_once or waiting >= self._rules.checkpoint_entries or now_us >= at_us + pause_us
        if waiting <= 0 or not is_due:
            return False
        until = min(head.seq, covered + self._rules.checkpoint_entries)
        signer = await self._keys.active()

        def prepare(tx: Transaction) -> Checkpoint:
            return _statement(tx, head.tenant, last, until, signer, now_us)

        checkpoint = await self._database.scan(prepare)
        signed = replace(checkpoint, signature=signer.sign(checkpoint.said()))
        failpoint.reach("checkpoint_before_commit")
        return await self._database.write(lambda tx: _keep(tx, signed))

    async def write_out(self) -> None:
        """Append to the folder what it does not hold yet; while it is away, nothing is lost."""
        known = await self._database.read(public_keys)
        for head in await self._database.read(journal.heads):
            try:
                await self._write_out(head.tenant, known)
            except OSError:
                log.warning("checkpoints_not_written", exc_info=True, extra={"tenant": head.tenant})

    async def _write_out(self, tenant: str, known: list[Row]) -> None:
        path = self._folder / f"{tenant}.jsonl"
        written = await asyncio.to_thread(_last_number, path)
        fresh = await self._database.read(lambda tx: after(tx, tenant, written))
        if fresh:
            failpoint.reach("checkpoint_before_folder")
            await asyncio.to_thread(_append, path, fresh, known)


def _statement(
    tx: Transaction, tenant: str, last: Checkpoint | None, until: int, signer: Signer, now_us: int
) -> Checkpoint:
    first = last.seq + 1 if last else 1
    until = _within_year(tx, tenant, first, until)
    hashes = run_of_hashes(tx, tenant, first, until)
    return Checkpoint(
        tenant=tenant,
        number=last.number + 1 if last else 1,
        first_seq=first,
        seq=until,
        head=hashes[-1].hex(),
        root=merkle.root(hashes).hex(),
        at_us=now_us,
        previous=last.digest() if last else START,
        key_id=signer.key_id,
    )


def _within_year(tx: Transaction, tenant: str, first: int, until: int) -> int:
    """Return the last entry that is of the first one's year: years leave the journal whole."""
    entry = tx.one(
        "SELECT at_us FROM journal WHERE tenant = :tenant AND seq = :seq", tenant=tenant, seq=first
    )
    following = local_date(entry["at_us"]).year + 1 if entry else 9999
    later = tx.one(
        "SELECT min(seq) AS seq FROM journal WHERE tenant = :tenant "
        "AND seq BETWEEN :first AND :until AND at_us >= :begin",
        tenant=tenant, first=first, until=until, begin=begin_of_day(date(following, 1, 1)),
    )  # fmt: skip
    return later["seq"] - 1 if later and later["seq"] is not None else until


def run_of_hashes(tx: Transaction, tenant: str, first: int, until: int) -> list[bytes]:
    """Return the hashes of a run of entries.

    Raises:
        Conflict: entries are missing; nothing may be signed as if they were there.
    """
    rows = tx.all(
        "SELECT hash FROM journal WHERE tenant = :tenant AND seq BETWEEN :first AND :until "
        "ORDER BY seq",
        tenant=tenant, first=first, until=until,
    )  # fmt: skip
    if len(rows) != until - first + 1:
        raise Conflict(
            "journal_incomplete",
            "Im Journal fehlen Einträge; es wird kein Prüfpunkt darüber unterschrieben.",
            place=f"{tenant}, Einträge {first} bis {until}",
            remedy="„aktenhub journal verify“ ausführen und die letzte Sicherung vergleichen.",
        )
    return [bytes.fromhex(row["hash"]) for row in rows]


def _keep(tx: Transaction, checkpoint: Checkpoint) -> bool:
    last = newest(tx, checkpoint.tenant)
    if checkpoint.number != (last.number if last else 0) + 1:
        # Another node was first; its statement stands.
        return False
    tx.run(_INSERT, **asdict(checkpoint))
    return True


_INSERT = """
INSERT INTO checkpoint (tenant, number, first_seq, seq, head, root, at_us, previous, key_id,
  signature)
VALUES (:tenant, :number, :first_seq, :seq, :head, :root, :at_us, :previous, :key_id,
  :signature)
"""


def newest(tx: Transaction, tenant: str) -> Checkpoint | None:
    """Return a tenant's newest checkpoint."""
    row = tx.one(
        "SELECT * FROM checkpoint WHERE tenant = :tenant ORDER BY number DESC LIMIT 1",
        tenant=tenant,
    )
    return Checkpoint(**row) if row else None


def after(tx: Transaction, tenant: str, number: int) -> list[Checkpoint]:
    """Return a tenant's checkpoints behind a number, in order."""
    rows = tx.all(
        "SELECT * FROM checkpoint WHERE tenant = :tenant AND number > :number ORDER BY number",
        tenant=tenant, number=number,
    )  # fmt: skip
    return [Checkpoint(**row) for row in rows]


def covering(tx: Transaction, tenant: str, seq: int) -> Checkpoint | None:
    """Return the checkpoint whose run holds an entry; none when it is not signed yet."""
    row = tx.one(
        "SELECT * FROM checkpoint WHERE tenant = :tenant AND seq >= :seq ORDER BY seq LIMIT 1",
        tenant=tenant, seq=seq,
    )  # fmt: skip
    return Checkpoint(**row) if row else None


def last_up_to(tx: Transaction, tenant: str, seq: int) -> Checkpoint | None:
    """Return the last checkpoint that ends at an entry or before it."""
    row = tx.one(
        "SELECT * FROM checkpoint WHERE tenant = :tenant AND seq <= :seq ORDER BY seq DESC LIMIT 1",
        tenant=tenant, seq=seq,
    )  # fmt: skip
    return Checkpoint(**row) if row else None


def line(checkpoint: Checkpoint) -> str:
    """Return a checkpoint as one line of JSON."""
    return json.dumps({"type": "checkpoint", **asdict(checkpoint)}, sort_keys=True)


def key_line(row: Row) -> str:
    """Return a public key as one line of JSON."""
    return json.dumps({"type": "key", "id": row["id"], "public": row["public"]}, sort_keys=True)


TAIL_BYTES = 64 * 1024
"""So far back lies at least one whole line."""


def _last_number(path: Path) -> int:
    """Return the number of the last whole line; what a crash left behind it is cut off."""
    if not path.exists():
        return 0
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL_BYTES))
        tail = file.read()
        whole = tail[: tail.rfind(b"\n") + 1]
        file.truncate(size - len(tail) + len(whole))
    numbers = [json.loads(one).get("number", 0) for one in whole.splitlines()[-1:]]
    return max(numbers, default=0)


def _append(path: Path, fresh: list[Checkpoint], keys: list[Row]) -> None:
    make(path.parent)
    used = {checkpoint.key_id for checkpoint in fresh}
    lines = [key_line(row) for row in keys if row["id"] in used]
    lines += [line(checkpoint) for checkpoint in fresh]
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(f"{one}\n" for one in lines))
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)
