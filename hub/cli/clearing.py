"""``clearing``: what a human must decide."""

from __future__ import annotations

import argparse
import json

from hub.app import open_database, open_desk
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, scope_of, show_facts, show_json, show_table
from hub.core.clock import iso_utc
from hub.core.errors import Rejected
from hub.pipeline.desk import DECIDED, Decision, ways_out
from hub.store import clearing
from hub.store.database import Row, Transaction

_STATES = {
    "open": "offen", "released": "freigegeben", "rejected": "zurückgewiesen",
    "discarded": "verworfen", "replayed": "neu gelesen", "corrected": "berichtigt",
    "resent": "erneut gesendet", "confirmed": "von Hand bestätigt",
}  # fmt: skip
_VERBS = {
    "release": "Klärfall erledigen; was stillstand, wird mit denselben Bytes erneut versucht",
    "replay": "Angehaltene Nachricht aus ihren Originalbytes neu lesen",
    "reject": "Angehaltene Nachricht mit Quittung an den Absender zurückweisen",
    "discard": "Aufgeben, was stillstand; die Reihe geht ohne es weiter",
}


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("clearing", "Klärfälle: auflisten, ansehen, entscheiden")
    listing = group.add("list", _list, "Offene Klärfälle", json_output=True)
    listing.add_argument("--tenant", metavar="MANDANT")
    show = group.add("show", _show, "Einen Klärfall zeigen", json_output=True)
    show.add_argument("id")
    for name, text in _VERBS.items():
        decide = group.add(name, _decide, text)
        decide.add_argument("id")
        decide.add_argument("--reason", required=True, metavar="GRUND")
        decide.add_argument("--actor", required=True, metavar="NAME", help="wer entscheidet")
        decide.set_defaults(verb=name, mapping="")
        if name == "replay":
            decide.add_argument(
                "--mapping", metavar="NAME", help="womit gelesen wird; Vorgabe: was heute gilt"
            )


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
    place = place_of(options)
    async with open_database(place) as database:
        row, ways = await database.read(lambda tx: _case_and_ways(tx, place.tenant_ids, options.id))
        if row is None:
            raise _unknown(options.id)
        look = Look("clearing_viewed", "clearing", options.id, row["tenant"])
        await log_look(database, look)
    row["facts"], row["ways_out"] = json.loads(row["facts"]), ways
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
            ("zuletzt", iso_utc(row["last_us"])),
            ("eröffnet", f"{row['times']}-mal"),
            ("Nachricht", row["message_id"]),
            ("möglich", ", ".join(ways)),
            *row["facts"].items(),
        ]
    )
    return 0


def _case_and_ways(
    tx: Transaction, tenants: tuple[str, ...], clearing_id: str
) -> tuple[Row | None, tuple[str, ...]]:
    row = clearing.find_in(tx, tenants, clearing_id)
    return row, ways_out(tx, row) if row else ()


async def _decide(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        row = await database.read(lambda tx: clearing.find_in(tx, place.tenant_ids, options.id))
        if row is None:
            raise _unknown(options.id)
        done = f"clearing_{DECIDED[options.verb]}"
        await log_look(database, Look(done, "clearing", row["id"], row["tenant"]))
        decision = Decision(
            verb=options.verb, actor=options.actor, reason=options.reason,
            mapping=options.mapping or "",
        )  # fmt: skip
        changed = await open_desk(place, database).decide(row["tenant"], options.id, decision)
    print("Erledigt." if changed else "War schon entschieden; es wurde nichts geändert.")
    return 0


def _unknown(clearing_id: str) -> Rejected:
    return Rejected(
        "clearing_unknown", "Diesen Klärfall gibt es nicht.", place=clearing_id,
        remedy="„aktenhub clearing list“ nennt die offenen.",
    )  # fmt: skip
