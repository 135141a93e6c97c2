"""A small house, served in memory, and people who visit it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hub.store import audit
from hub.store.database import Row, Transaction
from hub.web.server import build_site
from tests.small_house import SmallHouse, Visitor, build_small_house

Arrive = Callable[[str], Awaitable[Visitor]]
LogOf = Callable[[], Awaitable[list[Row]]]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[SmallHouse]:
    built = await build_small_house(tmp_path)
    yield built
    await built.close()


@pytest.fixture
async def client(house: SmallHouse) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    async with TestClient(TestServer(build_site(house.services))) as served:
        yield served


@pytest.fixture
def nobody(client: TestClient[web.Request, web.Application]) -> Visitor:
    return Visitor(client)


@pytest.fixture
def arrive(client: TestClient[web.Request, web.Application]) -> Arrive:
    """Return a way to sign a person in."""

    async def signed_in(login: str) -> Visitor:
        visitor = Visitor(client)
        await visitor.sign_in(login)
        return visitor

    return signed_in


@pytest.fixture
def log_of(house: SmallHouse) -> LogOf:
    """Return a way to read the whole access log, oldest first."""

    async def read() -> list[Row]:
        def work(tx: Transaction) -> list[Row]:
            assert audit.verify(tx).intact
            return tx.all("SELECT * FROM access_log ORDER BY seq")

        return await house.database.read(work)

    return read
