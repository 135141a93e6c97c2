"""Looks at the end of every chain: cheap enough for each start and for every hour.

From the newest signed checkpoint to the noted head each entry is recomputed, at most
:data:`BOUND` of them; the checkpoint must be signed by a key of ours, its entry must be there,
and the folder of checkpoints must not know a newer one: then the database was cut or put back.

Residual risk: what lies before the newest checkpoint is looked at by the full check alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from hub.certificates.signing import is_signed, public_keys
from hub.core.errors import Misconfigured
from hub.core.settings import Evidence
from hub.evidence.checkpoints import TAIL_BYTES, Checkpoint, newest
from hub.store import journal
from hub.store.database import Database, Transaction
from hub.store.journal import Head

log = logging.getLogger(__name__)

BOUND = 20_000
"""Entries of one tenant recomputed at most; normally no more wait for their checkpoint."""
NAMED = 3
"""So many faults of a tenant are named."""

Written = Mapping[str, Mapping[str, Any]]
"""Per tenant the newest checkpoint in the folder."""


async def broken_chains(database: Database, folder: Path) -> dict[str, list[str]]:
    """Return what is wrong with the end of each chain, by tenant; nothing: all is well."""
    # The folder first: checkpoints are in the database before they are written there.
    written = await asyncio.to_thread(_written, folder)
    return await database.scan(lambda tx: _broken(tx, written))


async def demand_whole_chains(database: Database, folder: Path, rules: Evidence) -> None:
    """See before work begins that no chain was changed or cut at its end.

    Raises:
        Misconfigured: one was, and the settings do not say to go on.
    """
    found = await broken_chains(database, folder)
    if not found:
        return
    said = "; ".join(f"{tenant}: {', '.join(faults)}" for tenant, faults in found.items())
    log.critical("journal_broken", extra={"place": said})
    if rules.broken_chain == "refuse":
        raise Misconfigured(
            "journal_broken",
            "Ein Journal wurde verändert oder abgeschnitten; der Dienst startet nicht.",
            place=said,
            remedy="Nichts ändern; Datenbank und Ordner „checkpoints“ sichern, „aktenhub journal "
            "verify“ ausführen; Betriebshandbuch, „Wenn ein Journal nicht hält“.",
        )


def _broken(tx: Transaction, written: Written) -> dict[str, list[str]]:
    keys = {row["id"]: row["public"] for row in public_keys(tx)}
    heads = {head.tenant: head for head in journal.heads(tx)}
    found = {
        tenant: list(islice(_faults(tx, tenant, heads.get(tenant), keys, written), NAMED))
        for tenant in sorted(heads.keys() | written.keys())
    }
    return {tenant: faults for tenant, faults in found.items() if faults}


def _faults(
    tx: Transaction, tenant: str, head: Head | None, keys: Mapping[str, str], written: Written
) -> Iterator[str]:
    last, kept = newest(tx, tenant), written.get(tenant)
    if kept and not _knows(last, kept):
        yield f"Prüfpunkt {kept['number']} aus dem Ordner fehlt in der Datenbank oder lautet anders"
    if head is None:
        yield "das Kettenende ist nicht verzeichnet"
        return
    if last and last.seq > head.seq:
        yield f"Prüfpunkt {last.number} nennt Eintrag {last.seq}, die Kette endet mit {head.seq}"
        return
    begin = journal.base(tx, tenant)
    if last:
        yield from _unsigned(tx, last, begin, keys)
        begin = Head(tenant, last.seq, last.head) if last.seq > begin.seq else begin
    if head.seq - begin.seq > BOUND:
        begin = _at(tx, tenant, head.seq - BOUND) or begin
    yield from journal.faults(journal.entries(tx, tenant, begin.seq), head, begin)


def _unsigned(
    tx: Transaction, last: Checkpoint, base: Head, keys: Mapping[str, str]
) -> Iterator[str]:
    name = f"Prüfpunkt {last.number}"
    if not is_signed(keys.get(last.key_id, ""), last.said(), last.signature):
        yield f"die Unterschrift von {name} stimmt nicht"
    entry = Head(last.tenant, last.seq, last.head)
    if last.seq > base.seq and _at(tx, last.tenant, last.seq) != entry:
        yield f"Eintrag {last.seq} ist nicht der, den {name} nennt"


def _knows(last: Checkpoint | None, kept: Mapping[str, Any]) -> bool:
    """Tell whether the database goes as far as the folder; if equally far, with the same words."""
    if last is None or last.number < kept["number"]:
        return False
    return bool(last.number > kept["number"] or last.signature == kept["signature"])


def _at(tx: Transaction, tenant: str, seq: int) -> Head | None:
    row = tx.one(
        "SELECT tenant, seq, hash FROM journal WHERE tenant = :tenant AND seq = :seq",
        tenant=tenant, seq=seq,
    )  # fmt: skip
    return Head(**row) if row else None


def _written(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the newest whole checkpoint of each tenant's file; what a crash left is passed by."""
    found = {}
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            tail = file.read()
        lines = tail[: tail.rfind(b"\n") + 1].splitlines()
        said = json.loads(lines[-1]) if lines else {}
        if said.get("type") == "checkpoint":
            found[path.stem] = said
    return found
