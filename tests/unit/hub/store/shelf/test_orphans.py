"""What a process kept and never named is collected a day later, and nothing else."""

import os
from pathlib import Path

from hub.core.clock import FixedClock
from hub.store.payloads import Payloads
from hub.store.shelf import orphans
from hub.store.shelf.identity import belong
from hub.store.shelf.orphans import Orphans
from hub.store.sqlite import SqliteDatabase
from tests.evidence_house import open_archive

LARGE = b"<x>" * 100_000


async def keep(database: SqliteDatabase, folder: Path, data: bytes, tenant: str = "") -> Path:
    """Keep bytes, and name them for an office if one is given; return their file, made old."""
    payloads = Payloads(database, folder)
    kept = await payloads.keep(data)
    if tenant:
        await database.write(lambda tx: payloads.name(tx, tenant, kept, 1))
    path = payloads.path(kept.sha256)
    os.utime(path, (0, 0))
    return path


async def test_only_old_files_nobody_names_are_collected(tmp_path: Path) -> None:
    folder = tmp_path / "payloads"
    async with open_archive(tmp_path) as archive:
        for tenant in ("a", "b"):
            await archive.note(1, tenant)
        database = archive.database
        assert isinstance(database, SqliteDatabase)
        await belong(database, folder, 1)
        orphan = await keep(database, folder, LARGE)
        named = await keep(database, folder, LARGE + b"1", "b")
        fresh = await keep(database, folder, LARGE + b"2")
        os.utime(fresh)
        strange = named.with_name("notizen.txt")
        strange.write_bytes(b"x")
        os.utime(strange, (0, 0))
        hidden = named.rename(named.with_name(f".{named.name}.0123456789abcdef.removed"))
        removed = await Orphans(database, archive.clock, folder).walk()

        assert (1, False) == (removed, orphan.exists())
        assert (True, False) == (named.exists(), hidden.exists())
        assert [True, True] == [fresh.exists(), strange.exists()]
        assert LARGE + b"1" == await Payloads(database, folder).get("b", named.name)


async def test_after_a_walk_the_folder_rests(tmp_path: Path) -> None:
    async with open_archive(tmp_path) as archive:
        walker = Orphans(archive.database, archive.clock, tmp_path / "payloads")
        await walker.walk()
        assert isinstance(archive.clock, FixedClock)
        await archive.note(1)
        orphan = await keep(archive.database, tmp_path / "payloads", LARGE)  # type: ignore[arg-type]  # SQLite here
        await walker.round()
        rested = orphan.exists()
        archive.clock.advance(orphans.REST_US / 1_000_000)
        for _ in range(orphans.PARTS):
            await walker.round()

        assert (True, False) == (rested, orphan.exists())
