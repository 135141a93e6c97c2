"""Numbered SQL files, each run once, in order, and remembered with its digest.

A file is written once for every engine. Where they cannot share it there are two of the same
number and name, each naming its engine: ``0004_post_guards.sqlite.sql`` and
``0004_post_guards.postgresql.sql``. Nodes that start at once wait for each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib import resources

from hub.core.errors import Misconfigured
from hub.store.database import Database, Dialect, Transaction

Migration = tuple[str, str]
"""Name and SQL text."""

_EVER_RUN = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = 'migration'",
    "postgresql": "SELECT 1 FROM pg_tables WHERE tablename = 'migration'",
}
_WAIT_FOR_OTHERS = "SELECT pg_advisory_xact_lock(4150, 0)"
"""Until the other node's commit; the numbers only have to be the same on every node."""


def hub_migrations(dialect: Dialect = "sqlite") -> list[Migration]:
    """Return the hub's own migrations for an engine, in order."""
    folder = resources.files("hub.store") / "migrations"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [
        (f"hub/{file.name.replace(f'.{dialect}', '')}", file.read_text(encoding="utf-8"))
        for file in files
        if file.name.count(".") == 1 or file.name.endswith(f".{dialect}.sql")
    ]


async def migrate(database: Database, migrations: Iterable[Migration], now_us: int) -> list[str]:
    """Bring the database up to date and return the names of what was run.

    Raises:
        Misconfigured: a migration that already ran has changed since.
    """
    wanted = list(migrations)

    def work(tx: Transaction) -> list[str]:
        if database.dialect == "postgresql":
            tx.all(_WAIT_FOR_OTHERS)
        tx.run(
            "CREATE TABLE IF NOT EXISTS migration "
            "(name TEXT PRIMARY KEY, digest TEXT NOT NULL, ran_us BIGINT NOT NULL)"
        )
        known = {row["name"]: row["digest"] for row in tx.all("SELECT * FROM migration")}
        ran = []
        for name, sql in wanted:
            digest = hashlib.sha256(sql.encode()).hexdigest()
            if known.get(name, digest) != digest:
                raise _changed(name)
            if name not in known:
                tx.run(sql)
                tx.run(
                    "INSERT INTO migration VALUES (:name, :digest, :ran_us)",
                    name=name, digest=digest, ran_us=now_us,
                )  # fmt: skip
                ran.append(name)
        return ran

    return await database.write(work)


async def pending(database: Database, migrations: Iterable[Migration]) -> list[str]:
    """Return the names of migrations that have not run yet."""

    def work(tx: Transaction) -> set[str]:
        if not tx.one(_EVER_RUN[database.dialect]):
            return set()
        return {row["name"] for row in tx.all("SELECT name FROM migration")}

    known = await database.read(work)
    return [name for name, _ in migrations if name not in known]


def _changed(name: str) -> Misconfigured:
    return Misconfigured(
        "migration_changed",
        f"Die Datenbank wurde mit einer anderen Fassung von {name} angelegt.",
        remedy="Zur Datenbank passende Programmversion verwenden.",
    )
