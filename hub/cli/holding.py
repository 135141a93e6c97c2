"""``hold``: keep a case, a queue, a partner or an office from running for a while."""

from __future__ import annotations

import argparse
from datetime import timedelta

from hub.app import CLOCK, Place, open_database
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, scope_of, show_json, show_table
from hub.cli.parser import day
from hub.core.clock import begin_of_day, iso_utc
from hub.core.ids import uuid7
from hub.pipeline.desk.holding import KINDS, Holding
from hub.store.database import Database
from hub.store.desk import holds
from hub.store.desk.holds import EVERYBODY, Hold
from hub.store.journal import Journal


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("hold", "Anhalten, was eine Zeit lang nicht laufen soll")
    listing = group.add("list", _list, "Was angehalten ist", json_output=True)
    listing.add_argument("--tenant", metavar="MANDANT")
    put = group.add("set", _set, "Etwas anhalten")
    put.add_argument("kind", choices=KINDS, metavar="WAS", help=", ".join(KINDS))
    put.add_argument(
        "value", nargs="?", default="", metavar="WERT",
        help="Fallnummer, Warteschlange oder Gegenstelle; bei tenant keiner",
    )  # fmt: skip
    put.add_argument("--tenant", metavar="MANDANT", help="ohne die Angabe: bei allen")
    put.add_argument("--until", type=day, required=True, metavar="TAG", help="einschließlich")
    put.add_argument("--reason", required=True, metavar="GRUND")
    put.add_argument("--actor", required=True, metavar="NAME", help="wer anhält")
    end = group.add("end", _end, "Eine Anhaltung vorzeitig beenden")
    end.add_argument("id")
    end.add_argument("--actor", required=True, metavar="NAME", help="wer beendet")


async def _list(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = scope_of(options, place)
    async with open_database(place) as database:
        await log_look(database, Look("holds_listed", "hold", "", tenant))
        rows = await database.read(lambda tx: holds.in_force(tx, tenant, CLOCK.now_us()))
    for row in rows:
        row["until"] = iso_utc(row["until_us"])
    if options.json:
        show_json({"holds": rows})
    else:
        columns = {
            "kind": "Was", "value": "Wert", "tenant": "Mandant", "until": "bis", "actor": "wer",
            "reason": "Grund", "lanes": "wartende Reihen", "id": "Kennung",
        }  # fmt: skip
        show_table(rows, columns)
    return 0


async def _set(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = scope_of(options, place)
    hold = Hold(
        id=uuid7(CLOCK.now_us()), tenant=tenant or EVERYBODY, kind=options.kind,
        value=options.value, reason=options.reason, actor=options.actor,
        until_us=begin_of_day(options.until + timedelta(days=1)),
    )  # fmt: skip
    async with open_database(place) as database:
        await log_look(database, Look("hold_set", "hold", hold.id, tenant))
        await _holding(place, database).put(hold)
    print(f"Angehalten: {hold.id}")
    return 0


async def _end(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        await log_look(database, Look("hold_ended", "hold", options.id, None))
        changed = await _holding(place, database).end(None, options.id, options.actor)
    print("Beendet." if changed else "War schon beendet; es wurde nichts geändert.")
    return 0


def _holding(place: Place, database: Database) -> Holding:
    return Holding(database, Journal(place.settings.node), CLOCK, tuple(place.tenant_ids))
