"""Removes payloads of finished messages when their time is over; the proof of them stays.

A payload is removed when it was last named longer ago than the settings say and no message
that is unfinished, or whose case is on hold, still needs it. Rows, journal and digests stay:
whoever has the bytes can still prove that these were sent. Removal happens in small portions,
each in one unit of work with its journal entries; a file goes only after that commit.

Residual risk: removing a file or a row does not overwrite the disk's blocks.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hub.core import failpoint
from hub.core.clock import Clock
from hub.core.settings import Retention
from hub.store.database import Database, Row, Transaction
from hub.store.journal import Entry, Journal
from hub.store.shelf.orphans import named_among
from hub.store.shelf.removal import put_back, remove_file

failpoint.declare("removal_before_file", "removal_before_note")

log = logging.getLogger(__name__)

PORTION = 200
"""Payloads per unit of work: nobody waits noticeably for it."""
LOOK_US = 3_600_000_000
"""How long to rest when nothing more is due."""


class PayloadRetention:
    """Removes what is due, portion by portion."""

    def __init__(
        self, database: Database, book: Journal, clock: Clock, folder: Path, rules: Retention
    ) -> None:
        self._database = database
        self._journal = book
        self._clock = clock
        self._folder = folder
        self._rules = rules
        self._rest_until_us = 0
        self._behind = (0, "", "")
        """The last payload looked at: what must stay is not looked at again in this pass."""

    async def round(self) -> int:
        """Remove one portion where something is due and return how many payloads that were."""
        now_us = self._clock.now_us()
        if not self._rules.payload_days or now_us < self._rest_until_us:
            return 0
        await self._remove_files()
        before_us = now_us - self._rules.payload_days * 86_400_000_000
        seen, removed = await self._portion(before_us, now_us)
        if not seen:
            self._rest_until_us, self._behind = now_us + LOOK_US, (0, "", "")
        elif removed:
            log.info("payloads_removed", extra={"count": removed})
            await self._remove_files()
        return seen

    async def _portion(self, before_us: int, now_us: int) -> tuple[int, int]:
        behind = self._behind
        rows = await self._database.read(lambda tx: _old(tx, before_us, behind))
        if not rows:
            return 0, 0
        self._behind = (rows[-1]["kept_us"], rows[-1]["tenant"], rows[-1]["sha256"])

        def work(tx: Transaction) -> int:
            stays = {tenant: needed(tx, tenant) for tenant in {row["tenant"] for row in rows}}
            due = [row for row in rows if row["sha256"] not in stays[row["tenant"]]]
            gone = [row for row in due if _removed(tx, row, now_us)]
            self._journal.append(tx, now_us, *_entries(tx, gone))
            return len(gone)

        return len(rows), await self._database.write(work)

    async def _remove_files(self) -> None:
        """Remove the files of what was removed, also those a crash left behind."""
        for row in await self._database.read(_files_left):
            sha256 = row["sha256"]
            failpoint.reach("removal_before_file")
            is_named = await self._database.read(lambda tx, s=sha256: named_among(tx, (s,)))  # type: ignore[misc]  # mypy has no type for a default of a lambda
            path = self._folder / sha256[:2] / sha256
            await asyncio.to_thread(put_back if is_named else remove_file, path)
            failpoint.reach("removal_before_note")
            await self._database.write(lambda tx, one=row: _file_gone(tx, one))  # type: ignore[misc]  # likewise


def _old(tx: Transaction, before_us: int, behind: tuple[int, str, str]) -> list[Row]:
    kept_us, tenant, sha256 = behind
    return tx.all(
        "SELECT tenant, sha256, size, kept_us, bytes IS NULL AS in_file FROM payload "
        "WHERE kept_us < :before AND (kept_us, tenant, sha256) > (:kept_us, :tenant, :sha256) "
        "ORDER BY kept_us, tenant, sha256 LIMIT :portion",
        before=before_us, kept_us=kept_us, tenant=tenant, sha256=sha256, portion=PORTION,
    )  # fmt: skip


def needed(tx: Transaction, tenant: str) -> set[str]:
    """Return the digests of everything unfinished messages and cases on hold still need."""
    rows = tx.all(_NEEDED, tenant=tenant)
    return {row["sha256"] for row in rows if row["sha256"]}


_NEEDED = """
WITH kept AS (
  SELECT tenant, id, sha256, record_sha256 FROM message WHERE tenant = :tenant
    AND state IN ('received', 'routed', 'clearing')
  UNION
  SELECT tenant, id, sha256, record_sha256 FROM message WHERE tenant = :tenant
    AND state IN ('refused', 'closed', 'duplicate') AND open_promises > 0
  UNION
  SELECT message.tenant, message.id, message.sha256, message.record_sha256 FROM message
    JOIN retention_hold ON retention_hold.tenant = message.tenant
    AND retention_hold.case_key = message.case_key AND retention_hold.ended_us IS NULL
    WHERE message.tenant = :tenant
)
SELECT sha256 FROM kept
UNION SELECT record_sha256 FROM kept
UNION SELECT promise.payload_sha256 FROM promise JOIN kept
  ON promise.tenant = kept.tenant AND promise.message_id = kept.id
UNION SELECT attachment.sha256 FROM attachment JOIN kept
  ON attachment.tenant = kept.tenant AND attachment.message_id = kept.id
UNION SELECT payload_sha256 FROM batch WHERE tenant = :tenant AND state <> 'delivered'
"""


def _removed(tx: Transaction, row: Row, now_us: int) -> bool:
    """Take a payload away, unless it was named anew meanwhile."""
    found = tx.run(
        "DELETE FROM payload WHERE tenant = :tenant AND sha256 = :sha256 AND kept_us = :kept_us",
        tenant=row["tenant"], sha256=row["sha256"], kept_us=row["kept_us"],
    )  # fmt: skip
    if found:
        tx.run(
            "INSERT INTO payload_removed (tenant, sha256, size, kept_us, removed_us, file_left) "
            "VALUES (:tenant, :sha256, :size, :kept_us, :now, :in_file)",
            tenant=row["tenant"], sha256=row["sha256"], size=row["size"],
            kept_us=row["kept_us"], now=now_us, in_file=int(row["in_file"]),
        )  # fmt: skip
    return bool(found)


def _entries(tx: Transaction, gone: Sequence[Row]) -> list[Entry]:
    """Return one entry per message that lost its bytes, and one per office with the sum."""
    found = [
        Entry(
            row["tenant"], "payload_removed", message["id"], case_key=message["case_key"],
            actor="retention", digest=row["sha256"],
        )
        for row in gone
        for message in tx.all(_OF_DIGEST, tenant=row["tenant"], sha256=row["sha256"])
    ]  # fmt: skip
    for tenant, count in sorted(Counter(row["tenant"] for row in gone).items()):
        own = [row for row in gone if row["tenant"] == tenant]
        listed = "\n".join(sorted(row["sha256"] for row in own))
        facts = {"count": count, "bytes": sum(row["size"] for row in own)}
        digest = hashlib.sha256(listed.encode()).hexdigest()
        found.append(
            Entry(tenant, "payloads_removed", actor="retention", digest=digest, facts=facts)
        )
    return found


_OF_DIGEST = """
SELECT id, case_key FROM message WHERE tenant = :tenant
AND substr(sha256, 1, 8) = substr(:sha256, 1, 8) AND sha256 = :sha256 ORDER BY received_us, id
"""


def _files_left(tx: Transaction) -> list[Row]:
    return tx.all("SELECT * FROM payload_removed WHERE file_left = 1 ORDER BY removed_us")


def _file_gone(tx: Transaction, row: Row) -> None:
    tx.run(
        "UPDATE payload_removed SET file_left = 0 WHERE tenant = :tenant AND sha256 = :sha256",
        tenant=row["tenant"], sha256=row["sha256"],
    )  # fmt: skip


def hold(tx: Transaction, tenant: str, case_key: str, why: tuple[str, str], now_us: int) -> bool:
    """Let the payloads of a case stay; ``why`` is reason and actor. False: they do already."""
    reason, actor = why
    return bool(
        tx.run(
            "INSERT INTO retention_hold (tenant, case_key, reason, actor, made_us) VALUES "
            "(:tenant, :case_key, :reason, :actor, :now) ON CONFLICT DO NOTHING",
            tenant=tenant, case_key=case_key, reason=reason, actor=actor, now=now_us,
        )
    )  # fmt: skip


def release(tx: Transaction, tenant: str, case_key: str, actor: str, now_us: int) -> bool:
    """End a hold. False: there is none."""
    return bool(
        tx.run(
            "UPDATE retention_hold SET ended_us = :now, ended_by = :actor WHERE "
            "tenant = :tenant AND case_key = :case_key AND ended_us IS NULL",
            tenant=tenant, case_key=case_key, actor=actor, now=now_us,
        )
    )  # fmt: skip


def holds(tx: Transaction, tenant: str | None) -> list[Row]:
    """Return the open holds."""
    return tx.all(
        "SELECT tenant, case_key, reason, actor, made_us FROM retention_hold "
        "WHERE ended_us IS NULL AND (:tenant IS NULL OR tenant = :tenant) "
        "ORDER BY tenant, case_key",
        tenant=tenant,
    )
