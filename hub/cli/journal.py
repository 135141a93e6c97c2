"""``journal``: messages, their way, the balance, the proof."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from hub.app import open_database, open_desk
from hub.cli import correcting, evidence
from hub.cli.access import Look, log_look
from hub.cli.command import (
    Commands,
    place_of,
    scope_of,
    show_facts,
    show_findings,
    show_json,
    show_table,
)
from hub.cli.parser import day, existing_file, number
from hub.core.clock import begin_of_day, iso_utc, local_date
from hub.core.errors import Rejected
from hub.evidence import seals
from hub.evidence.archive_file import proven
from hub.evidence.seals import Seal
from hub.pipeline.balance import CLASSES, NAMES, Balance, balance, standing_balance
from hub.store import journal, messages
from hub.store.database import Row, Transaction
from hub.store.views import MessageFilter, tracking
from hub.store.views import traffic as views
from hub.web.presentation import words

_GERMAN = {
    "received": "Eingang", "delivered": "zugestellt", "in_progress": "in Arbeit",
    "clearing": "Klärfall", "refused": "abgewiesen", "duplicates": "Duplikat",
}  # fmt: skip
SHOWN_DIGEST = 12
"""So much of a digest is enough to compare by eye."""


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("journal", "Nachrichten, ihr Weg und die Nachrichtenbilanz")
    listing = group.add("list", _list, "Nachrichten auflisten", json_output=True)
    listing.add_argument("--tenant", metavar="MANDANT")
    listing.add_argument(
        "--state", choices=tuple(CLASSES), metavar="ZUSTAND", help=", ".join(CLASSES)
    )
    for name, metavar, text in _SEARCHED:
        listing.add_argument(f"--{name}", default="", metavar=metavar, help=text)
    listing.add_argument("--from", dest="since", type=day, metavar="TAG", help="JJJJ-MM-TT")
    listing.add_argument("--to", dest="until", type=day, metavar="TAG", help="einschließlich")
    listing.add_argument("--limit", type=number, default=50, metavar="ZAHL", help="Vorgabe 50")
    listing.add_argument(
        "--before", default="", metavar="MARKE", help="nächste Seite; die Marke nennt die vorige"
    )
    show = group.add("show", _show, "Eine Nachricht zeigen", json_output=True)
    show.add_argument("id")
    trace = group.add("trace", _trace, "Den Weg einer Nachricht zeigen", json_output=True)
    trace.add_argument("id")
    trace.add_argument(
        "--archive", dest="archives", action="append", type=existing_file, default=[],
        metavar="DATEI", help="dazu die Schritte aus diesem Archiv; mehrfach möglich",
    )  # fmt: skip
    resend = group.add("resend", _resend, "Lieferungen erneut senden, genau die genannten")
    resend.add_argument("id")
    resend.add_argument("--delivery", action="append", required=True, metavar="LIEFERUNG")
    resend.add_argument("--reason", required=True, metavar="GRUND")
    resend.add_argument("--actor", required=True, metavar="NAME", help="wer entscheidet")
    correcting.declare_content(group)
    total = group.add("balance", _balance, "Nachrichtenbilanz", json_output=True)
    total.add_argument("--tenant", metavar="MANDANT")
    total.add_argument(
        "--quick", action="store_true",
        help="mit dem, was schon zusammengezählt ist; ohne die Angabe wird alles neu gezählt",
    )  # fmt: skip
    evidence.declare(group)


async def _list(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = scope_of(options, place)
    async with open_database(place) as database:
        await log_look(database, Look("messages_listed", "message", "", tenant))
        rows, following = await database.read(
            lambda tx: views.messages(tx, tenant, _filter(options), options.limit)
        )
    for row in rows:
        row["received_at"] = iso_utc(row.pop("received_us"))
    if options.json:
        show_json({"messages": rows, "before": following})
    else:
        columns = {
            "received_at": "Eingang", "tenant": "Mandant", "partner": "Partner", "kind": "Art",
            "case_key": "Fall", "state": "Zustand", "code": "Grund", "id": "Kennung",
        }  # fmt: skip
        show_table([_worded(row) for row in rows], columns)
        if following:
            print(f"Weitere mit --before {following}")
    return 0


_SEARCHED = (
    ("case", "FALLNUMMER", "Fallnummer"),
    ("partner", "PARTNER", "Absender, zum Beispiel ihv"),
    ("kind", "ART", "Art der Nachricht"),
    ("digest", "PRÜFSUMME", "SHA-256 des Inhalts, mindestens die ersten acht Zeichen"),
    ("number", "NUMMER", "Nachrichtennummer des Absenders"),
)


def _filter(options: argparse.Namespace) -> MessageFilter:
    return MessageFilter(
        states=(options.state,) if options.state else (), kind=options.kind,
        partner=options.partner, case_key=options.case, digest=options.digest,
        number=options.number, since_us=begin_of_day(options.since) if options.since else 0,
        until_us=begin_of_day(options.until + timedelta(days=1)) if options.until else 0,
        before=options.before,
    )  # fmt: skip


def _worded(row: Row) -> Row:
    """Say the state in German; programs get the stable word."""
    return {**row, "state": words.message_state(row["state"]).text}


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known of a message."""

    row: Row
    entries: list[Row]
    reason: dict[str, Any]
    """Why it was refused."""
    family: set[str]
    """It, and what was split from or caused by it."""
    archives: list[Row]
    """Where steps may lie that have left the journal."""
    seals: list[Seal]


async def _found(options: argparse.Namespace) -> _Found:
    place = place_of(options)
    async with open_database(place) as database:

        def look(tx: Transaction) -> _Found | None:
            row = messages.find_in(tx, place.tenant_ids, options.id)
            if row is None:
                return None
            tenant, name = row["tenant"], options.id
            return _Found(
                row, journal.trace(tx, name, tenant), _reason(tx, tenant, name),
                journal.family(tx, name, tenant),
                tracking.archives(tx, tenant, row["received_us"]), seals.of(tx, tenant),
            )  # fmt: skip

        found = await database.read(look)
        if found is None:
            raise Rejected(
                "message_unknown", f"Es gibt keine Nachricht {options.id}.",
                remedy="„aktenhub journal list“ nennt die vorhandenen.",
            )  # fmt: skip
        row = found.row
        await log_look(database, Look("message_viewed", "message", row["id"], row["tenant"]))
    return found


def _reason(tx: Transaction, tenant: str, message_id: str) -> dict[str, Any]:
    """Return what was written beside the quarantined bytes; nothing when it was not refused."""
    promises = views.promises(tx, tenant, message_id)
    specs = (json.loads(row["spec"]) for row in promises if row["kind"] == "refuse")
    return next((spec["reason"] for spec in specs if "reason" in spec), {})


async def _show(options: argparse.Namespace) -> int:
    found = await _found(options)
    row, reason = found.row, found.reason
    row["received_at"] = iso_utc(row["received_us"])
    row["reason"] = reason.get("nachricht")
    row["remedy"] = reason.get("abhilfe")
    row["findings"] = reason.get("befunde", [])
    if options.json:
        show_json(row)
        return 0
    shown = _worded(row)
    show_facts([(german, shown[name]) for name, german in _FACTS.items()])
    if row["findings"]:
        print()
        show_findings(row["findings"])
    return 0


_FACTS = {
    "id": "Kennung", "received_at": "Eingang", "tenant": "Mandant", "partner": "Partner",
    "channel": "Kanal", "kind": "Art", "case_key": "Fall", "state": "Zustand", "code": "Grund",
    "reason": "Was ist passiert", "remedy": "Was tun", "original_name": "Datei",
    "business_id": "Nachrichtennummer", "schema_name": "Schema", "size_bytes": "Bytes",
    "sha256": "Prüfsumme", "causation_id": "Folge von", "part_of": "Teil von",
    "open_promises": "offene Zusagen",
}  # fmt: skip
"""What the command shows of a message, in this order."""


async def _trace(options: argparse.Namespace) -> int:
    found = await _found(options)
    row = found.row
    entries = {entry["seq"]: entry for entry in found.entries}
    for path in options.archives:
        entries |= await asyncio.to_thread(_from_archive, path, found)
    events = [_event(entries[seq]) for seq in sorted(entries)]
    read = {path.name for path in options.archives}
    unread = [one for one in found.archives if f"{one['name']}.jsonl.gz" not in read]
    if options.json:
        show_json(
            {
                "message_id": row["id"],
                "tenant": row["tenant"],
                "kind": row["kind"],
                "case": row["case_key"],
                "state": row["state"],
                "caused_by": row["causation_id"],
                "events": events,
                "archives_not_read": [
                    {
                        "name": one["name"],
                        "from": iso_utc(one["from_us"]),
                        "until": iso_utc(one["until_us"]),
                    }
                    for one in unread
                ],
            }
        )
        return 0
    print(f"{words.kind(row['kind'])} · Fall {row['case_key'] or '–'} · {_worded(row)['state']}")
    columns = {"at": "Zeit", "what": "Schritt", "text": "Angabe", "digest": "Prüfsumme"}
    show_table([_worded_step(event) for event in events], columns)
    if unread:
        print("Ältere Schritte stehen nicht mehr im Journal. Sie liegen in diesen Archiven; mit")
        print("--archive DATEI erscheinen sie hier:")
        for one in unread:
            first, last = (local_date(one[name]) for name in ("from_us", "until_us"))
            print(f"  {one['name']}.jsonl.gz (Schritte vom {first:%d.%m.%Y} bis {last:%d.%m.%Y})")
    return 0


def _from_archive(path: Path, found: _Found) -> dict[int, Row]:
    """Return the steps of a message in an archive, once it proved to be what was sealed.

    Raises:
        Rejected: no archive of this office has this name.
        NotChecked: the file is not what was sealed.
    """
    seal = next((one for one in found.seals if one.file == path.name), None)
    if seal is None:
        raise Rejected(
            "archive_unknown",
            "Ein Archiv dieses Namens ist bei diesem Mandanten nicht verzeichnet.",
            place=path.name,
            remedy="Die Datei unter ihrem ursprünglichen Namen angeben; „aktenhub journal trace“ "
            "ohne --archive nennt die Archive.",
        )  # fmt: skip
    inside = proven(path, seal, lambda row: row["message_id"] in found.family)
    return {one.entry["seq"]: one.entry for one in inside}


def _worded_step(event: dict[str, Any]) -> dict[str, Any]:
    word = words.step(event["what"], event["facts"])
    return {
        **event,
        "what": word.text if word else event["what"],
        "digest": (event["digest"] or "")[:SHOWN_DIGEST],
    }


def _event(entry: Row) -> dict[str, Any]:
    facts = journal.facts_of(entry)
    text = facts.get("text") or ", ".join(f"{k}={v}" for k, v in facts.items())
    return {
        "at": iso_utc(entry["at_us"]),
        "what": entry["action"],
        "digest": entry["digest"],
        "message_id": entry["message_id"],
        "promise_id": entry["promise_id"],
        "text": text,
        "facts": facts,
    }


async def _resend(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        row, promises = await database.read(
            lambda tx: (views.message(tx, None, options.id), views.promises(tx, None, options.id))
        )
        own = {promise["id"] for promise in promises}
        if row is None or not own.issuperset(options.delivery):
            raise Rejected(
                "delivery_unknown", "Diese Lieferung gehört nicht zu dieser Nachricht.",
                remedy="„aktenhub journal show“ nennt die Lieferungen einer Nachricht.",
            )  # fmt: skip
        await log_look(database, Look("message_resent", "message", row["id"], row["tenant"]))
        made = await open_desk(place, database).resending.resend(
            row["tenant"], options.delivery, options.actor, options.reason
        )
    print(f"{len(made)} neue Lieferungen.")
    return 0


async def _balance(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = scope_of(options, place)
    async with open_database(place) as database:
        counting = standing_balance if options.quick else balance
        result = await counting(database, tenant)
    if options.json:
        show_json(result.to_dict())
    else:
        _print_balance(result)
    return 0 if result.balanced else 1


def _print_balance(result: Balance) -> None:
    parts = [("gesamt", result), *sorted(result.by["tenant"].items())]
    names = ("received", *NAMES)
    rows = [{"": label, **{n: getattr(part, n) for n in names}} for label, part in parts]
    show_table(rows, {"": "", **{name: _GERMAN[name] for name in names}})
    print("Die Bilanz geht auf." if result.balanced else "DIE BILANZ GEHT NICHT AUF.")
