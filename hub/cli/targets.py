"""``targets``: the partners reached over the network, and whether they take anything."""

from __future__ import annotations

import argparse
from typing import Any

from hub.app import open_database
from hub.cli import supplying
from hub.cli.command import Commands, place_of, scope_of, show_json, show_table
from hub.core.clock import iso_utc, local_datetime
from hub.store.database import Row
from hub.store.targets.breaker import listed


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("targets", "Gegenstellen über HTTPS und ihr Zustand")
    listing = group.add(
        "list", _list, "Zustand, Grenze und Wartendes je Gegenstelle", json_output=True
    )
    listing.add_argument("--tenant", metavar="MANDANT")
    supplying.declare(group)


async def _list(options: argparse.Namespace) -> int:
    place = place_of(options)
    scope = scope_of(options, place)
    async with open_database(place) as database:
        rows = await database.scan(lambda tx: listed(tx, scope))
    if options.json:
        show_json({"targets": [_dated(row) for row in rows]})
        return 0
    columns = {
        "partner": "Gegenstelle", "tenant": "Mandant", "zustand": "Zustand", "code": "Grund",
        "next": "nächste Probe", "in_flight": "zugleich", "in_flight_max": "Grenze",
        "waiting": "wartend",
    }  # fmt: skip
    show_table([row | _worded(row) for row in rows], columns)
    return 0


def _dated(row: Row) -> dict[str, Any]:
    """Return times as text beside everything else."""
    return {
        key.removesuffix("_us"): iso_utc(value)
        if key.endswith("_us") and value is not None
        else value
        for key, value in row.items()
    }


_STATES = {"closed": "in Ordnung", "open": "gestört", "half_open": "in Probe"}


def _worded(row: Row) -> dict[str, str]:
    at_us = row["next_probe_us"]
    moment = f"{local_datetime(at_us):%d.%m.%Y %H:%M:%S}" if at_us is not None else ""
    return {"zustand": _STATES[row["state"]], "tenant": row["tenant"] or "alle", "next": moment}
