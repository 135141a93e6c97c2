"""A node takes its place among those that work on one database."""

from __future__ import annotations

import logging

from hub.core.clock import Clock
from hub.store.database import Database
from hub.store.engines.postgres import PostgresDatabase

log = logging.getLogger(__name__)

NAME_PATIENCE_S = 10.0
"""A server notices the end of a killed process a moment later than who starts it again."""
CLOCKS_APART_S = 2.0
"""Order never hangs on clocks, but leases and deadlines are read by every node."""


async def join(
    database: Database, node: str, clock: Clock, patience_s: float = NAME_PATIENCE_S
) -> None:
    """Hold the node's name and compare its clock with the server's; alone on SQLite: nothing.

    Raises:
        Misconfigured: another process works under this name.
    """
    if not isinstance(database, PostgresDatabase):
        return
    await database.be_node(node, patience_s)
    off_s = await database.clock_offset_us(clock.now_us) / 1_000_000
    if abs(off_s) > CLOCKS_APART_S:
        log.warning("clocks_apart", extra={"seconds": off_s})
