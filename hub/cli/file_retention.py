"""``efile kinds``, ``efile open`` and ``efile retention``: kinds of files, how long they stay."""

from __future__ import annotations

import argparse
from datetime import date

from efile import Akte, ArchiveAnswer, FileKind, FileKinds, Outlook, RetentionRule
from hub.cli.command import Commands, place_of, show_facts, show_json, show_table
from hub.cli.file_desk import FileDesk, akte_argument, author_of, file_desk, reason_argument
from hub.cli.parser import day
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
    akte_argument(show)
    show.add_argument("--on", type=day, metavar="TAG", help="Vorgabe: heute")
    noted = group.add("date", _date, "Den Tag eines Ereignisses vermerken")
    akte_argument(noted)
    noted.add_argument("event", metavar="EREIGNIS", help="wie „efile kinds“ es nennt")
    either = noted.add_mutually_exclusive_group(required=True)
    either.add_argument("day", nargs="?", type=day, metavar="TAG")
    either.add_argument("--withdraw", action="store_true", help="doch nicht eingetreten")
    reason_argument(noted)
    _register_decisions(group)


def _register_decisions(group: Commands) -> None:
    hold = group.add("hold", _hold, "Vernichtung sperren (Löschsperre)", json_output=True)
    akte_argument(hold)
    hold.add_argument("--until", type=day, metavar="TAG", help="einschließlich; sonst ohne Ende")
    reason_argument(hold)
    answer = group.add("answer", _answer, "Vermerken, was das Archiv zur Anbietung sagt")
    akte_argument(answer)
    answer.add_argument("says", choices=("takes", "declines"), metavar="ANTWORT",
                        help="takes: übernimmt, declines: lehnt ab")  # fmt: skip
    reason_argument(answer)
    lift = group.add("lift", _lift, "Eine Löschsperre aufheben; andere bleiben")
    akte_argument(lift)
    lift.add_argument("hold", metavar="SPERRE", help="Kennung der Sperre")
    reason_argument(lift)


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
    async with file_desk(options) as desk:
        await desk.look("file_opened", None, options.kind)
        akte = await desk.room.retention.open(
            desk.tenant, options.kind, options.title, desk.today.year, author_of(options)
        )
        await desk.journal("file_opened", akte, options.actor)
    if options.json:
        show_json({"id": akte.id, "aktenzeichen": akte.aktenzeichen, "kind": akte.kind})
    else:
        print(f"Angelegt: {akte.aktenzeichen} ({akte.id})")
    return 0


async def _list(options: argparse.Namespace) -> int:
    found: list[Outlook] = []
    async with file_desk(options) as desk:
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
    async with file_desk(options) as desk:
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


async def _show_noted(desk: FileDesk, akte: Akte) -> None:
    """Say what holds for a file by now."""
    found = await desk.found(akte.id)
    print(f"Vermerkt. {akte.aktenzeichen}: {found.decision.sentence}")


async def _date(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        akte = (await desk.found(options.akte)).akte
        await desk.look("retention_date_noted", akte)
        noted = await desk.room.retention.record_day(
            desk.tenant, akte.id, options.event, options.day, options.reason, author_of(options)
        )
        await desk.journal("retention_date_noted", akte, options.actor, noted.sha256)
        await _show_noted(desk, akte)
    return 0


async def _hold(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        akte = (await desk.found(options.akte)).akte
        await desk.look("retention_hold_set", akte)
        hold = await desk.room.retention.hold(
            desk.tenant, akte.id, options.reason, desk.today, options.until, author_of(options)
        )
        await desk.journal("retention_hold_set", akte, options.actor)
    if options.json:
        show_json({"hold": hold, "akte": akte.id})
    else:
        print(f"Gesperrt: {hold}")
    return 0


async def _answer(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        akte = (await desk.found(options.akte)).akte
        await desk.look("archive_answer_noted", akte)
        said = ArchiveAnswer(takes=options.says == "takes", since=desk.today, reason=options.reason)
        noted = await desk.room.retention.answer(desk.tenant, akte.id, said, author_of(options))
        await desk.journal("archive_answer_noted", akte, options.actor, noted.sha256)
        await _show_noted(desk, akte)
    return 0


async def _lift(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        akte = (await desk.found(options.akte)).akte
        await desk.look("retention_hold_lifted", akte)
        noted = await desk.room.retention.lift(
            desk.tenant, akte.id, options.hold, options.reason, author_of(options)
        )
        await desk.journal("retention_hold_lifted", akte, options.actor, noted.sha256)
    print("Aufgehoben.")
    return 0
