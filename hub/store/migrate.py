"""Numbered SQL files, each run once, in order, and remembered with its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib import resources

from hub.core.errors import Misconfigured
from hub.store.database import Database, Transaction

Migration = tuple[str, str]
"""Name and SQL text."""


def hub_migrations() -> list[Migration]:
    """Return the hub's own migrations in order."""
    folder = resources.files("hub.store") / "migrations"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [(f"hub/{file.name}", file.read_text(encoding="utf-8")) for file in files]


async def migrate(database: Database, migrations: Iterable[Migration], now_us: int) -> list[str]:
    """Bring the database up to date and return the names of what was run.

    Raises:
        Misconfigured: a migration that already ran has changed since.
    """
    wanted = list(migrations)

    def work(tx: Transaction) -> list[str]:
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
        if not tx.one("SELECT 1 FROM sqlite_master WHERE name = 'migration'"):
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
