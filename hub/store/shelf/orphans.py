"""Collects files of the payload folder that no row of any office names.

They are left where a process died between keeping bytes and the commit that would have named
them. One of the folder's parts is looked at per round, so that nobody waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from pathlib import Path

from hub.core.clock import Clock
from hub.store import journal
from hub.store.database import Database, Transaction
from hub.store.shelf.removal import old_names, put_back, remove_file

log = logging.getLogger(__name__)

PARTS = 256
"""Files lie in folders named after the first two characters of their digest."""
REST_US = 21_600_000_000
"""Between two walks through the whole folder."""
AT_ONCE = 500
"""Digests asked for in one statement."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Orphans:
    """Walks through the payload folder, part by part."""

    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder
        self._part = 0
        self._rest_until_us = 0

    async def round(self) -> int:
        """Look at the next part and return how many orphans went."""
        now_us = self._clock.now_us()
        if now_us < self._rest_until_us:
            return 0
        folder = self._folder / f"{self._part:02x}"
        self._part = (self._part + 1) % PARTS
        if self._part == 0:
            self._rest_until_us = now_us + REST_US
        return await self._collect(folder)

    async def walk(self) -> int:
        """Look at everything now."""
        self._part, self._rest_until_us = 0, 0
        return sum([await self.round() for _ in range(PARTS)])

    async def _collect(self, folder: Path) -> int:
        names = await asyncio.to_thread(old_names, folder)
        digests = sorted(name for name in names if _DIGEST.fullmatch(name))
        removed = 0
        for start in range(0, len(digests), AT_ONCE):
            part = digests[start : start + AT_ONCE]
            named = await self._database.read(lambda tx, p=part: named_among(tx, p))  # type: ignore[misc]  # mypy has no type for a default of a lambda
            removed += await asyncio.to_thread(_sort_out, folder, part, named)
        if removed:
            log.info("orphan_payloads_removed", extra={"count": removed})
        return removed


def named_among(tx: Transaction, digests: Sequence[str]) -> set[str]:
    """Return those digests that a row of any office names."""
    tenants = tuple(head.tenant for head in journal.heads(tx))
    rows = tx.all(
        "SELECT DISTINCT sha256 FROM payload WHERE tenant IN :tenants AND sha256 IN :digests",
        tenants=tenants, digests=tuple(digests),
    )  # fmt: skip
    return {row["sha256"] for row in rows}


def _sort_out(folder: Path, digests: Sequence[str], named: set[str]) -> int:
    removed = 0
    for digest in digests:
        if digest in named:
            put_back(folder / digest)
        else:
            removed += remove_file(folder / digest)
    return removed
