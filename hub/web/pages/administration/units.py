"""Units of an office (*Sachgebiete*): listed, made, renamed, closed."""

from __future__ import annotations

from functools import partial
from typing import Final

from aiohttp import web

from hub.core.errors import Conflict, Rejected
from hub.store.casework import keeping
from hub.store.casework.units import successors
from hub.store.database import Row, Transaction
from hub.web.faults import Denied
from hub.web.pages.administration.kept import only, sent
from hub.web.pages.administration.looked_after import choose, office_of
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

PATH: Final = "/verwaltung/sachgebiete"


async def offices(request: web.Request) -> web.Response:
    """Show the offices whose units the person keeps, or the only one at once."""
    return choose(request, PATH, "Sachgebiete")


async def listed(request: web.Request) -> web.Response:
    """Show the units of an office with what is in them."""
    return await _list(request)


async def create(request: web.Request) -> web.Response:
    """Make a unit."""
    visit, office, said = visit_of(request), office_of(request), await sent(request)
    unit, name = only(said, "kuerzel").strip().lower(), only(said, "name")
    visit.note(object=f"{office} {unit}")
    try:
        await visit.services.database.write(
            partial(keeping.create, tenant=office, unit=unit, name=name)
        )
    except (Rejected, Conflict) as error:
        visit.note(result=error.code)
        fault = f"{error.message} {error.remedy}"
        return await _list(request, fault=fault, typed={"kuerzel": unit, "name": name})
    return web.Response(status=303, headers={"Location": f"{PATH}/{office}"})


async def show(request: web.Request) -> web.Response:
    """Show one unit with what can be done about it."""
    visit, office, row = visit_of(request), office_of(request), await _found(request)
    others = [
        one for one in await _kept(visit, office)
        if not one["closed_us"] and one["id"] != row["id"]
    ]  # fmt: skip
    return render(
        request, "unit.html", row=row, others=others, tenant=office, path_of=PATH,
        office_name=visit.services.office(office), own=_is_own(visit, row["id"]),
    )  # fmt: skip


async def rename(request: web.Request) -> web.Response:
    """Give a unit another name."""
    visit, office, row = visit_of(request), office_of(request), await _found(request)
    name = only(await sent(request), "name")
    visit.note(object=f"{office} {row['id']}")
    await visit.services.database.write(
        partial(keeping.rename, tenant=office, unit=row["id"], name=name)
    )
    return _back(office, row)


async def close(request: web.Request) -> web.Response:
    """Close a unit, empty or with a successor; nobody gives themselves files that way."""
    visit, office, row = visit_of(request), office_of(request), await _found(request)
    successor = only(await sent(request), "nachfolge")
    visit.note(object=f"{office} {row['id']} {successor}".rstrip())
    if _is_own(visit, row["id"]) or _is_own(visit, successor):
        raise Denied(409, "own_unit")
    await visit.services.database.write(
        partial(
            keeping.close, tenant=office, unit=row["id"], files=row["held"], successor=successor,
            now_us=visit.services.clock.now_us(),
        )
    )  # fmt: skip
    return _back(office, row)


async def _list(
    request: web.Request, *, fault: str = "", typed: dict[str, str] | None = None
) -> web.Response:
    visit, office = visit_of(request), office_of(request)
    return render(
        request, "units.html", status=422 if fault else 200, rows=await _kept(visit, office),
        tenant=office, office_name=visit.services.office(office), path_of=PATH, fault=fault,
        typed=typed or {"kuerzel": "", "name": ""},
    )  # fmt: skip


async def _kept(visit: Visit, office: str) -> list[Row]:
    """Return the units of an office, each with its files and those it has from closed ones."""

    def work(tx: Transaction) -> tuple[list[Row], dict[str, str]]:
        return keeping.kept(tx, office), successors(tx, office)

    rows, heirs = await visit.services.database.read(work)
    own = await visit.services.efile.access.unit_files(office)
    return keeping.with_files(rows, heirs, own)


async def _found(request: web.Request) -> Row:
    """Return the unit asked for."""
    wanted = request.match_info["unit"]
    for row in await _kept(visit_of(request), office_of(request)):
        if row["id"] == wanted:
            return row
    raise Denied(404, "not_found")


def _is_own(visit: Visit, unit: str) -> bool:
    """Tell whether the person works in a unit, for themselves or for whoever is away."""
    return unit in visit.standing.units


def _back(office: str, row: Row) -> web.Response:
    return web.Response(status=303, headers={"Location": f"{PATH}/{office}/{row['id']}"})
