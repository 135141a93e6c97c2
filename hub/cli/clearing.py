"""``clearing``: what a human must decide."""

from __future__ import annotations

import argparse
import json

from hub.app import open_database, open_desk
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, scope_of, show_facts, show_json, show_table
from hub.core.clock import iso_utc
from hub.core.errors import Rejected
from hub.store import clearing

_STATES = {"open": "offen", "released": "freigegeben", "rejected": "abgelehnt"}
_DONE = {"release": "clearing_released", "reject": "clearing_rejected"}


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("clearing", "Klärfälle: auflisten, freigeben, zurückweisen")
    listing = group.add("list", _list, "Offene Klärfälle", json_output=True)
    listing.add_argument("--tenant", metavar="MANDANT")
    show = group.add("show", _show, "Einen Klärfall zeigen", json_output=True)
    show.add_argument("id")
    for name, text in (
        ("release", "Klärfall erledigen; was stillstand, wird erneut versucht"),
        ("reject", "Aufgeben, was stillstand; die Reihe geht ohne es weiter"),
    ):
        decide = group.add(name, _decide, text)
        decide.add_argument("id")
        decide.add_argument("--reason", required=True, metavar="GRUND")
        decide.add_argument("--actor", required=True, metavar="NAME", help="wer entscheidet")
        decide.set_defaults(decision=name)


async def _list(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = scope_of(options, place)
    async with open_database(place) as database:
        await log_look(database, Look("clearing_listed", "clearing", "", tenant))
        rows = await database.read(lambda tx: clearing.open_cases(tx, tenant))
    for row in rows:
        row["opened_at"] = iso_utc(row["opened_us"])
        del row["facts"]  # facts may hold personal data; "show" prints them one by one
    if options.json:
        show_json({"clearing": rows})
    else:
        columns = {
            "opened_at": "seit", "tenant": "Mandant", "case_key": "Fall", "code": "Grund",
            "message": "Was ist passiert", "id": "Kennung",
        }  # fmt: skip
        show_table(rows, columns)
    return 0


async def _show(options: argparse.Namespace) -> int:
    async with open_database(place_of(options)) as database:
        row = await database.read(lambda tx: clearing.find(tx, options.id))
        if row is None:
            raise _unknown(options.id)
        look = Look("clearing_viewed", "clearing", options.id, row["tenant"])
        await log_look(database, look)
    row["facts"] = json.loads(row["facts"])
    if options.json:
        show_json(row)
        return 0
    show_facts(
        [
            ("Was ist passiert", row["message"]),
            ("Was tun", row["remedy"]),
            ("Grund", row["code"]),
            ("Mandant", row["tenant"]),
            ("Fall", row["case_key"]),
            ("Zustand", _STATES.get(row["state"], row["state"])),
            ("seit", iso_utc(row["opened_us"])),
            ("Nachricht", row["message_id"]),
            *row["facts"].items(),
        ]
    )
    return 0


async def _decide(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        row = await database.read(lambda tx: clearing.find(tx, options.id))
        if row is None:
            raise _unknown(options.id)
        await log_look(
            database, Look(_DONE[options.decision], "clearing", row["id"], row["tenant"])
        )
        desk = open_desk(place, database)
        decide = desk.release if options.decision == "release" else desk.reject
        await decide(row["tenant"], options.id, options.actor, options.reason)
    print("Erledigt." if options.decision == "release" else "Zurückgewiesen.")
    return 0


def _unknown(clearing_id: str) -> Rejected:
    return Rejected(
        "clearing_unknown", "Diesen Klärfall gibt es nicht.", place=clearing_id,
        remedy="„aktenhub clearing list“ nennt die offenen.",
    )  # fmt: skip
