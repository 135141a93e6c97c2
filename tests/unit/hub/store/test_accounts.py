from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.core.clock import FixedClock
from hub.core.errors import Conflict, Rejected
from hub.store.accounts import (
    LOCK_AFTER,
    LOCK_US,
    Accounts,
    Lifetime,
    Passwords,
    Role,
    Session,
    find_account,
    find_session,
    touch,
)
from hub.store.migrate import hub_migrations, migrate
from hub.store.sqlite import SqliteDatabase
from tests.small_house import PASSWORD, QUICK

LIFETIME = Lifetime(idle_us=30 * 60_000_000, absolute_us=10 * 3_600_000_000)


class Office:
    """One database with one account."""

    def __init__(self, database: SqliteDatabase) -> None:
        self.clock = FixedClock()
        self.database = database
        self.accounts = Accounts(database, self.clock, Passwords(QUICK))

    async def enter(self, password: str = PASSWORD) -> str:
        """Return a new token, or nothing."""
        entered = await self.accounts.sign_in("ahrens", password)
        return entered.token if entered else ""

    async def session(self, token: str) -> Session | None:
        """Return the living session."""
        now = self.clock.now_us()
        return await self.database.read(lambda tx: find_session(tx, token, now, LIFETIME))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    database = SqliteDatabase(tmp_path / "hub.sqlite")
    built = Office(database)
    await migrate(database, hub_migrations(), 1)
    await built.accounts.create(
        "Ahrens ", PASSWORD, name="Petra Ahrens", tenant="a", roles=frozenset({Role.CASEWORKER})
    )
    yield built
    database.close()


async def test_the_right_password_opens_a_session_of_that_person(office: Office) -> None:
    session = await office.session(await office.enter())

    assert session is not None
    assert "a" == session.account.tenant
    assert {Role.CASEWORKER} == session.account.roles


@pytest.mark.parametrize("login", ["ahrens", "unknown"])
async def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(
    office: Office, login: str
) -> None:
    assert await office.accounts.sign_in(login, "wrong password") is None


async def test_every_sign_in_gets_a_token_of_its_own(office: Office) -> None:
    assert await office.enter() != await office.enter()


async def test_the_database_does_not_know_the_token(office: Office) -> None:
    token = await office.enter()
    rows = await office.database.read(lambda tx: tx.all("SELECT * FROM session"))

    assert 1 == len(rows)
    assert token not in str(rows)


async def test_an_idle_session_ends(office: Office) -> None:
    token = await office.enter()
    office.clock.advance(30 * 60)

    assert await office.session(token) is None


async def test_a_session_in_use_lives_on_until_its_absolute_end(office: Office) -> None:
    token = await office.enter()
    for _ in range(24):
        office.clock.advance(25 * 60)
        session = await office.session(token)
        if session is None:
            break
        now = office.clock.now_us()
        await office.database.write(lambda tx, s=session, n=now: touch(tx, s, n))

    assert await office.session(token) is None
    assert 10 * 3600 == (office.clock.now_us() - FixedClock().at_us) // 1_000_000


async def test_a_new_password_ends_every_session(office: Office) -> None:
    tokens = [await office.enter(), await office.enter()]
    await office.accounts.set_password("ahrens", "ein anderer langer Satz")

    assert [None, None] == [await office.session(token) for token in tokens]
    assert not await office.enter()
    assert await office.enter("ein anderer langer Satz")


async def test_signing_out_ends_every_session(office: Office) -> None:
    first, second = await office.enter(), await office.enter()
    session = await office.session(second)
    assert session is not None
    await office.accounts.sign_out(session)

    assert await office.session(first) is None


async def test_a_disabled_account_is_out_at_once_and_stays_out(office: Office) -> None:
    token = await office.enter()
    await office.accounts.disable("ahrens")

    assert await office.session(token) is None
    assert not await office.enter()


async def test_a_changed_role_counts_at_once(office: Office) -> None:
    token = await office.enter()
    await office.database.write(lambda tx: tx.run("UPDATE account SET roles = 'auditor'"))
    session = await office.session(token)

    assert session is not None
    assert {Role.AUDITOR} == session.account.roles


async def test_many_failures_lock_the_account_for_a_while(office: Office) -> None:
    for _ in range(LOCK_AFTER):
        await office.enter("wrong password")
    locked = await office.enter()
    office.clock.advance(LOCK_US / 1_000_000)

    assert not locked
    assert await office.enter()


async def test_a_success_forgets_earlier_failures(office: Office) -> None:
    for password in ["wrong"] * (LOCK_AFTER - 1) + [PASSWORD] + ["wrong"] * (LOCK_AFTER - 1):
        await office.enter(password)

    assert await office.enter()


async def test_a_login_is_given_once(office: Office) -> None:
    with pytest.raises(Conflict, match="vergeben"):
        await office.accounts.create(
            "AHRENS", PASSWORD, name="x", tenant=None, roles=frozenset({Role.AUDITOR})
        )


async def test_an_account_needs_a_role(office: Office) -> None:
    with pytest.raises(Rejected, match="Rolle"):
        await office.accounts.create("neu", PASSWORD, name="x", tenant="a", roles=frozenset())


@pytest.mark.parametrize("password", ["kurz", "x" * 257])
async def test_a_password_has_a_sensible_length(office: Office, password: str) -> None:
    with pytest.raises(Rejected, match="12 bis 256"):
        await office.accounts.set_password("ahrens", password)


async def test_an_unknown_account_has_no_password_to_set(office: Office) -> None:
    with pytest.raises(Rejected, match="gibt es nicht"):
        await office.accounts.set_password("niemand", PASSWORD)


async def test_nobody_has_the_password_that_stands_in_for_unknown_logins() -> None:
    assert not await Passwords(QUICK).verify(None, "nobody has this password")


async def test_an_account_is_found_whatever_its_state(office: Office) -> None:
    await office.accounts.disable("ahrens")
    found = await office.database.read(lambda tx: find_account(tx, " Ahrens"))

    assert found is not None
    assert "ahrens" == found.login
