"""``targets supply``: what went to one destination goes to another that was added later."""

from __future__ import annotations

import argparse
from datetime import date, timedelta

from hub.app import CLOCK, open_database, open_routes
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, scope_of, show_json
from hub.core.clock import begin_of_day
from hub.core.settings import Settings
from hub.pipeline.desk.supplying import Order, Supplied, Supply
from hub.store.journal import Journal
from hub.web.presentation import desk as desk_words


def declare(group: Commands) -> None:
    """Declare the command."""
    text = "Ein später hinzugekommenes Ziel aus dem Archiv beliefern"
    supply = group.add("supply", _supply, text, json_output=True)
    supply.add_argument("target", metavar="ZIEL")
    supply.add_argument("--from", dest="source", required=True, metavar="GEGENSTELLE",
                        help="was sie bekam, soll auch das Ziel bekommen")  # fmt: skip
    supply.add_argument("--kind", default="", metavar="ART", help="nur diese Nachrichtenart")
    supply.add_argument("--case", default="", metavar="FALL", help="nur dieser Fall")
    supply.add_argument("--since", type=date.fromisoformat, metavar="TAG")
    supply.add_argument(
        "--until", type=date.fromisoformat, metavar="TAG", help="letzter Tag, einschließlich"
    )
    supply.add_argument("--tenant", metavar="MANDANT")
    supply.add_argument(
        "--per-minute", type=_positive, default=600, metavar="ANZAHL",
        help="so viele Fälle beginnen je Minute höchstens; Vorgabe: 600",
    )  # fmt: skip
    supply.add_argument("--dry-run", action="store_true", help="nur sagen, was geschähe")
    supply.add_argument("--reason", required=True, metavar="GRUND")
    supply.add_argument("--actor", required=True, metavar="NAME", help="wer entscheidet")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


async def _supply(options: argparse.Namespace) -> int:
    place = place_of(options)
    scope = scope_of(options, place)
    order = _order(options, place.settings, scope)
    async with open_database(place) as database:
        action = "supply_tried" if options.dry_run else "supply_begun"
        await log_look(database, Look(action, "target", options.target, scope))
        supply = Supply(
            database, Journal(place.settings.node), CLOCK, open_routes(place),
            place.settings.delivery.deadline_h * 3600,
        )  # fmt: skip
        done = await (supply.try_out(order) if options.dry_run else supply.carry_out(order))
    _say(done, options)
    return 0


def _order(options: argparse.Namespace, settings: Settings, scope: str | None) -> Order:
    until = options.until and begin_of_day(options.until + timedelta(days=1))
    return Order(
        source=options.source, target=options.target, actor=options.actor,
        tenants=(scope,) if scope else tuple(one.id for one in settings.tenants),
        reason=options.reason, kind=options.kind, case_key=options.case,
        since_us=begin_of_day(options.since) if options.since else 0, until_us=until or 0,
        per_minute=options.per_minute,
    )  # fmt: skip


def _say(done: Supplied, options: argparse.Namespace) -> None:
    if options.json:
        show_json({"chosen": done.chosen, "fitting": done.fitting, "cases": done.cases,
                   "skipped": dict(done.skipped), "dry_run": options.dry_run})  # fmt: skip
        return
    passed = [f"{n} {desk_words.WHY_SKIPPED[code]}" for code, n in done.skipped.items()]
    print(", ".join([f"{done.chosen} gewählt", *passed]) + ".")
    verb = "Geliefert würden" if options.dry_run else "Zur Lieferung vorgemerkt sind"
    end = " Es wurde nichts geändert." if options.dry_run else ""
    print(f"{verb} {done.fitting} Nachrichten in {done.cases} Fällen.{end}")
