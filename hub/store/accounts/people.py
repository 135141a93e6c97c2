"""Create accounts, check who somebody is, change passwords."""

from __future__ import annotations

from hub.core.clock import Clock
from hub.core.errors import Rejected
from hub.core.ids import uuid7
from hub.store.accounts import attempts, federated, halfway, keeping, sessions
from hub.store.accounts.federated import Attempt, Identity, LogoutSaid
from hub.store.accounts.halfway import Entered, Halfway, Way
from hub.store.accounts.model import Account, Role, Session, to_account
from hub.store.accounts.passwords import Passwords
from hub.store.database import Database, Row, Transaction


class Accounts:
    """The accounts of one database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        passwords: Passwords,
        required: frozenset[Role] = frozenset(),
    ) -> None:
        """Keep what accounts stand on; ``required`` are the roles that need a second factor."""
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._required = required

    async def create(
        self, login: str, password: str, *, name: str, tenant: str | None, roles: frozenset[Role]
    ) -> Account:
        """Create an active account.

        Raises:
            Conflict: the login is taken.
            Rejected: no role, or a password of wrong length.
        """
        if not roles:
            raise Rejected("account_without_role", "Ein Konto braucht mindestens eine Rolle.")
        encoded = await self._passwords.hash(password)
        now = self._clock.now_us()
        account = Account(uuid7(now), tenant, login.strip().lower(), name, roles)
        await self._database.write(lambda tx: keeping.add(tx, account, encoded, now))
        return account

    async def create_federated(
        self, login: str, *, name: str, tenant: str | None, roles: frozenset[Role]
    ) -> Account:
        """Create an account that signs in through the identity provider and has no password.

        Raises:
            Conflict: the login is taken.
            Rejected: no role.
        """
        if not roles:
            raise Rejected("account_without_role", "Ein Konto braucht mindestens eine Rolle.")
        now = self._clock.now_us()
        account = Account(uuid7(now), tenant, login.strip().lower(), name, roles)
        await self._database.write(lambda tx: keeping.add(tx, account, "", now))
        return account

    async def begin(self, attempt: Attempt) -> None:
        """Remember a sign-in that goes on at the provider."""
        now = self._clock.now_us()
        await self._database.write(lambda tx: federated.begin(tx, attempt, now))

    async def come_back(self, state: str, browser: str) -> Attempt | None:
        """Return what was begun under this state from this browser; once."""
        now = self._clock.now_us()
        return await self._database.write(lambda tx: federated.take(tx, state, browser, now))

    async def admit(self, identity: Identity) -> tuple[Account, str] | None:
        """Return the account of somebody the provider knows, and a new session token."""
        now = self._clock.now_us()
        return await self._database.write(lambda tx: federated.admit(tx, identity, now))

    async def end_sessions(self, issuer: str, said: LogoutSaid) -> int | None:
        """End what the provider names; ``None`` where it says so a second time."""
        now = self._clock.now_us()
        return await self._database.write(lambda tx: federated.end_sessions(tx, issuer, said, now))

    async def unbind(self, login: str) -> None:
        """Let an account be bound to another person of the provider.

        Raises:
            Rejected: no such account.
        """
        now = self._clock.now_us()
        await self._database.write(lambda tx: federated.unbind(tx, login, now))

    async def set_password(self, login: str, password: str) -> None:
        """Replace the password, lift a lock and end every session of the account.

        Raises:
            Rejected: no such account, or a password of wrong length.
        """
        encoded = await self._passwords.hash(password)
        now = self._clock.now_us()
        await self._database.write(
            lambda tx: _set_password(tx, login.strip().lower(), encoded, now)
        )

    async def let_behind(self, login: str, walls: frozenset[str]) -> None:
        """Let a person see files behind these walls and no others, at once.

        Raises:
            Rejected: no such account.
        """
        now = self._clock.now_us()
        await self._database.write(
            lambda tx: keeping.let_behind(tx, _known(tx, login.strip().lower()), walls, now)
        )

    async def disable(self, login: str) -> None:
        """Forbid sign-in and end every session of the account.

        Raises:
            Rejected: no such account.
        """
        now = self._clock.now_us()
        await self._database.write(lambda tx: _disable(tx, login.strip().lower(), now))

    async def sign_in(self, login: str, password: str, target: str = "") -> Entered | None:
        """Return how far somebody gets with a password, or ``None`` without saying why not.

        Unknown login, wrong password, disabled and locked take the same time. A session is
        opened only where nothing more is asked for.
        """
        row = await self._database.read(lambda tx: _find(tx, login.strip().lower()))
        now = self._clock.now_us()
        usable = row is not None and row["state"] == "active" and _may_try(row, now)
        encoded = (row["password"] or None) if row and usable else None
        fits = await self._passwords.verify(encoded, password)
        if row is None or not usable:
            return None
        if not fits:
            await self._database.write(lambda tx: attempts.note_failure(tx, row["id"], now))
            return None
        way = Way(now, self._required)
        return await self._database.write(
            lambda tx: halfway.enter(tx, row["id"], way, target=target)
        )

    async def halfway(self, token: str) -> Halfway | None:
        """Return the half-done sign-in of a token."""
        way = Way(self._clock.now_us(), self._required)
        return await self._database.read(lambda tx: halfway.find(tx, token, way))

    async def go_on(self, half: Halfway, *, proved: bool) -> Entered | None:
        """Do the next step of a sign-in; ``None`` where it was done already."""
        way = Way(self._clock.now_us(), self._required)
        return await self._database.write(lambda tx: halfway.go_on(tx, half, way, proved=proved))

    async def replace_one_time(self, half: Halfway, password: str) -> None:
        """Replace the one-time password of somebody who is signing in with it.

        Raises:
            Rejected: it is the same, or of wrong length.
        """
        row = await self._database.read(lambda tx: _find(tx, half.account.login))
        encoded = await self._passwords.hash(password)
        if row and await self._passwords.verify(row["password"], password):
            raise Rejected(
                "password_unchanged",
                "Das ist das Einmalpasswort; das neue Passwort muss ein anderes sein.",
                remedy="Einen eigenen Satz als Passwort wählen.",
            )
        now = self._clock.now_us()

        def work(tx: Transaction) -> None:
            _put_password(tx, half.account.id, encoded, now)
            halfway.end_all(tx, half.account.id, but=half.token_sha256)

        await self._database.write(work)

    async def renew_session(self, session: Session) -> str:
        """End every session of the person and return the token of a new one."""
        way = Way(self._clock.now_us(), self._required)

        def work(tx: Transaction) -> Entered:
            sessions.end_all(tx, session.account.id)
            return halfway.enter(tx, session.account.id, way, proved=True)

        return (await self._database.write(work)).token

    async def knows(self, login: str, password: str) -> bool:
        """Tell whether the password fits, without opening a session; a wrong one counts."""
        row = await self._database.read(lambda tx: _find(tx, login.strip().lower()))
        now = self._clock.now_us()
        usable = row is not None and _may_try(row, now)
        encoded = (row["password"] or None) if row and usable else None
        fits = await self._passwords.verify(encoded, password)
        if row and usable and not fits:
            await self._database.write(lambda tx: attempts.note_failure(tx, row["id"], now))
        return fits

    async def confirm(self, session: Session, token: str) -> str | None:
        """Note that the person of the session has proved anew who they are.

        Returns the token that takes the place of this one; nothing where the session has ended.
        """
        now, new = self._clock.now_us(), sessions.new_token(token)
        there = await self._database.write(lambda tx: sessions.confirm(tx, session, new, now))
        return new if there else None

    async def sign_out(self, session: Session) -> None:
        """End every session of the person, on every device."""
        await self._database.write(lambda tx: sessions.end_all(tx, session.account.id))


def find_account(tx: Transaction, login: str) -> Account | None:
    """Return the account of a login, whatever its state."""
    row = _find(tx, login.strip().lower())
    return to_account(row) if row else None


def _find(tx: Transaction, login: str) -> Row | None:
    return tx.one("SELECT * FROM account WHERE login = :login", login=login)


def _known(tx: Transaction, login: str) -> str:
    row = _find(tx, login)
    if row is None:
        raise Rejected("unknown_account", f"Das Konto „{login}“ gibt es nicht.")
    return str(row["id"])


def _set_password(tx: Transaction, login: str, encoded: str, now_us: int) -> None:
    row = _find(tx, login)
    if row and row["federated"]:
        raise Rejected(
            "account_federated",
            f"Das Konto „{login}“ meldet sich über den Anmeldedienst an, ohne Passwort.",
            remedy="Das Passwort dort ändern, wo das Konto geführt wird.",
        )
    account_id = _known(tx, login)
    _put_password(tx, account_id, encoded, now_us)
    halfway.end_all(tx, account_id)


def _put_password(tx: Transaction, account_id: str, encoded: str, now_us: int) -> None:
    """Keep a password its owner chose, and end every session."""
    tx.run(
        "UPDATE account SET password = :password, failures = 0, locked_until_us = 0,"
        " one_time_until_us = 0, changed_us = :now WHERE id = :id",
        password=encoded,
        now=now_us,
        id=account_id,
    )
    sessions.end_all(tx, account_id)


def _may_try(row: Row, now_us: int) -> bool:
    """Tell whether a password is looked at: the account does not rest, a one-time one is young."""
    one_time = row["one_time_until_us"]
    return bool(row["locked_until_us"] <= now_us and (not one_time or one_time > now_us))


def _disable(tx: Transaction, login: str, now_us: int) -> None:
    account_id = _known(tx, login)
    tx.run(
        "UPDATE account SET state = 'disabled', changed_us = :now WHERE id = :id",
        now=now_us,
        id=account_id,
    )
    sessions.end_all(tx, account_id)
