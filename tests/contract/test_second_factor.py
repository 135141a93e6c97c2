"""Second factors and half-done sign-ins, alike on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from hub.certificates.center import CertificateCenter
from hub.certificates.keystore import FactorVault
from hub.core.clock import FixedClock
from hub.core.errors import Misconfigured, Rejected
from hub.store.accounts import (
    LOCK_AFTER,
    LOCK_US,
    Account,
    Accounts,
    Passwords,
    Role,
    SecondFactors,
    Step,
    factors,
    find_account,
)
from hub.store.accounts.attempts import LONGEST_US
from hub.store.accounts.halfway import STEP_US
from hub.store.migrate import hub_migrations, migrate
from tests.engines import AnyDatabase, Engine
from tests.factor import App, give_factor
from tests.small_house import PASSWORD, QUICK

KEK, NEXT_KEK = bytes(range(32)), bytes(reversed(range(32)))
STEP_S = 30


@dataclass
class Office:
    """One database with one account that has a second factor."""

    database: AnyDatabase
    clock: FixedClock = field(default_factory=FixedClock)
    required: frozenset[Role] = frozenset()
    kek: bytes = KEK

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.database, self.clock, Passwords(QUICK), self.required)

    @property
    def factors(self) -> SecondFactors:
        return SecondFactors(self.database, self.clock, Passwords(QUICK), FactorVault(self.kek))

    async def account(self) -> Account:
        found = await self.database.read(lambda tx: find_account(tx, "ahrens"))
        assert found is not None
        return found

    async def proves(self, said: str) -> bool:
        return await self.factors.proves(await self.account(), said)

    async def equip(self) -> App:
        app = await give_factor(self.database, self.factors, "ahrens", self.clock.now_us())
        self.clock.advance(2 * STEP_S)
        return app

    async def step(self) -> Step | None:
        entered = await self.accounts.sign_in("ahrens", PASSWORD)
        return entered.step if entered else None

    async def count(self, table: str) -> int:
        rows = await self.database.read(lambda tx: tx.all(f"SELECT * FROM {table}"))  # noqa: S608  own words
        return len(rows)

    async def set(self, change: str, **values: object) -> None:
        await self.database.write(lambda tx: tx.run(f"UPDATE account SET {change}", **values))  # noqa: S608  own words


@pytest.fixture
async def office(engine: Engine) -> AsyncIterator[Office]:
    opened = engine.open()
    await migrate(opened, hub_migrations(engine.name), FixedClock().now_us())
    built = Office(opened)
    await built.accounts.create(
        "ahrens", PASSWORD, name="Petra Ahrens", tenant="amt", roles=frozenset({Role.CASEWORKER})
    )
    yield built
    await asyncio.to_thread(opened.close)


async def test_a_code_counts_once_and_none_before_it_any_more(office: Office) -> None:
    app, now = await office.equip(), office.clock.now_us()

    assert await office.proves(app.code(now))
    assert not await office.proves(app.code(now))
    assert not await office.proves(app.code(now, ahead=-1))
    assert await office.proves(app.code(now, ahead=1))


async def test_of_two_who_show_the_same_code_at_once_one_is_refused(office: Office) -> None:
    app = await office.equip()
    code = app.code(office.clock.now_us())

    assert [False, True] == sorted(await asyncio.gather(*(office.proves(code) for _ in range(2))))


async def test_a_recovery_code_opens_once(office: Office) -> None:
    app = await office.equip()
    said = [await office.proves(one) for one in (app.codes[0], app.codes[0], app.codes[1].upper())]

    assert [True, False, True] == said
    factor = await office.factors.of(await office.account())
    assert factor is not None
    assert len(app.codes) - 2 == factor.codes


async def test_neither_secret_nor_recovery_codes_lie_in_clear(office: Office) -> None:
    app = await office.equip()
    rows = await office.database.read(
        lambda tx: [
            *tx.all("SELECT * FROM private_key"), *tx.all("SELECT * FROM recovery_code"),
            *tx.all("SELECT * FROM second_factor"),
        ]
    )  # fmt: skip

    assert 10 == len(rows)
    assert not [
        one for one in app.codes if one[5:] in str(rows) or one[5:].replace("-", "") in str(rows)
    ]
    assert app.secret.hex() not in str(rows)


async def test_a_secret_counts_only_after_its_first_code(office: Office) -> None:
    account = await office.account()
    await office.factors.offer(account, "session")
    refused = await office.factors.accept(account, "session", "falsch")
    other = await office.factors.offer(account, "another session")

    assert refused is None
    assert Step.DONE == await office.step()
    assert other != await office.factors.offer(account, "session")


async def test_a_right_password_alone_opens_no_session(office: Office) -> None:
    app = await office.equip()
    entered = await office.accounts.sign_in("ahrens", PASSWORD, "/akten")
    assert entered is not None
    before = await office.count("session")
    half = await office.accounts.halfway(entered.token)
    assert half is not None
    proved = await office.proves(app.code(office.clock.now_us()))
    done = await office.accounts.go_on(half, proved=proved)
    assert done is not None

    assert (Step.CODE, 0) == (entered.step, before)
    assert (Step.DONE, 1, "/akten") == (done.step, await office.count("session"), done.target)
    assert entered.token != done.token
    assert await office.accounts.halfway(entered.token) is None
    assert await office.accounts.go_on(half, proved=True) is None


async def test_a_half_done_sign_in_ends_after_a_while(office: Office) -> None:
    await office.equip()
    entered = await office.accounts.sign_in("ahrens", PASSWORD)
    assert entered is not None
    office.clock.advance(STEP_US / 1_000_000 + 1)

    assert await office.accounts.halfway(entered.token) is None


async def test_right_passwords_between_wrong_codes_do_not_help_whoever_guesses(
    office: Office,
) -> None:
    app = await office.equip()
    entered = None
    for _ in range(LOCK_AFTER):
        entered = await office.accounts.sign_in("ahrens", PASSWORD)
        await office.proves("falsch")
    assert entered is not None

    assert await office.step() is None
    assert await office.accounts.halfway(entered.token) is None
    assert not await office.proves(app.code(office.clock.now_us()))


async def test_whoever_goes_on_guessing_waits_longer_each_time(office: Office) -> None:
    await office.equip()
    waits = []
    for _ in range(9):
        for _ in range(LOCK_AFTER):
            await office.proves("falsch")
        [row] = await office.database.read(lambda tx: tx.all("SELECT * FROM account"))
        waits.append(row["locked_until_us"] - office.clock.now_us())
        office.clock.advance(waits[-1] / 1_000_000)

    assert [LOCK_US << one for one in range(7)] == waits[:7]
    assert [LONGEST_US] * 2 == waits[7:]


async def test_who_needs_a_factor_and_has_none_must_set_one_up(office: Office) -> None:
    office.required = frozenset({Role.CASEWORKER})
    before = await office.step()
    await office.equip()

    assert [Step.FACTOR, Step.CODE] == [before, await office.step()]


async def test_after_a_reset_a_new_one_is_set_up_even_where_none_is_needed(
    office: Office,
) -> None:
    await office.equip()
    await office.accounts.sign_in("ahrens", PASSWORD)
    account, now = await office.account(), office.clock.now_us()
    done = await office.database.write(lambda tx: factors.reset(tx, account.id, "verwalter", now))
    left = [await office.count(table) for table in ("sign_in_half", "private_key", "recovery_code")]

    assert (True, [0, 0, 0], Step.FACTOR) == (done, left, await office.step())
    entered = await office.accounts.sign_in("ahrens", PASSWORD)
    half = entered and await office.accounts.halfway(entered.token)
    assert half
    assert (now, "verwalter") == (half.reset_us, half.reset_by)
    assert not await office.database.write(lambda tx: factors.reset(tx, account.id, "x", now))


async def test_a_new_device_takes_the_place_of_the_old_one(office: Office) -> None:
    old = await office.equip()
    new = await office.equip()
    now = office.clock.now_us()

    assert [False, False, True] == [
        await office.proves(said) for said in (old.code(now), old.codes[0], new.code(now))
    ]
    assert 1 == await office.count("private_key")


async def test_a_one_time_password_is_replaced_before_anything_else(office: Office) -> None:
    await office.set("one_time_until_us = :until", until=office.clock.now_us() + 1_000_000)
    entered = await office.accounts.sign_in("ahrens", PASSWORD)
    assert entered is not None
    half = await office.accounts.halfway(entered.token)
    assert half is not None
    with pytest.raises(Rejected, match="Einmalpasswort"):
        await office.accounts.replace_one_time(half, PASSWORD)
    await office.accounts.replace_one_time(half, "ein eigener langer Satz")
    done = await office.accounts.go_on(half, proved=half.proved)

    assert (Step.PASSWORD, Step.DONE) == (entered.step, done and done.step)
    assert await office.step() is None


async def test_a_one_time_password_ends_after_a_while(office: Office) -> None:
    await office.set("one_time_until_us = :until", until=office.clock.now_us())

    assert await office.step() is None


async def test_a_change_of_the_installations_key_takes_secrets_along(
    office: Office, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = await office.equip()
    folder = tmp_path_factory.mktemp("certs")
    center = CertificateCenter(office.database, KEK, office.clock, folder)
    changed = await center.change_kek(NEXT_KEK)
    with pytest.raises(Misconfigured, match="entschlüsseln"):
        await office.proves("falsch")
    office.kek = NEXT_KEK

    assert 1 == changed
    assert await office.proves(app.code(office.clock.now_us()))
