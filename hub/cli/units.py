"""``units``: units of an office, their members, and who stands in for whom."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date

from hub.app import CLOCK, open_database, open_efile
from hub.cli.access import Look, log_change, log_deed
from hub.cli.command import Commands, place_of, show_json, show_table
from hub.cli.parser import day
from hub.core.clock import local_date
from hub.store.casework import keeping, units
from hub.store.database import Row, Transaction


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("units", "Sachgebiete, ihre Mitglieder, Vertretungen")
    listing = group.add("list", _list, "Sachgebiete und Vertretungen auflisten", json_output=True)
    listing.add_argument("--tenant", required=True, metavar="MANDANT")
    listing.add_argument("--closed", action="store_true", help="auch geschlossene, mit Nachfolge")
    add = group.add("add", _add, "Ein Sachgebiet anlegen oder umbenennen")
    add.add_argument("unit", metavar="SACHGEBIET", help="Kleinbuchstaben, Ziffern, Bindestriche")
    add.add_argument("--tenant", required=True, metavar="MANDANT")
    add.add_argument("--name", required=True)
    rename = group.add("rename", _rename, "Ein Sachgebiet umbenennen")
    rename.add_argument("unit", metavar="SACHGEBIET")
    rename.add_argument("--tenant", required=True, metavar="MANDANT")
    rename.add_argument("--name", required=True)
    close = group.add("close", _close, "Ein Sachgebiet für immer schließen")
    close.add_argument("unit", metavar="SACHGEBIET")
    close.add_argument("--tenant", required=True, metavar="MANDANT")
    close.add_argument(
        "--successor", default="", metavar="SACHGEBIET",
        help="übernimmt Mitglieder und Wiedervorlagen und sieht die Akten; ohne: muss leer sein",
    )  # fmt: skip
    join = group.add("join", _join, "Festlegen, in welchen Sachgebieten eine Person arbeitet")
    join.add_argument("login")
    join.add_argument("units", nargs="*", metavar="SACHGEBIET", help="ohne: in keinem")
    deputy = group.add("deputy", _deputy, "Eine Vertretung eintragen oder ändern")
    deputy.add_argument("person", metavar="ABWESEND", help="Login")
    deputy.add_argument("deputy", metavar="VERTRETUNG", help="Login")
    deputy.add_argument("--since", type=day, metavar="TAG", help="Vorgabe: heute")
    deputy.add_argument("--until", type=day, required=True, metavar="TAG", help="einschließlich")


async def _list(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    today = local_date(CLOCK.now_us())
    async with open_database(place) as database:
        rooms, away = await database.read(
            lambda tx: (
                keeping.kept(tx, tenant) if options.closed else units.units(tx, tenant),
                units.deputies(tx, tenant, today),
            )
        )
    if options.json:
        show_json({"units": rooms, "deputies": away})
        return 0
    columns = {"id": "Sachgebiet", "name": "Name", "members": "Mitglieder"}
    if options.closed:
        columns |= {"tasks": "Wiedervorlagen", "closed": "geschlossen", "successor": "Nachfolge"}
        rooms = [{**one, "closed": _closed_on(one)} for one in rooms]
    show_table(rooms, columns)
    show_table(away, {"person": "Abwesend", "deputy": "Vertretung", "since": "von", "until": "bis"})
    return 0


async def _add(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    async with open_database(place) as database:
        await database.write(lambda tx: _named(tx, tenant, options.unit, options.name))
    print(f"Sachgebiet {options.unit}: {options.name}")
    return 0


async def _rename(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    async with open_database(place) as database:
        await database.write(lambda tx: _renamed(tx, tenant, options.unit, options.name))
    print(f"Sachgebiet {options.unit}: {options.name}")
    return 0


async def _close(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    async with open_database(place) as database, open_efile(place, database) as room:
        rows, heirs = await database.read(
            lambda tx: (keeping.kept(tx, tenant), units.successors(tx, tenant))
        )
        counted = keeping.with_files(rows, heirs, await room.access.unit_files(tenant))
        held = {one["id"]: one["held"] for one in counted}.get(options.unit, 0)
        await database.write(lambda tx: _closed(tx, tenant, options.unit, held, options.successor))
    heir = f" Mitglieder, Wiedervorlagen und Akten ({held}) hat jetzt {options.successor}."
    print(f"Sachgebiet {options.unit} ist geschlossen.{heir if options.successor else ''}")
    return 0


def _closed_on(row: Row) -> str:
    return f"{local_date(row['closed_us']):%d.%m.%Y}" if row["closed_us"] else ""


async def _join(options: argparse.Namespace) -> int:
    login = options.login.strip().lower()
    async with open_database(place_of(options)) as database:
        await database.write(lambda tx: _joined(tx, login, options.units))
    print(f"Konto {login} arbeitet in: {', '.join(sorted(options.units)) or 'keinem Sachgebiet'}.")
    return 0


async def _deputy(options: argparse.Namespace) -> int:
    person, other = options.person.strip().lower(), options.deputy.strip().lower()
    since = options.since or local_date(CLOCK.now_us())
    async with open_database(place_of(options)) as database:
        await database.write(lambda tx: _stands_in(tx, person, other, (since, options.until)))
    print(f"{other} vertritt {person} vom {since:%d.%m.%Y} bis {options.until:%d.%m.%Y}.")
    return 0


def _named(tx: Transaction, tenant: str, unit: str, name: str) -> None:
    renamed = keeping.rename(tx, tenant, unit, name)
    if not renamed:
        keeping.create(tx, tenant, unit, name)
    action = "unit_renamed" if renamed else "unit_created"
    log_deed(tx, Look(action, "unit", unit, tenant, purpose="Verwaltung"))


def _renamed(tx: Transaction, tenant: str, unit: str, name: str) -> None:
    if not keeping.rename(tx, tenant, unit, name):
        raise units.unknown_unit(unit)
    log_deed(tx, Look("unit_renamed", "unit", unit, tenant, purpose="Verwaltung"))


def _closed(tx: Transaction, tenant: str, unit: str, files: int, successor: str) -> None:
    now_us = CLOCK.now_us()
    keeping.close(tx, tenant, unit, files=files, successor=successor, now_us=now_us)
    about = f"{unit} {successor}".rstrip()
    log_deed(tx, Look("unit_closed", "unit", about, tenant, purpose="Verwaltung"))


def _joined(tx: Transaction, login: str, wanted: Sequence[str]) -> None:
    units.join(tx, login, wanted, CLOCK.now_us())
    log_change(tx, login, "account_units_set", *sorted(wanted))


def _stands_in(tx: Transaction, person: str, deputy: str, span: tuple[date, date]) -> None:
    units.stand_in(tx, person, deputy, *span)
    log_change(tx, person, "account_deputy_set", deputy, *map(str, span))
