"""``clearing``: what a human must decide."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from hub.app import CLOCK, open_database, open_desk
from hub.cli import correcting, query
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, scope_of, show_facts, show_json, show_table
from hub.core.clock import iso_utc
from hub.core.errors import Rejected
from hub.core.ids import derived_uuid, uuid7
from hub.pipeline.desk import DECIDED, Decision, ways_out
from hub.pipeline.desk.bulk import Bulk, Choice, Trial
from hub.pipeline.desk.inquiry import letter
from hub.store import clearing, views
from hub.store.clearing import Wanted
from hub.store.database import Row, Transaction
from hub.store.desk import jobs
from hub.store.desk.jobs import Job, Progress
from hub.web.presentation import desk as desk_words

_STATES = {
    "open": "offen", "released": "freigegeben", "rejected": "zurückgewiesen",
    "discarded": "verworfen", "replayed": "neu gelesen", "corrected": "berichtigt",
    "resent": "erneut gesendet", "confirmed": "von Hand bestätigt",
    "answered": "durch Auskunft geklärt",
}  # fmt: skip
_VERBS = {
    "release": "Klärfall erledigen; was stillstand, wird mit denselben Bytes erneut versucht",
    "replay": "Angehaltene Nachricht aus ihren Originalbytes neu lesen",
    "reject": "Angehaltene Nachricht mit Quittung an den Absender zurückweisen",
    "discard": "Aufgeben, was stillstand; die Reihe geht ohne es weiter",
    "confirm": "Lieferung unbekannten Ausgangs bestätigen: Die Gegenstelle hat sie",
    "resend": "Lieferung unbekannten Ausgangs als neue Lieferung erneut senden",
}


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.group("clearing", "Klärfälle: auflisten, ansehen, entscheiden")
    listing = group.add(
        "list", _list, "Offene Klärfälle, gleiche Ursachen zusammen", json_output=True
    )
    listing.add_argument("--tenant", metavar="MANDANT")
    listing.add_argument("--group", metavar="URSACHE", help="jeden Klärfall dieser Ursache zeigen")
    show = group.add("show", _show, "Einen Klärfall zeigen", json_output=True)
    show.add_argument("id")
    for name, text in _VERBS.items():
        _declare(group.add(name, _decide, text, json_output=True), name)
    query.declare(group)
    ask = group.add("ask", _ask, "Gegenstelle um Auskunft bitten; gibt den Text der Anfrage aus")
    ask.add_argument("id")
    ask.add_argument("--actor", required=True, metavar="NAME", help="wer fragt")
    correcting.declare(group)
    board = group.add("board", _board, "Was hinter welchem Klärfall steht", json_output=True)
    board.add_argument("--tenant", metavar="MANDANT")
    told = group.add("jobs", _jobs, "Sammelaufträge und ihr Stand", json_output=True)
    told.add_argument("--tenant", metavar="MANDANT")


def _declare(decide: argparse.ArgumentParser, verb: str) -> None:
    decide.add_argument("id", nargs="*")
    decide.add_argument("--group", metavar="URSACHE", help="alle offenen Klärfälle dieser Ursache")
    decide.add_argument("--tenant", metavar="MANDANT", help="nur dieses Mandanten")
    decide.add_argument("--dry-run", action="store_true", help="nur sagen, was geschähe")
    decide.add_argument(
        "--job", metavar="NAME",
        help="Name des Sammelauftrags; derselbe Name setzt ihn fort, statt ihn zu wiederholen",
    )  # fmt: skip
    decide.add_argument("--reason", required=True, metavar="GRUND")
    decide.add_argument("--actor", required=True, metavar="NAME", help="wer entscheidet")
    decide.set_defaults(verb=verb, mapping="", case="")
    if verb == "release":
        decide.add_argument(
            "--case", metavar="FALLNUMMER", help="nur bei einer Anlage ohne Fall: wohin sie gehört"
        )
    if verb == "replay":
        decide.add_argument(
            "--mapping", metavar="NAME", help="womit gelesen wird; Vorgabe: was heute gilt"
        )


async def _list(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = scope_of(options, place)
    wanted = Wanted(tenant=tenant, fingerprint=options.group or "")
    async with open_database(place) as database:
        await log_look(database, Look("clearing_listed", "clearing", "", tenant))
        groups, rows = await database.read(
            lambda tx: (clearing.groups(tx, wanted), clearing.cases(tx, wanted))
        )
    for row in (*rows, *groups):
        row["opened_at"] = iso_utc(row["opened_us"])
    for row in rows:
        del row["facts"]  # facts may hold personal data; "show" prints them one by one
    if options.json:
        show_json({"groups": groups, "clearing": rows})
    elif options.group:
        columns = {
            "opened_at": "seit", "tenant": "Mandant", "case_key": "Fall", "code": "Grund",
            "message": "Was ist passiert", "id": "Kennung",
        }  # fmt: skip
        show_table(rows, columns)
    else:
        columns = {
            "opened_at": "ältester", "cases": "Fälle", "code": "Grund",
            "message": "Was ist passiert", "fingerprint": "Ursache", "first_id": "Kennung",
        }  # fmt: skip
        show_table(groups, columns)
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
    if len(options.id) == 1 and not (options.group or options.dry_run or options.job):
        return await _decide_one(options, options.id[0])
    if bool(options.id) == bool(options.group):
        raise Rejected(
            "choice_unclear", "Es fehlt, was entschieden werden soll.",
            remedy="Entweder Kennungen nennen oder mit --group eine Ursache.",
        )  # fmt: skip
    place = place_of(options)
    scope = scope_of(options, place)
    offices = (scope,) if scope else place.tenant_ids
    choice = Choice(Wanted(tenant=scope, fingerprint=options.group or ""), options.id, offices)
    decision = _decision(options)
    async with open_database(place) as database:
        look = Look("bulk_tried" if options.dry_run else "bulk_begun", "group",
                    options.group or "", choice.wanted.tenant)  # fmt: skip
        await log_look(database, look)
        bulk = Bulk(database, CLOCK, open_desk(place, database))
        if options.dry_run:
            return _say_trial(options, await bulk.try_out(choice, decision))
        job = _job(options, choice.wanted.tenant)
        await bulk.begin(job, choice)
        await bulk.run(job.id)
        found = await database.read(lambda tx: jobs.progress(tx, None, job.id))
    if found:
        _say_progress(options, found)
    return 0


async def _decide_one(options: argparse.Namespace, clearing_id: str) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        row = await database.read(lambda tx: clearing.find_in(tx, place.tenant_ids, clearing_id))
        if row is None:
            raise _unknown(clearing_id)
        done = f"clearing_{DECIDED[options.verb]}"
        await log_look(database, Look(done, "clearing", row["id"], row["tenant"]))
        desk = open_desk(place, database)
        changed = await desk.decide(row["tenant"], clearing_id, _decision(options))
    if options.json:
        show_json({"id": clearing_id, "changed": changed})
    else:
        print("Erledigt." if changed else "War schon entschieden; es wurde nichts geändert.")
    return 0


def _decision(options: argparse.Namespace) -> Decision:
    return Decision(
        verb=options.verb, actor=options.actor, reason=options.reason,
        mapping=options.mapping or "", case_key=(options.case or "").strip().upper(),
    )  # fmt: skip


def _job(options: argparse.Namespace, scope: str | None) -> Job:
    """Return the job asked for; its name is its identity, so that it can be carried on."""
    decision = _decision(options)
    named = derived_uuid("bulk", scope or "", decision.verb, options.job) if options.job else ""
    return Job(
        id=named or uuid7(CLOCK.now_us()), scope=scope, name=options.job or decision.verb,
        verb=decision.verb, actor=decision.actor, reason=decision.reason,
        mapping=decision.mapping,
    )  # fmt: skip


def _say_trial(options: argparse.Namespace, trial: Trial) -> int:
    if options.json:
        show_json({"chosen": trial.chosen, "fitting": trial.fitting, "skipped": trial.skipped})
        return 0
    passed = [f"{n} {desk_words.WHY_SKIPPED.get(code, code)}" for code, n in trial.skipped.items()]
    print(", ".join([f"{trial.chosen} gewählt", *passed]) + (
        "; diese werden übersprungen." if passed else "."
    ))  # fmt: skip
    print(f"Entschieden würden {trial.fitting}. Es wurde nichts geändert.")
    return 0


def _say_progress(options: argparse.Namespace, found: Progress) -> None:
    if options.json:
        show_json(_progress(found))
        return
    passed = [f"{n} {desk_words.WHY_SKIPPED.get(code, code)}" for code, n in found.skipped.items()]
    print(", ".join([f"{found.done} entschieden", *passed]) + ".")


def _progress(found: Progress) -> dict[str, object]:
    job = found.job
    return {
        "job": job["id"], "name": job["name"], "verb": job["verb"], "actor": job["actor"],
        "state": job["state"], "done": found.done, "waiting": found.waiting,
        "skipped": found.skipped,
    }  # fmt: skip


async def _jobs(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = scope_of(options, place)
    async with open_database(place) as database:
        await log_look(database, Look("bulk_viewed", "job", "", tenant))

        def look(tx: Transaction) -> list[Progress | None]:
            return [jobs.progress(tx, tenant, row["id"]) for row in jobs.recent(tx, tenant)]

        found = [_progress(one) for one in await database.read(look) if one]
    if options.json:
        show_json({"jobs": found})
    else:
        columns = {
            "name": "Name", "verb": "Entscheidung", "actor": "wer", "state": "Stand",
            "done": "entschieden", "waiting": "offen", "job": "Kennung",
        }  # fmt: skip
        show_table(found, columns)
    return 0


async def _board(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = scope_of(options, place)
    async with open_database(place) as database:
        await log_look(database, Look("lanes_viewed", "lane", "", tenant))
        rows = await database.read(lambda tx: views.blocked_lanes(tx, tenant))
    for row in rows:
        row["since"] = iso_utc(row["since_us"])
    if options.json:
        show_json({"blocked": rows})
    else:
        columns = {
            "since": "seit", "tenant": "Mandant", "queue": "Warteschlange", "lane_key": "Fall",
            "behind": "dahinter", "message": "Grund", "remedy": "Was tun",
            "clearing_id": "Klärfall",
        }  # fmt: skip
        show_table(rows, columns)
    return 0


async def _ask(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        row, promise = await database.read(
            lambda tx: _case_and_promise(tx, place.tenant_ids, options.id)
        )
        if row is None:
            raise _unknown(options.id)
        await log_look(database, Look("partner_asked", "clearing", row["id"], row["tenant"]))
        await open_desk(place, database).asked(row["tenant"], row["id"], options.actor)
    if promise:
        tenant = place.settings.tenant(row["tenant"])
        print(letter(promise, json.loads(promise["spec"]), tenant))
    return 0


def _case_and_promise(
    tx: Transaction, tenants: Sequence[str], clearing_id: str
) -> tuple[Row | None, Row | None]:
    row = clearing.find_in(tx, tenants, clearing_id)
    return row, clearing.promise_of(tx, row["tenant"], row["promise_id"]) if row else None


def _unknown(clearing_id: str) -> Rejected:
    return Rejected(
        "clearing_unknown", "Diesen Klärfall gibt es nicht.", place=clearing_id,
        remedy="„aktenhub clearing list“ nennt die offenen.",
    )  # fmt: skip
