"""Accounts that sign in through an identity provider, alike on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from hub.core.clock import FixedClock
from hub.store.accounts import Accounts, Attempt, Identity, LogoutSaid, Passwords, Role
from hub.store.migrate import hub_migrations, migrate
from tests.engines import AnyDatabase, Engine
from tests.small_house import QUICK

ISSUER = "https://anmeldung.example/realms/amt"
OTHER = "https://anmeldung.example/realms/amt-zwei"
ROLES = frozenset({Role.CASEWORKER})


@pytest.fixture
async def database(engine: Engine) -> AsyncIterator[AnyDatabase]:
    opened = engine.open()
    await migrate(opened, hub_migrations(engine.name), FixedClock().now_us())
    yield opened
    await asyncio.to_thread(opened.close)


@pytest.fixture
async def accounts(database: AnyDatabase) -> Accounts:
    known = Accounts(database, FixedClock(), Passwords(QUICK))
    await known.create_federated("ahrens", name="Petra Ahrens", tenant="amt", roles=ROLES)
    return known


async def sessions(database: AnyDatabase) -> list[str]:
    rows = await database.read(lambda tx: tx.all("SELECT provider_session FROM session"))
    return sorted(row["provider_session"] for row in rows)


async def test_an_attempt_is_taken_once_and_only_by_its_browser(accounts: Accounts) -> None:
    attempt = Attempt.new("/akten")
    await accounts.begin(attempt)

    assert await accounts.come_back(attempt.state, "another") is None
    assert attempt == await accounts.come_back(attempt.state, attempt.browser)
    assert await accounts.come_back(attempt.state, attempt.browser) is None


async def test_of_two_people_with_one_login_only_the_first_gets_the_account(
    accounts: Accounts, database: AnyDatabase
) -> None:
    people = [Identity(ISSUER, subject, "ahrens", subject) for subject in ("one", "two")]
    opened = await asyncio.gather(*map(accounts.admit, people))

    assert 1 == sum(one is not None for one in opened)
    assert 1 == len(await sessions(database))


async def test_sessions_end_by_their_name_or_by_their_person(
    accounts: Accounts, database: AnyDatabase
) -> None:
    for name in ("a", "b", "c"):
        await accounts.admit(Identity(ISSUER, "one", "ahrens", name))
    elsewhere = await accounts.end_sessions(OTHER, LogoutSaid("j-0", "", "a"))
    by_name = await accounts.end_sessions(ISSUER, LogoutSaid("j-1", "", "a"))
    left = await sessions(database)
    by_person = await accounts.end_sessions(ISSUER, LogoutSaid("j-2", "one", ""))

    assert (0, 1, ["b", "c"], 2) == (elsewhere, by_name, left, by_person)
    assert await accounts.end_sessions(ISSUER, LogoutSaid("j-2", "one", "")) is None
