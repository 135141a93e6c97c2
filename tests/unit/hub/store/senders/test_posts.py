"""A key belongs to one sender and one request, and is forgotten after a long time only."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hub.store.migrate import hub_migrations, migrate
from hub.store.senders import posts
from hub.store.senders.posts import REMEMBERED_US, Post
from hub.store.sqlite import SqliteDatabase

POST: dict[str, Any] = {
    "tenant": "t", "channel": "c", "sender": "s", "post_key": "k", "fingerprint": "f",
    "message_id": "m-1", "posted_us": 1,
}  # fmt: skip


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "hub.sqlite")
    await migrate(database, hub_migrations(), 1)
    yield database
    database.close()


async def remember(database: SqliteDatabase, **changes: Any) -> bool:
    return await database.write(lambda tx: posts.remember(tx, Post(**POST | changes)))


async def test_the_first_to_take_a_key_keeps_it(database: SqliteDatabase) -> None:
    taken = [await remember(database), await remember(database, message_id="m-2")]
    known = await database.read(
        lambda tx: posts.find(tx, tenant="t", channel="c", sender="s", key="k")
    )

    assert [True, False] == taken
    assert {"fingerprint": "f", "message_id": "m-1"} == known


@pytest.mark.parametrize("field", ["tenant", "channel", "sender", "post_key"])
async def test_every_sender_has_its_own_keys(database: SqliteDatabase, field: str) -> None:
    await remember(database)

    assert await remember(database, **{field: "other", "message_id": "m-2"})


@pytest.mark.parametrize("field", ["tenant", "channel", "sender", "message_id"])
async def test_a_message_is_its_senders_own(database: SqliteDatabase, field: str) -> None:
    await remember(database)
    mine = {name: POST[name] for name in ("tenant", "channel", "sender", "message_id")}

    assert await database.read(lambda tx: posts.is_own(tx, **mine))
    assert not await database.read(lambda tx: posts.is_own(tx, **mine | {field: "other"}))


async def test_keys_are_forgotten_when_nobody_sends_them_again(database: SqliteDatabase) -> None:
    await remember(database)
    young = await database.write(lambda tx: posts.forget_before(tx, REMEMBERED_US))
    old = await database.write(lambda tx: posts.forget_before(tx, REMEMBERED_US + 2))

    assert (0, 1) == (young, old)
    assert REMEMBERED_US >= 400 * 86_400_000_000
