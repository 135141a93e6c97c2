"""A server of our own is there as long as it is needed; where none is installed it is said."""

import asyncio
from pathlib import Path

import pytest

from hub.bench.machine import cpu_seconds
from hub.bench.nodes.server import throw_away_server
from hub.core.errors import Misconfigured
from hub.store.engines.postgres import PostgresDatabase
from hub.store.engines.session import Address


@pytest.mark.postgresql
async def test_a_server_with_an_empty_database_goes_as_it_came() -> None:
    async with throw_away_server() as server:
        database = PostgresDatabase(Address(server.dsn))
        row = await database.read(lambda tx: tx.one("SELECT current_user AS who"))
        database.close()
        folder = Path(server.dsn.split()[0].removeprefix("host="))
        assert await asyncio.to_thread(folder.exists)
        assert {"who": "aktenhub"} == row
        assert cpu_seconds(root=server.process) > 0

    assert not await asyncio.to_thread(folder.exists)


async def test_without_an_installed_server_the_operator_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as error:
        async with throw_away_server(tmp_path):
            pass

    assert "postgresql_missing" == error.value.code
    assert "--database" in error.value.remedy
