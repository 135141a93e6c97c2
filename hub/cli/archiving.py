"""``journal archive``: closed years leave the database; what proves them stays."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hub.app import CLOCK, VERIFIER, Place, open_archivist, open_database, open_notary
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, scope_of, show_json
from hub.cli.parser import year
from hub.core.errors import Rejected
from hub.evidence import export
from hub.evidence.archive_file import proven
from hub.evidence.archiving import Archivist
from hub.evidence.closing import Plan
from hub.evidence.export import Period
from hub.evidence.proof import Archived, Proven
from hub.evidence.seals import Seal
from hub.store.database import Row
from hub.store.journal import Journal

_IN_THE_WAY = {
    "message": ("offene Nachrichten", "zu Ende bringen: „aktenhub journal list“"),
    "clearing": ("offene Klärfälle", "entscheiden: „aktenhub clearing list“"),
    "case": ("Fälle, deren Daten bleiben", "das Behalten beenden: „aktenhub retention release“"),
}
"""Per kind: what it is, what to do."""


def declare(group: Commands) -> None:
    """Declare the command in the group ``journal``."""
    archive = group.add("archive", _archive, "Ein abgeschlossenes Jahr aus der Datenbank in ein "
                        "besiegeltes Archiv legen", json_output=True)  # fmt: skip
    archive.add_argument("year", type=year, metavar="JAHR")
    archive.add_argument("--tenant", metavar="MANDANT")
    archive.add_argument(
        "--execute", action="store_true", help="ausführen; ohne die Angabe nur sagen, was geschähe"
    )
    archive.add_argument(
        "--partial", action="store_true",
        help="nur bis vor den ersten Eintrag, der im Weg steht, statt gar nicht",
    )  # fmt: skip


async def _archive(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = scope_of(options, place)
    wanted: Period = options.year
    if wanted.until_us > CLOCK.now_us():
        raise Rejected(
            "year_not_over", "Archiviert wird nur ein abgeschlossenes Jahr.", place=wanted.name,
            remedy="Ein früheres Jahr angeben.",
        )  # fmt: skip
    async with open_database(place) as database:
        await log_look(database, Look("journal_archived", "journal", wanted.name, tenant))
        await open_notary(place, database).catch_up()
        offices = [tenant] if tenant else await database.read(export.tenants)
        archivist = open_archivist(place, database)
        plans = {office: await archivist.plan(office, wanted) for office in offices}
        done: dict[str, dict[str, Any]] = {}
        blocked = any(plan.obstacles for plan in plans.values()) and not options.partial
        if options.execute and not blocked:
            book = Journal(place.settings.node)
            for office, plan in plans.items():
                done[office] = await _carry_out(archivist, book, office, plan)
            await archivist.give_back()
    if done:
        await asyncio.to_thread(shutil.copy, VERIFIER, folder_of(place) / VERIFIER.name)
    _show(options, plans, done, blocked=blocked)
    return 1 if blocked else 0


async def _carry_out(
    archivist: Archivist, book: Journal, office: str, plan: Plan
) -> dict[str, Any]:
    seal = None
    if plan.free:
        seal = await archivist.archive(plan.free, book, f"cli:{getpass.getuser()}")
    removed = await archivist.remove(office)
    return {"archive": seal.file if seal else None, "removed": removed}


def _show(
    options: argparse.Namespace, plans: dict[str, Plan], done: dict[str, dict[str, Any]], *,
    blocked: bool,
) -> None:  # fmt: skip
    if options.json:
        offices = [_facts(office, plan) | done.get(office, {}) for office, plan in plans.items()]
        show_json({"year": options.year.name, "executed": bool(done), "tenants": offices})
        return
    for office, plan in plans.items():
        _show_plan(office, plan)
        if result := done.get(office):
            print(f"  Archiv: {result['archive'] or 'keines nötig'}")
            print(f"  aus der Datenbank entfernt: {result['removed']}")
    if blocked:
        print("Nichts wurde geändert. Was im Weg steht, erledigen, oder mit --partial nur")
        print("archivieren, was davor liegt.")
    elif not options.execute:
        print("Nichts wurde geändert. Ausführen mit --execute.")
    elif done:
        print(f"Die Archive liegen in „{folder_of(place_of(options))}“; kopieren Sie sie an einen")
        print("zweiten Ort. Prüfen: „aktenhub journal verify --archives“.")


def _show_plan(office: str, plan: Plan) -> None:
    print(f"Mandant {office}:")
    if plan.left:
        print(f"  {plan.left} schon archivierte Einträge sind noch zu entfernen")
    if plan.whole is None:
        print("  nichts zu archivieren")
        return
    run = plan.whole.run
    print(f"  Einträge {run.first} bis {run.last} ({plan.whole.entries}), endet mit Prüfpunkt "
          f"{plan.whole.checkpoint.number}")  # fmt: skip
    for one in plan.obstacles:
        what, remedy = _IN_THE_WAY[one.kind]
        more = ", …" if one.count > len(one.examples) else ""
        print(f"  im Weg: {one.count} {what} ab Eintrag {one.first_seq}: "
              f"{', '.join(one.examples)}{more}; {remedy}")  # fmt: skip
    if plan.obstacles:
        free = plan.free
        print(f"  davor: Einträge {free.run.first} bis {free.run.last} ({free.entries})" if free
              else "  davor: nichts, was mit einem Prüfpunkt endet")  # fmt: skip


def _facts(office: str, plan: Plan) -> dict[str, Any]:
    return {
        "tenant": office,
        "first": plan.whole.run.first if plan.whole else None,
        "last": plan.whole.run.last if plan.whole else None,
        "entries": plan.whole.entries if plan.whole else 0,
        "free_last": plan.free.run.last if plan.free else None,
        "obstacles": [asdict(one) for one in plan.obstacles],
        "left": plan.left,
    }


def folder_of(place: Place) -> Path:
    """Return the folder of the archives."""
    return place.base / place.settings.folders.archive


def files(place: Place) -> list[Path]:
    """Return the files of all archives."""
    return sorted(folder_of(place).glob("*.jsonl.gz"))


def reader(place: Place) -> Archived:
    """Return what finds entries in the archives of an installation."""
    folder = folder_of(place)

    def found(seals: Sequence[Seal], is_wanted: Callable[[Row], bool]) -> list[Proven]:
        return [one for seal in seals for one in proven(folder / seal.file, seal, is_wanted)]

    return found
