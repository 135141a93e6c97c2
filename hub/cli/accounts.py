"""``accounts``: who may sign in to the staff pages."""

from __future__ import annotations

import argparse
import getpass
import sys

from efile import FileKinds
from hub.app import CLOCK, open_database
from hub.cli.access import actor, log_change
from hub.cli.command import Commands, place_of
from hub.core.errors import Rejected
from hub.store.accounts import Accounts, Passwords, Role, factors
from hub.store.database import Database, Transaction


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("accounts", "Konten für die Oberfläche")
    create = group.add("create", _create, "Konto anlegen; das Passwort wird abgefragt")
    create.add_argument("login")
    create.add_argument("--name", required=True)
    create.add_argument("--tenant", metavar="MANDANT", help="leer: zentraler Betrieb")
    create.add_argument(
        "--role", action="append", required=True, choices=[role.value for role in Role],
        dest="roles",
    )  # fmt: skip
    create.add_argument(
        "--federated", action="store_true",
        help="meldet sich über den Anmeldedienst ([oidc]) an und hat hier kein Passwort",
    )  # fmt: skip
    unbind = group.add("unbind", _unbind, "Konto beim Anmeldedienst neu zuordnen lassen")
    unbind.add_argument("login")
    password = group.add("password", _password, "Neues Passwort setzen")
    password.add_argument("login")
    walls = group.add("walls", _walls, "Festlegen, welche Arten von Akten ein Konto sieht")
    walls.add_argument("login")
    walls.add_argument(
        "walls", nargs="*", metavar="MAUER", help="wie „efile kinds“ sie nennt; ohne: keine"
    )
    factor = group.add(
        "reset-factor", _reset_factor,
        "Zweiten Faktor zurücksetzen; die nächste Anmeldung richtet einen neuen ein",
    )  # fmt: skip
    factor.add_argument("login")
    disable = group.add("disable", _disable, "Konto sperren und alle Sitzungen beenden")
    disable.add_argument("login")


def _ask() -> str:
    """Ask without echo; a pipe may answer for scripts."""
    if sys.stdin.isatty():
        return getpass.getpass("Passwort: ")
    return sys.stdin.readline().rstrip("\n")


async def _log(database: Database, login: str, action: str, *about: str) -> None:
    """Write down what is about to be done with an account, durably."""
    await database.write(lambda tx: log_change(tx, login, action, *about))


async def _create(options: argparse.Namespace) -> int:
    place = place_of(options)
    if options.tenant:
        place.settings.tenant(options.tenant)
    async with open_database(place) as database:
        accounts = Accounts(database, CLOCK, Passwords())
        roles = frozenset(Role(role) for role in options.roles)
        about = {"name": options.name, "tenant": options.tenant, "roles": roles}
        if options.federated:
            await accounts.create_federated(options.login, **about)
        else:
            await accounts.create(options.login, _ask(), **about)
        await _log(database, options.login, "account_created", *sorted(roles))
    print(f"Konto {options.login} angelegt.")
    return 0


async def _password(options: argparse.Namespace) -> int:
    async with open_database(place_of(options)) as database:
        await _log(database, options.login, "password_changed")
        await Accounts(database, CLOCK, Passwords()).set_password(options.login, _ask())
    print("Passwort geändert, alle Sitzungen beendet.")
    return 0


async def _unbind(options: argparse.Namespace) -> int:
    async with open_database(place_of(options)) as database:
        await _log(database, options.login, "account_unbound")
        await Accounts(database, CLOCK, Passwords()).unbind(options.login)
    print(f"Konto {options.login} wird bei der nächsten Anmeldung neu zugeordnet.")
    return 0


async def _walls(options: argparse.Namespace) -> int:
    place = place_of(options)
    known = {kind.wall for kind in FileKinds.load(place.file_kinds)}
    walls = frozenset(options.walls)
    if unknown := walls - known:
        raise Rejected(
            "unknown_wall",
            "Diese Mauer hat keine Aktenart.",
            remedy=f"Möglich sind: {', '.join(sorted(known))}.",
            place=min(unknown),
        )
    async with open_database(place) as database:
        await _log(database, options.login, "account_walls_set", *sorted(walls))
        await Accounts(database, CLOCK, Passwords()).let_behind(options.login, walls)
    named = ", ".join(sorted(walls)) or "keiner Mauer"
    print(f"Konto {options.login} sieht Akten hinter: {named}.")
    return 0


async def _reset_factor(options: argparse.Namespace) -> int:
    login, now_us = options.login.strip().lower(), CLOCK.now_us()

    def reset(tx: Transaction) -> bool:
        account = log_change(tx, login, "account_factor_reset")
        return factors.reset(tx, account.id, actor(), now_us)

    async with open_database(place_of(options)) as database:
        done = await database.write(reset)
    if done:
        print(f"Zweiter Faktor von {login} zurückgesetzt, alle Sitzungen beendet.")
        print("Bei der nächsten Anmeldung wird ein neuer eingerichtet.")
    else:
        print(f"Konto {login} hat keinen zweiten Faktor.")
    return 0


async def _disable(options: argparse.Namespace) -> int:
    async with open_database(place_of(options)) as database:
        await _log(database, options.login, "account_locked")
        await Accounts(database, CLOCK, Passwords()).disable(options.login)
    print(f"Konto {options.login} gesperrt.")
    return 0
