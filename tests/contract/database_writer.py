"""A process that writes rows and says which of them are acknowledged; tests end it roughly.

Arguments: database file or address, bytes per row, how much any file may grow (0: no bound).
"""

import asyncio
import resource
import signal
import sys
from pathlib import Path

from hub.core.errors import Unavailable
from hub.store.database import Database
from hub.store.engines.postgres import PostgresDatabase
from hub.store.engines.session import Address
from hub.store.sqlite import SqliteDatabase

ROWS = 4000


async def _write_all(database: Database, size: int) -> None:
    """Write from four tasks at once; each number is said as soon as it is acknowledged."""
    numbers = iter(range(ROWS))

    async def task() -> None:
        for number in numbers:
            await database.write(
                lambda tx, number=number: tx.run(
                    "INSERT INTO item VALUES (:id, :text)", id=number, text="x" * size
                )
            )
            _say(number)

    await asyncio.gather(*(task() for _ in range(4)))


def _opened(place: str) -> SqliteDatabase | PostgresDatabase:
    return PostgresDatabase(Address(place)) if "dbname=" in place else SqliteDatabase(Path(place))


async def _main(place: str, size: int, growth: int) -> None:
    database = _opened(place)
    await database.write(lambda tx: tx.run("CREATE TABLE IF NOT EXISTS item (id INTEGER, t TEXT)"))
    if growth:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (growth, resource.RLIM_INFINITY))
    try:
        await _write_all(database, size)
    except Unavailable as exc:
        _say(exc.code)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    try:
        await database.write(lambda tx: tx.run("INSERT INTO item VALUES (-1, '')"))
    except Unavailable as exc:
        _say(f"still {exc.code}")
    database.close()


def _say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
