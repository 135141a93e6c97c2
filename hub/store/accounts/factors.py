"""Second factors: offered, confirmed by a first right code, asked for, taken off.

A secret is shown once, to the session or sign-in it was made for, and counts only after a right
code. A code counts once: the step of the last one is remembered and taken on in one statement,
so that of two who show the same code, on whatever node, one is refused.

Residual risk: whoever reads the database and has the KEK can compute codes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final, Protocol

from hub.core.clock import Clock
from hub.core.ids import uuid7
from hub.store import certificates
from hub.store.accounts import attempts, halfway, recovery, sessions, totp
from hub.store.accounts.model import Account
from hub.store.accounts.passwords import Passwords
from hub.store.database import Database, Row, Transaction

OFFER_US: Final = 30 * 60 * 1_000_000
"""So long a secret waits for its first code."""
PURPOSE: Final = "second-factor"
_ALGORITHM = "totp-sha1"


class Vault(Protocol):
    """Seals secrets with the installation's key and opens them again."""

    def seal(self, secret: bytes, tenant: str, key_id: str) -> tuple[str, str]:
        """Return the wrapped key of the secret and the sealed secret."""
        ...

    def open(self, wrapped_dek: str, sealed: str, tenant: str, key_id: str) -> bytes:
        """Return the secret."""
        ...


@dataclass(frozen=True, slots=True)
class Factor:
    """The second factor of an account, as its owner sees it."""

    made_us: int
    codes: int
    """Recovery codes left."""


class SecondFactors:
    """The second factors of one database."""

    def __init__(
        self, database: Database, clock: Clock, passwords: Passwords, vault: Vault
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._vault = vault

    async def of(self, account: Account) -> Factor | None:
        """Return the factor of an account, if it has one."""
        return await self._database.read(lambda tx: _factor(tx, account.id))

    async def offer(self, account: Account, offered_to: str) -> bytes:
        """Return the secret that waits for its first code from this session or sign-in."""
        now = self._clock.now_us()
        found = await self._database.read(lambda tx: _offered(tx, account.id, offered_to, now))
        if found:
            return self._opened(found, account)
        secret = secrets.token_bytes(totp.SECRET_BYTES)
        key_id = uuid7(now)
        wrapped, sealed = self._vault.seal(secret, account.tenant or "", key_id)
        key = {"id": key_id, "tenant": account.tenant or "", "purpose": PURPOSE,
               "algorithm": _ALGORITHM, "wrapped_dek": wrapped, "sealed": sealed,
               "made_us": now}  # fmt: skip
        await self._database.write(lambda tx: _keep_offer(tx, account.id, offered_to, key))
        return secret

    async def accept(self, account: Account, offered_to: str, code: str) -> tuple[str, ...] | None:
        """Let the offered secret count if the code fits, and return recovery codes; else nothing.

        It takes the place of an earlier factor, whose codes count no more.
        """
        now = self._clock.now_us()
        found = await self._database.read(lambda tx: _offered(tx, account.id, offered_to, now))
        if found is None:
            return None
        step = totp.step_of(self._opened(found, account), "".join(code.split()), now)
        if step is None:
            return None
        codes = recovery.new_codes()
        hashes = await recovery.hashed(codes, self._passwords)

        def work(tx: Transaction) -> bool:
            row = _offered(tx, account.id, offered_to, now)
            if row is None:
                return False
            _set_up(tx, account.id, row["key_id"], step, now)
            recovery.keep(tx, account.id, hashes)
            return True

        return codes if await self._database.write(work) else None

    async def proves(self, account: Account, said: str) -> bool:
        """Tell whether this is a code of now or a recovery code, and use it up; count failures."""
        now = self._clock.now_us()
        row = await self._database.read(lambda tx: _active(tx, account.id, now))
        if row is None:
            return False
        written = recovery.read(said)
        if written is None:
            step = totp.step_of(self._opened(row, account), "".join(said.split()), now)
            fits = step is not None and await self._database.write(
                lambda tx: _use(tx, account.id, step)
            )
        else:
            fits = await self._recovers(account.id, written)
        if not fits:
            await self._database.write(lambda tx: attempts.note_wrong_code(tx, account.id, now))
        return fits

    async def renew_codes(self, account: Account) -> tuple[str, ...]:
        """Return new recovery codes; the earlier ones count no more."""
        codes = recovery.new_codes()
        hashes = await recovery.hashed(codes, self._passwords)
        await self._database.write(lambda tx: recovery.keep(tx, account.id, hashes))
        return codes

    async def remove(self, account: Account) -> None:
        """Take the factor off an account whose owner wants none."""
        await self._database.write(lambda tx: drop(tx, account.id))

    async def _recovers(self, account_id: str, written: recovery.Written) -> bool:
        encoded = await self._database.read(
            lambda tx: recovery.hash_of(tx, account_id, written.name)
        )
        if not await self._passwords.verify(encoded, written.rest):
            return False
        return await self._database.write(lambda tx: recovery.use_up(tx, account_id, written.name))

    def _opened(self, row: Row, account: Account) -> bytes:
        return self._vault.open(
            row["wrapped_dek"], row["sealed"], account.tenant or "", row["key_id"]
        )


def reset(tx: Transaction, account_id: str, by: str, now_us: int) -> bool:
    """Take the factor off somebody else's account; they must set one up at the next sign-in.

    Sessions and half-done sign-ins end. Returns whether there was one.
    """
    there = drop(tx, account_id)
    if there:
        tx.run(
            "UPDATE account SET factor_reset_us = :now, factor_reset_by = :by, changed_us = :now"
            " WHERE id = :id",
            now=now_us, by=by, id=account_id,
        )  # fmt: skip
        sessions.end_all(tx, account_id)
        halfway.end_all(tx, account_id)
    return there


def drop(tx: Transaction, account_id: str) -> bool:
    """Forget the factor of an account, its secret and its recovery codes."""
    row = tx.one("DELETE FROM second_factor WHERE account_id = :id RETURNING key_id", id=account_id)
    recovery.drop(tx, account_id)
    if row is None:
        return False
    certificates.remove_key(tx, row["key_id"])
    return True


def _factor(tx: Transaction, account_id: str) -> Factor | None:
    row = tx.one("SELECT made_us FROM second_factor WHERE account_id = :id", id=account_id)
    return Factor(row["made_us"], recovery.left(tx, account_id)) if row else None


def _active(tx: Transaction, account_id: str, now_us: int) -> Row | None:
    """Return the factor with its sealed secret, unless the account is locked or rests."""
    return tx.one(
        "SELECT f.key_id, k.wrapped_dek, k.sealed FROM second_factor f"
        " JOIN private_key k ON k.id = f.key_id JOIN account a ON a.id = f.account_id"
        " WHERE f.account_id = :id AND a.state = 'active' AND a.locked_until_us <= :now",
        id=account_id, now=now_us,
    )  # fmt: skip


def _offered(tx: Transaction, account_id: str, offered_to: str, now_us: int) -> Row | None:
    return tx.one(
        "SELECT o.key_id, k.wrapped_dek, k.sealed FROM factor_offer o"
        " JOIN private_key k ON k.id = o.key_id WHERE o.offered_to = :to"
        " AND o.account_id = :account AND o.made_us >= :old",
        to=offered_to, account=account_id, old=now_us - OFFER_US,
    )  # fmt: skip


def _keep_offer(tx: Transaction, account_id: str, offered_to: str, key: Row) -> None:
    old = tx.all(
        "DELETE FROM factor_offer WHERE offered_to = :to OR made_us < :old RETURNING key_id",
        to=offered_to, old=key["made_us"] - OFFER_US,
    )  # fmt: skip
    for row in old:
        certificates.remove_key(tx, row["key_id"])
    certificates.add_key(tx, key)
    tx.run(
        "INSERT INTO factor_offer (offered_to, account_id, key_id, made_us)"
        " VALUES (:to, :account, :key, :now)",
        to=offered_to, account=account_id, key=key["id"], now=key["made_us"],
    )  # fmt: skip


def _set_up(tx: Transaction, account_id: str, key_id: str, step: int, now_us: int) -> None:
    drop(tx, account_id)
    tx.run(
        "INSERT INTO second_factor (account_id, key_id, last_step, made_us)"
        " VALUES (:account, :key, :step, :now)",
        account=account_id, key=key_id, step=step, now=now_us,
    )  # fmt: skip
    tx.run("DELETE FROM factor_offer WHERE key_id = :key", key=key_id)
    tx.run(
        "UPDATE account SET factor_reset_us = 0, factor_reset_by = '', changed_us = :now"
        " WHERE id = :id",
        now=now_us, id=account_id,
    )  # fmt: skip


def _use(tx: Transaction, account_id: str, step: int) -> bool:
    return tx.run(
        "UPDATE second_factor SET last_step = :step WHERE account_id = :id AND last_step < :step",
        step=step, id=account_id,
    ) == 1  # fmt: skip
