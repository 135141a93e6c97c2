"""``efile kinds``, ``efile open`` and ``efile retention``: kinds of files, how long they stay."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from efile import Akte, ArchiveAnswer, Author, EFile, FileKind, FileKinds, Outlook, RetentionRule
from hub.app import CLOCK, Place, open_database, open_efile
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, show_facts, show_json, show_table
from hub.cli.parser import Parser, day
from hub.core.clock import local_date
from hub.core.ids import uuid7
from hub.store.database import Database
from hub.store.journal import Entry, Journal
from hub.web.presentation.words import RETENTION

_READY = frozenset({"due", "offer"})


def register(efile: Commands) -> None:
    """Declare the commands within those of the e-file."""
    efile.add("kinds", _kinds, "Aktenarten mit Mauer und Aufbewahrung zeigen", json_output=True)
    opening = efile.add("open", _open, "Eine Akte mit neuem Aktenzeichen anlegen", json_output=True)
    opening.add_argument("--tenant", required=True, metavar="MANDANT")
    opening.add_argument("--kind", required=True, metavar="AKTENART")
    opening.add_argument("--title", required=True, metavar="TITEL")
    opening.add_argument("--actor", required=True, metavar="NAME")
    group = efile.group("retention", "Aufbewahrung der Akten: Fristen, Ereignisse, Sperren")
    listing = group.add("list", _list, "Auflisten, was vernichtet werden darf", json_output=True)
    listing.add_argument("--tenant", required=True, metavar="MANDANT")
    listing.add_argument("--on", type=day, metavar="TAG", help="Vorgabe: heute")
    listing.add_argument("--all", action="store_true", help="auch was noch bleiben muss")
    show = group.add("show", _show, "Sagen, wie lange eine Akte bleibt und warum", json_output=True)
    _akte(show)
    show.add_argument("--on", type=day, metavar="TAG", help="Vorgabe: heute")
    noted = group.add("date", _date, "Den Tag eines Ereignisses vermerken")
    _akte(noted)
    noted.add_argument("event", metavar="EREIGNIS", help="wie „efile kinds“ es nennt")
    either = noted.add_mutually_exclusive_group(required=True)
    either.add_argument("day", nargs="?", type=day, metavar="TAG")
    either.add_argument("--withdraw", action="store_true", help="doch nicht eingetreten")
    _reason(noted)
    _register_decisions(group)


def _register_decisions(group: Commands) -> None:
    hold = group.add("hold", _hold, "Vernichtung sperren (Löschsperre)", json_output=True)
    _akte(hold)
    hold.add_argument("--until", type=day, metavar="TAG", help="einschließlich; sonst ohne Ende")
    _reason(hold)
    answer = group.add("answer", _answer, "Vermerken, was das Archiv zur Anbietung sagt")
    _akte(answer)
    answer.add_argument("says", choices=("takes", "declines"), metavar="ANTWORT",
                        help="takes: übernimmt, declines: lehnt ab")  # fmt: skip
    _reason(answer)
    lift = group.add("lift", _lift, "Eine Löschsperre aufheben; andere bleiben")
    _akte(lift)
    lift.add_argument("hold", metavar="SPERRE", help="Kennung der Sperre")
    _reason(lift)


def _akte(command: Parser) -> None:
    command.add_argument("akte", metavar="AKTE", help="Aktenzeichen oder Kennung")
    command.add_argument("--tenant", required=True, metavar="MANDANT")


def _reason(command: Parser) -> None:
    command.add_argument("--reason", required=True, metavar="GRUND")
    command.add_argument("--actor", required=True, metavar="NAME", help="wer entscheidet")


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a command works with."""

    place: Place
    database: Database
    room: EFile
    tenant: str
    today: date

    async def look(self, action: str, akte: Akte | None, purpose: str = "Aufbewahrung") -> None:
        """Log that somebody looks, or is about to change something."""
        name = akte.id if akte else ""
        look = Look(action, "akte", name, self.tenant, name or None, purpose=purpose)
        await log_look(self.database, look)

    async def found(self, akte: str, on: date | None = None) -> Outlook:
        """Return a file of the office."""
        return await self.room.retention.outlook(self.tenant, akte, on or self.today)

    async def journal(self, action: str, akte: Akte, actor: str, digest: str | None = None) -> None:
        """Journal what was noted in a file; why stands in the file alone."""
        entry = Entry(self.tenant, action, case_key=akte.aktenzeichen, actor=actor, digest=digest,
                      facts={"akte": akte.id})  # fmt: skip
        book = Journal(self.place.settings.node)
        await self.database.write(lambda tx: book.append(tx, CLOCK.now_us(), entry))


@asynccontextmanager
async def _desk(options: argparse.Namespace) -> AsyncIterator[_Desk]:
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    async with open_database(place) as database, open_efile(place, database) as room:
        yield _Desk(place, database, room, tenant, local_date(CLOCK.now_us()))


def _author(options: argparse.Namespace) -> Author:
    now_us = CLOCK.now_us()
    return Author(options.actor, now_us, uuid7(now_us))


async def _kinds(options: argparse.Namespace) -> int:
    kinds = FileKinds.load(place_of(options).file_kinds)
    if options.json:
        show_json({"kinds": [_kind(kind) for kind in kinds]})
        return 0
    for kind in kinds:
        facts = [("Aktenart", kind.id), ("Name", kind.name), ("Aktenplan", kind.aktenplan),
                 ("Mauer", kind.wall), ("Aktenzeichen", kind.aktenzeichen)]  # fmt: skip
        facts += [(f"Ereignis {event}", name) for event, name in kind.events.items()]
        facts += [(f"Regel {_in_force(rule)}".strip(), _law(rule, kind)) for rule in kind.retention]
        show_facts(facts)
        print()
    return 0


def _kind(kind: FileKind) -> dict[str, object]:
    return {
        "id": kind.id,
        "name": kind.name,
        "aktenplan": kind.aktenplan,
        "wall": kind.wall,
        "aktenzeichen": kind.aktenzeichen,
        "events": kind.events,
        "retention": [
            {"name": rule.name, "source": rule.source, "events": rule.events,
             "years": rule.years, "begins": rule.begins, "from": _iso(rule.since),
             "until": _iso(rule.until), "offer": rule.offer, "assumed": rule.assumed}
            for rule in kind.retention
        ],
    }  # fmt: skip


def _in_force(rule: RetentionRule) -> str:
    begin = f"ab {rule.since:%d.%m.%Y}" if rule.since else ""
    end = f"bis {rule.until:%d.%m.%Y}" if rule.until else ""
    return f"{begin} {end}".strip()


def _law(rule: RetentionRule, kind: FileKind) -> str:
    years = " + ".join(str(one) for one in rule.years)
    begin = "nach dem Tag" if rule.begins == "event" else "nach dem Jahresende"
    events = ", ".join(kind.events[event] for event in rule.events)
    return f"{years} Jahre {begin} von: {events} ({rule.source})"


async def _open(options: argparse.Namespace) -> int:
    async with _desk(options) as desk:
        await desk.look("file_opened", None, options.kind)
        akte = await desk.room.retention.open(
            desk.tenant, options.kind, options.title, desk.today.year, _author(options)
        )
        await desk.journal("file_opened", akte, options.actor)
    if options.json:
        show_json({"id": akte.id, "aktenzeichen": akte.aktenzeichen, "kind": akte.kind})
    else:
        print(f"Angelegt: {akte.aktenzeichen} ({akte.id})")
    return 0


async def _list(options: argparse.Namespace) -> int:
    found: list[Outlook] = []
    async with _desk(options) as desk:
        await desk.look("retention_listed", None)
        on, after = options.on or desk.today, None
        while page := await desk.room.retention.outlooks(desk.tenant, on, after):
            found += [one for one in page if options.all or one.decision.state in _READY]
            after = page[-1].akte.aktenzeichen
    rows = [_outlook(one) for one in found]
    if options.json:
        show_json({"on": on.isoformat(), "tenant": desk.tenant, "akten": rows})
        return 0
    for row in rows:
        row["state"] = RETENTION[str(row["state"])].text
    columns = {"aktenzeichen": "Aktenzeichen", "kind_name": "Aktenart", "state": "Stand",
               "day": "ab", "sentence": "Begründung"}  # fmt: skip
    show_table(rows, columns)
    return 0


async def _show(options: argparse.Namespace) -> int:
    async with _desk(options) as desk:
        found = await desk.found(options.akte, options.on)
        await desk.look("retention_viewed", found.akte)
    if options.json:
        show_json(_outlook(found))
        return 0
    kind = FileKinds.load(desk.place.file_kinds).find(found.akte.kind)
    events = kind.events if kind else {}
    facts = [
        ("Akte", f"{found.akte.aktenzeichen} {found.akte.title}"),
        ("Aktenart", found.kind),
        ("Stand", RETENTION[found.decision.state].text),
        ("Begründung", found.decision.sentence),
    ]
    facts += [
        (events.get(event, event), f"{noted:%d.%m.%Y}")
        for event, noted in found.standing.days.items()
    ]
    facts += [("Löschsperre", f"{hold.id}: {hold.reason}") for hold in found.standing.holds]
    show_facts(facts)
    return 0


def _outlook(one: Outlook) -> dict[str, object]:
    decision = one.decision
    return {
        "id": one.akte.id,
        "aktenzeichen": one.akte.aktenzeichen,
        "tenant": one.akte.tenant,
        "kind": one.akte.kind,
        "kind_name": one.kind,
        "on": one.on.isoformat(),
        "state": decision.state,
        "day": _iso(decision.day),
        "free_day": _iso(decision.free_day),
        "sentence": decision.sentence,
        "rule": decision.rule.name if decision.rule else None,
        "source": decision.rule.source if decision.rule else None,
        "missing": list(decision.missing),
        "days": {event: noted.isoformat() for event, noted in one.standing.days.items()},
        "holds": [
            {"id": hold.id, "reason": hold.reason, "actor": hold.actor,
             "since": _iso(hold.since), "until": _iso(hold.until)}
            for hold in one.standing.holds
        ],
    }  # fmt: skip


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


async def _show_noted(desk: _Desk, akte: Akte) -> None:
    """Say what holds for a file by now."""
    found = await desk.found(akte.id)
    print(f"Vermerkt. {akte.aktenzeichen}: {found.decision.sentence}")


async def _date(options: argparse.Namespace) -> int:
    async with _desk(options) as desk:
        akte = (await desk.found(options.akte)).akte
        await desk.look("retention_date_noted", akte)
        noted = await desk.room.retention.record_day(
            desk.tenant, akte.id, options.event, options.day, options.reason, _author(options)
        )
        await desk.journal("retention_date_noted", akte, options.actor, noted.sha256)
        await _show_noted(desk, akte)
    return 0


async def _hold(options: argparse.Namespace) -> int:
    async with _desk(options) as desk:
        akte = (await desk.found(options.akte)).akte
        await desk.look("retention_hold_set", akte)
        hold = await desk.room.retention.hold(
            desk.tenant, akte.id, options.reason, desk.today, options.until, _author(options)
        )
        await desk.journal("retention_hold_set", akte, options.actor)
    if options.json:
        show_json({"hold": hold, "akte": akte.id})
    else:
        print(f"Gesperrt: {hold}")
    return 0


async def _answer(options: argparse.Namespace) -> int:
    async with _desk(options) as desk:
        akte = (await desk.found(options.akte)).akte
        await desk.look("archive_answer_noted", akte)
        said = ArchiveAnswer(takes=options.says == "takes", since=desk.today, reason=options.reason)
        noted = await desk.room.retention.answer(desk.tenant, akte.id, said, _author(options))
        await desk.journal("archive_answer_noted", akte, options.actor, noted.sha256)
        await _show_noted(desk, akte)
    return 0


async def _lift(options: argparse.Namespace) -> int:
    async with _desk(options) as desk:
        akte = (await desk.found(options.akte)).akte
        await desk.look("retention_hold_lifted", akte)
        noted = await desk.room.retention.lift(
            desk.tenant, akte.id, options.hold, options.reason, _author(options)
        )
        await desk.journal("retention_hold_lifted", akte, options.actor, noted.sha256)
    print("Aufgehoben.")
    return 0
