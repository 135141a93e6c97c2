"""``efile storage``, ``verify``, ``drill``: how the e-file's storage stands, and proving it."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from hub.app import CLOCK, Performer, Place, open_database, open_efile
from hub.cli.command import Commands, place_of, show_facts, show_json, show_table
from hub.core.clock import iso_utc
from hub.core.errors import Conflict
from hub.evidence.upkeep.card import Card, card
from hub.evidence.upkeep.due import Standing
from hub.evidence.upkeep.words import CAPABILITIES, KINDS
from hub.store.database import Row, Transaction
from hub.store.upkeep import runs
from hub.store.upkeep.runs import Kind, Result


def register(efile: Commands) -> None:
    """Declare the commands within those of the e-file."""
    verify = efile.add(
        "verify", _verify, "Jedes Objekt neu lesen und vergleichen", json_output=True
    )
    verify.add_argument("--tenant", metavar="MANDANT")
    drill = efile.add(
        "drill", _drill,
        "Wiederaufbau üben: ein Register neben dem echten nur aus S3 bauen und vergleichen",
        json_output=True,
    )  # fmt: skip
    drill.add_argument("--tenant", metavar="MANDANT")
    storage = efile.add(
        "storage", _storage, "Speicherkarte: was der Speicher kann und wie er geprüft ist",
        json_output=True,
    )  # fmt: skip
    storage.add_argument("--tenant", metavar="MANDANT")


def tenants_of(place: Place, tenant: str | None) -> list[str]:
    """Return the office the command line names, or all."""
    return [place.settings.tenant(tenant).id] if tenant else list(place.tenant_ids)


async def _verify(options: argparse.Namespace) -> int:
    results = [result for _, result in await _performed(options, "verify")]
    objects, read = (sum(getattr(one, name) for one in results) for name in ("objects", "bytes"))
    faults = [fault for one in results for fault in one.faults]
    if options.json:
        told = [{"what": fault["what"], "where": fault["where"]} for fault in faults]
        show_json({"objects": objects, "bytes": read, "intact": not faults, "faults": told})
    else:
        print(f"{objects} Objekte, {read} Bytes neu gelesen, {len(faults)} Fehler.")
        show_faults(faults)
    return 1 if faults else 0


async def _drill(options: argparse.Namespace) -> int:
    performed = await _performed(options, "drill")
    faults = [fault for _, one in performed for fault in one.faults]
    if options.json:
        rows = [{"tenant": tenant, **asdict(result)} for tenant, result in performed]
        show_json({"drills": rows, "differences": len(faults)})
    else:
        for tenant, one in performed:
            print(f"{tenant}: {one.documents} Dokumente aus S3 aufgebaut, "
                  f"{len(one.faults)} Unterschiede zum Register.")  # fmt: skip
        show_faults(faults)
    return 1 if faults else 0


async def _performed(options: argparse.Namespace, kind: Kind) -> list[tuple[str, Result]]:
    """Perform a run for each office here and now, and keep its result.

    Raises:
        Conflict: the service is at it.
    """
    place = place_of(options)
    tenants, done = tenants_of(place, options.tenant), []
    async with open_database(place) as database:
        for tenant in tenants:
            run = await database.write(partial(_begun, tenant=tenant, kind=kind, place=place))
            done.append((tenant, await Performer(place, database).perform(run, open_faults=True)))
    return done


def _begun(tx: Transaction, *, tenant: str, kind: Kind, place: Place) -> Row:
    now_us, me = CLOCK.now_us(), f"{place.settings.node}-cli"
    runs.break_off(tx, "upkeep_broken_off", now_us)
    runs.want(tx, tenant, kind, f"cli:{getpass.getuser()}", now_us)
    wanted = runs.open_run(tx, tenant, kind)
    run = runs.take(tx, wanted["id"], me, now_us) if wanted else None
    if run is None:
        raise Conflict(
            "upkeep_under_way",
            f"Für diesen Mandanten läuft das gerade: {KINDS[kind]}.",
            remedy="Das Ende abwarten; den Stand zeigt „aktenhub efile storage“.",
            place=tenant,
        )
    return run


async def _storage(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenants = tenants_of(place, options.tenant)
    async with open_database(place) as database, open_efile(place, database) as room:
        cards = [
            await card(database, room, place.settings, tenant, CLOCK.now_us()) for tenant in tenants
        ]
    if options.json:
        show_json({"storages": [_facts(one) for one in cards]})
        return 0
    for one in cards:
        _show(one)
    return 0


def _facts(one: Card) -> dict[str, Any]:
    return {
        "tenant": one.tenant, "place": one.place, "bucket": one.bucket, "durable": one.durable,
        "akten": one.akten, "documents": one.documents,
        "probed_at": _at(one.probe.at_us if one.probe else 0),
        "capabilities": [
            {"name": each.name, "proven": each.proven, "required": each.required,
             "note": each.note, "proven_at": _at(each.proven_us)}
            for each in (one.probe.found if one.probe else ())
        ],
        "verification": _standing(one.verification), "drill": _standing(one.drill),
        "keys": {
            "current": one.keys.current, "files": one.keys.files, "elsewhere": one.keys.elsewhere,
            "changed_at": _at(one.keys.changed_us), "split_at": _at(one.keys.split_us),
        },
    }  # fmt: skip


def _standing(found: Standing) -> dict[str, Any] | None:
    due = _at(found.due_us or 0)
    last = found.last
    if last is None:
        return {"state": None, "due": due}
    return {
        "state": last["state"], "started_at": _at(last["started_us"]),
        "ended_at": _at(last["ended_us"]), "objects": last["objects"], "bytes": last["bytes"],
        "faults": last["faults"], "code": last["code"], "due": due,
    }  # fmt: skip


def _at(at_us: int) -> str | None:
    return iso_utc(at_us) if at_us else None


_STATES = {"good": "gut", "faulty": "mit Fehlern", "failed": "gescheitert"}


def _show(one: Card) -> None:
    under = one.keys.files.get(one.keys.current, 0)
    print(f"{one.office}: {one.bucket} auf {one.place}")
    show_facts((
        ("Akten, Dokumente", f"{one.akten}, {one.documents}"),
        ("Prüflauf", _told(one.verification)),
        ("Wiederaufbau-Übung", _told(one.drill)),
        ("Hauptschlüssel", one.keys.current),
        ("Schlüssel von Akten", f"{under} darunter, {one.keys.elsewhere} unter früheren"),
        ("ausprobiert", _at(one.probe.at_us) if one.probe else "noch nie"),
    ))  # fmt: skip
    show_table(
        [
            {"title": CAPABILITIES[each.name].title if each.name in CAPABILITIES else each.name,
             "proven": "ja" if each.proven else "nein", "note": each.note}
            for each in (one.probe.found if one.probe else ())
        ],
        {"title": "Fähigkeit", "proven": "bewiesen", "note": "Befund"},
    )  # fmt: skip
    print()


def _told(found: Standing) -> str:
    if found.open:
        return "läuft oder ist vorgemerkt"
    if found.last is None:
        return "noch nie"
    return f"{_STATES[found.last['state']]}, {_at(found.last['ended_us'])}"


def show_faults(faults: Sequence[Mapping[str, Any]]) -> None:
    """Print what is wrong, each with its place."""
    if faults:
        show_table(faults, {"what": "Fehler", "where": "Ort"})
