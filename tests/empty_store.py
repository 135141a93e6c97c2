"""An empty store in memory, for tests of what happens inside one unit of work."""

import apsw

from hub.store.migrate import hub_migrations
from hub.store.sqlite import SqliteTransaction


def empty_store() -> SqliteTransaction:
    """Return a transaction on a new database with every table of the hub."""
    tx = SqliteTransaction(apsw.Connection(":memory:"))
    for _, sql in hub_migrations():
        tx.run(sql)
    return tx


def everything(tx: SqliteTransaction) -> dict[str, list[dict[str, object]]]:
    """Return every row of every table, to see whether anything changed."""
    tables = tx.all("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {
        row["name"]: tx.all(f"SELECT * FROM {row['name']} ORDER BY rowid")  # noqa: S608  names of our own schema
        for row in tables
    }
