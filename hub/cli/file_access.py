"""``efile access``: who works on a file, and what of it only named persons see."""

from __future__ import annotations

import argparse

from efile import GROUNDS, Akte, BlockSet, Competence
from hub.cli.command import Commands, show_facts, show_json
from hub.cli.file_desk import akte_argument, author_of, file_desk, reason_argument
from hub.core.errors import Rejected
from hub.store.casework import units
from hub.store.database import Database


def register(efile: Commands) -> None:
    """Declare the commands within those of the e-file."""
    group = efile.group("access", "Zugriff auf Akten: Zuständigkeit und Sperrvermerke")
    show = group.add("show", _show, "Zuständigkeit und Sperrvermerke zeigen", json_output=True)
    akte_argument(show)
    assign = group.add("assign", _assign, "Sagen, wer an einer Akte arbeitet")
    akte_argument(assign)
    assign.add_argument("--unit", default="", metavar="SACHGEBIET",
                        help="nur dessen Mitglieder sehen die Akte")  # fmt: skip
    assign.add_argument("--person", action="append", default=[], dest="persons", metavar="LOGIN")
    reason_argument(assign)
    block = group.add("block", _block, "Sperrvermerk: nur noch benannte Personen", json_output=True)
    akte_argument(block)
    block.add_argument("--person", action="append", required=True, dest="persons", metavar="LOGIN")
    block.add_argument("--ground", required=True, choices=sorted(GROUNDS), metavar="ANLASS",
                       help=", ".join(sorted(GROUNDS)))  # fmt: skip
    block.add_argument("--document", default="", metavar="DOKUMENT", help="ohne: die ganze Akte")
    reason_argument(block)
    unblock = group.add("unblock", _unblock, "Einen Sperrvermerk aufheben; andere bleiben")
    akte_argument(unblock)
    unblock.add_argument("block", metavar="VERMERK", help="Kennung des Sperrvermerks")
    reason_argument(unblock)


async def _show(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        akte, admission = await desk.room.access.admission(desk.tenant, options.akte)
        await desk.look("access_viewed", akte, "Zugriffsverwaltung")
    unit, persons = admission.competence.unit, admission.competence.persons
    blocks = [
        {"id": one.said.id, "ground": one.said.ground, "reason": one.said.reason,
         "persons": list(one.said.persons), "document": one.said.document or None,
         "actor": one.actor}
        for one in admission.blocks
    ]  # fmt: skip
    if options.json:
        show_json({"id": akte.id, "aktenzeichen": akte.aktenzeichen, "unit": unit or None,
                   "persons": list(persons), "blocks": blocks})  # fmt: skip
        return 0
    facts = [("Akte", f"{akte.aktenzeichen} {akte.title}"), ("Sachgebiet", unit or "keines"),
             ("Sachbearbeitung", ", ".join(persons) or "nicht benannt")]  # fmt: skip
    facts += [("Sperrvermerk", _in_words(one.said)) for one in admission.blocks]
    show_facts(facts)
    return 0


def _in_words(block: BlockSet) -> str:
    what = block.document or "ganze Akte"
    return f"{block.id}: {what}, {GROUNDS[block.ground]}, nur für {', '.join(block.persons)}"


async def _assign(options: argparse.Namespace) -> int:
    competence = Competence(unit=options.unit, persons=tuple(options.persons))
    async with file_desk(options) as desk:
        await _check(desk.database, desk.tenant, competence.persons, competence.unit)
        akte, _ = await desk.room.access.admission(desk.tenant, options.akte)
        await desk.look("competence_changed", akte, "Zugriffsverwaltung")
        noted = await desk.room.access.assign(
            desk.tenant, akte.id, competence, options.reason, author_of(options)
        )
        await desk.journal("competence_changed", akte, options.actor, noted.sha256)
    print(f"Vermerkt. {akte.aktenzeichen}: {_who(competence)}")
    return 0


def _who(competence: Competence) -> str:
    unit = f"Sachgebiet {competence.unit}" if competence.unit else "ohne Sachgebiet"
    return f"{unit}, Sachbearbeitung {', '.join(competence.persons) or 'nicht benannt'}"


async def _block(options: argparse.Namespace) -> int:
    by = author_of(options)
    async with file_desk(options) as desk:
        await _check(desk.database, desk.tenant, options.persons)
        akte, _ = await desk.room.access.admission(desk.tenant, options.akte)
        await desk.look("block_set", akte, "Zugriffsverwaltung")
        wanted = BlockSet(id=by.key, ground=options.ground, reason=options.reason,
                          persons=tuple(options.persons), document=options.document)  # fmt: skip
        noted = await desk.room.access.block(desk.tenant, akte.id, wanted, by)
        await desk.journal("block_set", akte, options.actor, noted.sha256)
    _told(options, akte, by.key)
    return 0


def _told(options: argparse.Namespace, akte: Akte, block: str) -> None:
    if options.json:
        show_json({"block": block, "akte": akte.id})
    else:
        print(f"Sperrvermerk gesetzt: {block}")


async def _unblock(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        akte, _ = await desk.room.access.admission(desk.tenant, options.akte)
        await desk.look("block_lifted", akte, "Zugriffsverwaltung")
        noted = await desk.room.access.unblock(
            desk.tenant, akte.id, options.block, options.reason, author_of(options)
        )
        await desk.journal("block_lifted", akte, options.actor, noted.sha256)
    print("Aufgehoben.")
    return 0


async def _check(
    database: Database, tenant: str, persons: tuple[str, ...] | list[str], unit: str = ""
) -> None:
    """Refuse names nobody has: a file only a typing mistake may see is lost to all.

    Raises:
        Rejected: no such person or unit in the office.
    """
    known, rooms = await database.read(
        lambda tx: (
            {row["login"] for row in units.people(tx, tenant)},
            {row["id"] for row in units.units(tx, tenant)},
        )
    )
    if missing := set(persons) - known:
        raise Rejected(
            "unknown_account", f"Das Konto „{min(missing)}“ gibt es in diesem Amt nicht."
        )
    if unit and unit not in rooms:
        raise Rejected(
            "unknown_unit", f"Das Sachgebiet „{unit}“ gibt es in diesem Amt nicht.",
            remedy="„aktenhub units list“ nennt die Sachgebiete; „units add“ legt eines an.",
        )  # fmt: skip
