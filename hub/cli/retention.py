"""``retention``: payloads whose time is over, and cases whose payloads must stay."""

from __future__ import annotations

import argparse

from hub.app import CLOCK, open_database, open_retention
from hub.cli.command import Commands, place_of, scope_of, show_json, show_table
from hub.core.clock import iso_utc
from hub.core.errors import Rejected
from hub.evidence import retention
from hub.store.database import Transaction
from hub.store.journal import Entry, Journal


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("retention", "Nutzdaten nach Ablauf ihrer Frist entfernen")
    group.add("run", _run, "Jetzt entfernen, was abgelaufen ist")
    listing = group.add("list", _list, "Fälle auflisten, deren Nutzdaten bleiben", json_output=True)
    listing.add_argument("--tenant", metavar="MANDANT")
    for name, run, text in (
        ("hold", _hold, "Nutzdaten eines Falls bis auf Weiteres behalten"),
        ("release", _release, "Das Behalten beenden"),
    ):
        command = group.add(name, run, text)
        command.add_argument("case", metavar="FALLNUMMER")
        command.add_argument("--tenant", required=True, metavar="MANDANT")
        command.add_argument("--reason", required=True, metavar="GRUND")
        command.add_argument("--actor", required=True, metavar="NAME", help="wer entscheidet")


async def _run(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        rules = open_retention(place, database)
        looked = 0
        while seen := await rules.round():
            looked += seen
    print(f"{looked} Nutzdaten waren alt genug und wurden geprüft.")
    return 0


async def _list(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = scope_of(options, place)
    async with open_database(place) as database:
        rows = await database.read(lambda tx: retention.holds(tx, tenant))
    rows = [{**row, "made_at": iso_utc(row.pop("made_us"))} for row in rows]
    if options.json:
        show_json({"holds": rows})
        return 0
    columns = {"made_at": "Seit", "tenant": "Mandant", "case_key": "Fall", "reason": "Grund",
               "actor": "Von"}  # fmt: skip
    show_table(rows, columns)
    return 0


async def _hold(options: argparse.Namespace) -> int:
    await _decide(options, "retention_hold")
    return 0


async def _release(options: argparse.Namespace) -> int:
    await _decide(options, "retention_release")
    return 0


async def _decide(options: argparse.Namespace, action: str) -> None:
    """Change the hold and journal it, in one unit of work."""
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    if not options.reason.strip():
        raise Rejected("reason_missing", "Ein Grund ist anzugeben.", remedy="--reason angeben.")
    entry = Entry(tenant, action, case_key=options.case, actor=options.actor,
                  facts={"reason": options.reason})  # fmt: skip

    def work(tx: Transaction) -> bool:
        now_us = CLOCK.now_us()
        if action == "retention_hold":
            why = (options.reason, options.actor)
            changed = retention.hold(tx, tenant, options.case, why, now_us)
        else:
            changed = retention.release(tx, tenant, options.case, options.actor, now_us)
        if changed:
            Journal(place.settings.node).append(tx, now_us, entry)
        return changed

    async with open_database(place) as database:
        changed = await database.write(work)
    print("Vermerkt." if changed else "Das war schon so.")
