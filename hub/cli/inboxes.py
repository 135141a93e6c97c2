"""``inboxes``: who picks up which folder, and which number it waits for."""

from __future__ import annotations

import argparse

from hub.app import CLOCK, open_database
from hub.cli.command import Commands, place_of, scope_of, show_json, show_table
from hub.core.clock import iso_utc
from hub.core.errors import Misconfigured
from hub.store.database import Transaction
from hub.store.inbox import numbers
from hub.store.inbox.leases import listed
from hub.store.journal import Journal
from hub.workers.numbers import Waiver, pass_over


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("inboxes", "Eingänge: wer sie abholt und worauf sie warten")
    listing = group.add("list", _list, "Knoten und Nummern je Eingang", json_output=True)
    listing.add_argument("--tenant", metavar="MANDANT")
    skip = group.add("skip", _skip, "Auf eine fehlende Nummer nicht länger warten")
    skip.add_argument("--tenant", required=True, metavar="MANDANT")
    skip.add_argument("--channel", required=True, metavar="KANAL")
    skip.add_argument("--to", type=int, metavar="NUMMER", help="letzte, auf die verzichtet wird")
    skip.add_argument("--reason", required=True, metavar="GRUND")
    skip.add_argument("--actor", required=True, metavar="NAME", help="wer entscheidet")


async def _list(options: argparse.Namespace) -> int:
    place = place_of(options)
    scope = scope_of(options, place)
    async with open_database(place) as database:
        rows = await database.read(lambda tx: listed(tx, scope))
    for row in rows:
        since_us = row.pop("awaited_since_us")
        row["until"] = iso_utc(row.pop("until_us"))
        row["awaited"] = row["last"] + 1 if since_us is not None else None
        row["since"] = iso_utc(since_us) if since_us is not None else None
    if options.json:
        show_json({"inboxes": rows})
        return 0
    columns = {
        "tenant": "Mandant", "channel": "Kanal", "owner": "Knoten", "until": "gepachtet bis",
        "last": "letzte Nummer", "awaited": "wartet auf Nr.", "since": "seit",
    }  # fmt: skip
    show_table(rows, columns)
    return 0


async def _skip(options: argparse.Namespace) -> int:
    place = place_of(options)
    door = (scope_of(options, place) or "", options.channel)
    journal, now_us = Journal(place.settings.node), CLOCK.now_us()

    def work(tx: Transaction) -> tuple[int, int]:
        count = numbers.read(tx, door)
        if count is None or count.awaited_since_us is None:
            raise Misconfigured(
                "nothing_awaited", "Dieser Eingang wartet auf keine Nummer.",
                place="/".join(door), remedy="„aktenhub inboxes list“ zeigt, wer wartet.",
            )  # fmt: skip
        gap = (count.last + 1, max(options.to or 0, count.last + 1))
        who = Waiver(options.actor, options.reason)
        pass_over(tx, door, gap, journal, now_us, who)
        return gap

    async with open_database(place) as database:
        first, last = await database.write(work)
    said = f"Nr. {first}" if first == last else f"Nr. {first} bis {last}"
    print(f"Auf {said} wird nicht länger gewartet.")
    return 0
