"""What somebody else works on: walls between kinds of files, units, and who stands in for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from aiohttp import web

from hub.core.clock import local_date
from hub.store.accounts import keeping
from hub.store.casework import units
from hub.store.database import Row, Transaction
from hub.web.faults import Denied
from hub.web.pages.administration.kept import Sent, back, only, others, sent
from hub.web.visit import Visit, visit_of


def walls_of(visit: Visit) -> Mapping[str, str]:
    """Return the walls between kinds of files, each with the kinds behind it."""
    found: dict[str, list[str]] = {}
    for kind in visit.services.efile.retention.kinds:
        found.setdefault(kind.wall, []).append(kind.name)
    return {wall: ", ".join(names) for wall, names in found.items()}


def chosen_walls(visit: Visit, said: Sent) -> frozenset[str]:
    """Return the walls ticked in a form.

    Raises:
        Denied: one of them does not exist.
    """
    walls = frozenset(said.get("mauer", []))
    if walls - walls_of(visit).keys():
        raise Denied(422, "form_invalid")
    return walls


async def let_behind(request: web.Request) -> web.Response:
    """Set the walls a person sees behind."""
    visit, row = visit_of(request), await _in_office(request)
    walls = chosen_walls(visit, await sent(request))
    visit.note(object=f"{row['id']} {' '.join(sorted(walls))}")
    now_us = visit.services.clock.now_us()
    await visit.services.database.write(
        partial(keeping.let_behind, account=row["id"], walls=walls, now_us=now_us)
    )
    return back(row)


async def join(request: web.Request) -> web.Response:
    """Set the units a person works in."""
    visit, row = visit_of(request), await _in_office(request)
    wanted = (await sent(request)).get("sachgebiet", [])
    visit.note(object=f"{row['id']} {' '.join(sorted(wanted))}")
    now_us = visit.services.clock.now_us()
    await visit.services.database.write(
        partial(units.join, login=row["login"], wanted=wanted, now_us=now_us)
    )
    return back(row)


async def stand_in(request: web.Request) -> web.Response:
    """Let somebody of the same office stand in for the person."""
    visit, row, said = visit_of(request), await _in_office(request), await sent(request)
    deputy = _deputy(visit, said)
    since, until = _day(only(said, "von")), _day(only(said, "bis"))
    visit.note(object=f"{row['id']} {deputy} {since} {until}")
    await visit.services.database.write(
        partial(units.stand_in, person=row["login"], deputy=deputy, since=since, until=until)
    )
    return back(row)


async def stand_back(request: web.Request) -> web.Response:
    """End it."""
    visit, row = visit_of(request), await _in_office(request)
    deputy = _deputy(visit, await sent(request))
    visit.note(object=f"{row['id']} {deputy}")

    def work(tx: Transaction) -> None:
        if not units.stand_back(tx, row["tenant"], row["login"], deputy):
            raise Denied(422, "form_invalid")

    await visit.services.database.write(work)
    return back(row)


async def shown(visit: Visit, row: Row) -> dict[str, object]:
    """Return what the page of an account says about it."""
    office = row["tenant"]
    if office is None:
        return {}
    today = local_date(visit.services.clock.now_us())

    def work(tx: Transaction) -> tuple[list[Row], list[Row], list[Row]]:
        return units.units(tx, office), units.people(tx, office), units.deputies(tx, office, today)

    rooms, people, away = await visit.services.database.read(work)
    names = {one["login"]: one["name"] for one in people}
    named = [{**one, "names": names} for one in away]
    return {
        "walls": walls_of(visit), "rooms": rooms, "today": today,
        "colleagues": [
            one for one in people
            if one["login"] not in {row["login"], visit.account.login} and one["state"] == "active"
        ],
        "deputies": [one for one in named if one["person"] == row["login"]],
        "stands_for": [one for one in named if one["deputy"] == row["login"]],
    }  # fmt: skip


def _deputy(visit: Visit, said: Sent) -> str:
    """Return who is to stand in; nobody gives themselves what others may see."""
    deputy = only(said, "vertretung").strip().lower()
    if deputy == visit.account.login:
        raise Denied(409, "own_account")
    return deputy


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Denied(422, "form_invalid") from None


async def _in_office(request: web.Request) -> Row:
    """Return the account to be changed; the central operator's see no files."""
    row = await others(request)
    if row["tenant"] is None:
        raise Denied(422, "form_invalid")
    return row
