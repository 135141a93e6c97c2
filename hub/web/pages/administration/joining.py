"""New accounts and one-time passwords, each shown once to whoever keeps the accounts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Final

from aiohttp import web

from hub.core.errors import Conflict, Rejected
from hub.core.ids import uuid7
from hub.store.accounts import Account, Role, keeping, recovery
from hub.store.accounts.model import WALLS
from hub.store.casework import units
from hub.store.database import Row, Transaction
from hub.web.faults import Denied
from hub.web.pages.administration.competence import chosen_walls, walls_of
from hub.web.pages.administration.kept import PATH, Sent, back, only, others, sent
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

_LOGIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{0,98}[a-z0-9])")
MAX_NAME: Final = 100


async def form(request: web.Request) -> web.Response:
    """Show the form of a new account."""
    return await _form(request, {"mauer": sorted(WALLS)})


async def create(request: web.Request) -> web.Response:
    """Make the account and show its one-time password."""
    visit, said = visit_of(request), await sent(request)
    federated = only(said, "art") == "anmeldedienst" and visit.services.provider is not None
    word = recovery.new_word()
    try:
        account = _wanted(visit, said)
        encoded = "" if federated else await visit.services.passwords.hash(word)
        wanted = said.get("sachgebiet", [])
        add = partial(_add, account=account, encoded=encoded, wanted=wanted, visit=visit)
        await visit.services.database.write(add)
    except (Rejected, Conflict) as error:
        visit.note(result=error.code)
        return await _form(request, said, fault=f"{error.message} {error.remedy}")
    rights = " ".join(sorted(account.roles))
    visit.note(object=f"{account.id} {account.login} {rights}")
    row = {"id": account.id, "name": account.name, "login": account.login}
    return back(row) if federated else _told(request, row, word, new=True)


async def issue(request: web.Request) -> web.Response:
    """Set a one-time password for somebody who has forgotten theirs, and show it."""
    visit, row = visit_of(request), await others(request)
    word = recovery.new_word()
    encoded = await visit.services.passwords.hash(word)
    now_us = visit.services.clock.now_us()
    await visit.services.database.write(
        partial(keeping.issue, account=row["id"], encoded=encoded, now_us=now_us)
    )
    return _told(request, row, word, new=False)


def _told(request: web.Request, row: Row, word: str, *, new: bool) -> web.Response:
    until_us = visit_of(request).services.clock.now_us() + keeping.ONE_TIME_US
    return render(
        request, "account_word.html", row=row, word=word, until_us=until_us, new=new, path_of=PATH
    )


def _add(
    tx: Transaction, account: Account, encoded: str, wanted: Sequence[str], visit: Visit
) -> None:
    now_us = visit.services.clock.now_us()
    keeping.add(tx, account, encoded, now_us, one_time=bool(encoded))
    if wanted:
        units.join(tx, account.login, wanted, now_us)


def _wanted(visit: Visit, said: Sent) -> Account:
    """Return the account a form describes.

    Raises:
        Rejected: login, name, roles or walls are missing or do not fit.
    """
    login = only(said, "kennung").strip().lower()
    name = " ".join(only(said, "name").split())
    roles = frozenset(role for role in Role if role.value in said.get("rolle", []))
    tenant = _office(visit, only(said, "amt"))
    if not _LOGIN.fullmatch(login):
        raise Rejected(
            "login_invalid",
            "Eine Kennung hat 2 bis 100 Zeichen: Buchstaben ohne Umlaute, Ziffern, Punkt,"
            " Bindestrich, Unterstrich oder @.",
            remedy="Zum Beispiel p.ahrens.",
        )
    if not 0 < len(name) <= MAX_NAME:
        raise Rejected(
            "name_missing", f"Der Name fehlt oder ist länger als {MAX_NAME} Zeichen.",
            remedy="Vor- und Nachnamen angeben.",
        )  # fmt: skip
    if not roles:
        raise Rejected("account_without_role", "Ein Konto braucht mindestens eine Rolle.")
    if tenant is None and Role.CASEWORKER in roles:
        raise Rejected(
            "caseworker_without_office", "Sachbearbeitung gibt es nur in einem Amt.",
            remedy="Ein Amt wählen oder die Rolle weglassen.",
        )  # fmt: skip
    walls = chosen_walls(visit, said) if tenant else frozenset[str]()
    return Account(uuid7(visit.services.clock.now_us()), tenant, login, name, roles, walls)


def _office(visit: Visit, said: str) -> str | None:
    """Return the office of a new account: the own one, or for the operator any or none."""
    if visit.account.tenant is not None:
        return visit.account.tenant
    if said and said not in {one.id for one in visit.services.settings.tenants}:
        raise Denied(422, "form_invalid")
    return said or None


async def _form(request: web.Request, said: Sent, fault: str = "") -> web.Response:
    visit = visit_of(request)
    own = visit.account.tenant
    rooms = await visit.services.database.read(lambda tx: units.units(tx, own)) if own else []
    return render(
        request, "account_new.html", status=422 if fault else 200, fault=fault, path_of=PATH,
        typed={name: only(said, name) for name in ("kennung", "name", "amt", "art")},
        ticked={name: said.get(name, []) for name in ("rolle", "mauer", "sachgebiet")},
        roles=list(Role), walls=walls_of(visit), rooms=rooms,
        offices=() if own else visit.services.settings.tenants,
    )  # fmt: skip
