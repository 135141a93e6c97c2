"""``clearing correct|rows|approve|…``, ``journal content``: content, with purpose and reason."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.app import CLOCK, Place, open_database
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, show_json
from hub.cli.parser import existing_file
from hub.core.errors import Rejected
from hub.formats.catalog import Catalog
from hub.pipeline.desk.correcting import Corrections, difference
from hub.pipeline.desk.rows import RowCorrections
from hub.pipeline.desk.viewing import Viewing
from hub.store import clearing, messages
from hub.store.database import Database, Row
from hub.store.desk import corrections
from hub.store.desk.sights import PURPOSES, Sight
from hub.store.journal import Journal
from hub.store.payloads import Payloads


def declare(group: Commands) -> None:
    """Declare what belongs to clearing cases."""
    text = "Berichtigte Kopie einer angehaltenen Nachricht vorschlagen"
    correct = group.add("correct", _correct, text)
    correct.add_argument("id")
    correct.add_argument("file", type=existing_file, metavar="DATEI")
    _who(correct)
    text = "Abgewiesene Sätze einer Tabelle als eigene Datei ausgeben, mit Zweck und Grund"
    rows = group.add("rows", _rows, text)
    rows.add_argument("id", metavar="NACHRICHT")
    rows.add_argument("--to", type=Path, metavar="DATEI", help="statt auf die Ausgabe")
    _why(rows)
    text = "Berichtigte Sätze einer Tabelle vorschlagen; nur die abgewiesenen"
    correct_rows = group.add("correct-rows", _correct_rows, text)
    correct_rows.add_argument("id", metavar="NACHRICHT")
    correct_rows.add_argument("file", type=existing_file, metavar="DATEI")
    _who(correct_rows)
    for name, run, text in (
        ("approve", _approve, "Einer berichtigten Kopie zustimmen; nie der eigenen"),
        ("decline", _decline, "Eine berichtigte Kopie ablehnen"),
    ):
        decide = group.add(name, run, text)
        decide.add_argument("id", metavar="BERICHTIGUNG")
        _who(decide)
    text = "Unterschied einer berichtigten Kopie zeigen"
    shown = group.add("difference", _difference, text, json_output=True)
    shown.add_argument("id", metavar="BERICHTIGUNG")
    _why(shown)


def declare_content(group: Commands) -> None:
    """Declare what belongs to messages."""
    content = group.add("content", _content, "Inhalt einer Nachricht ausgeben, mit Zweck und Grund")
    content.add_argument("id")
    content.add_argument("--to", type=Path, metavar="DATEI", help="statt auf die Ausgabe")
    _why(content)


def _who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, metavar="GRUND")
    parser.add_argument("--actor", required=True, metavar="NAME", help="wer entscheidet")


def _why(parser: argparse.ArgumentParser) -> None:
    _who(parser)
    parser.add_argument(
        "--purpose", required=True, choices=tuple(PURPOSES), metavar="ZWECK",
        help=", ".join(PURPOSES),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rooms:
    place: Place
    database: Database
    corrections: Corrections
    viewing: Viewing


@asynccontextmanager
async def _rooms(options: argparse.Namespace) -> AsyncIterator[_Rooms]:
    place = place_of(options)
    async with open_database(place) as database:
        journal = Journal(place.settings.node)
        payloads = Payloads(database, place.payloads)
        yield _Rooms(
            place, database, Corrections(database, journal, CLOCK, payloads),
            Viewing(database, journal, CLOCK, payloads),
        )  # fmt: skip


async def _correct(options: argparse.Namespace) -> int:
    async with _rooms(options) as rooms:
        case = await rooms.database.read(
            lambda tx: clearing.find_in(tx, rooms.place.tenant_ids, options.id)
        )
        if case is None:
            raise Rejected("clearing_unknown", "Diesen Klärfall gibt es nicht.", place=options.id)
        look = Look("correction_proposed", "clearing", case["id"], case["tenant"])
        await log_look(rooms.database, look)
        data = await asyncio.to_thread(options.file.read_bytes)
        proposal = await rooms.corrections.propose(
            case["tenant"], case["id"], data, options.actor, options.reason
        )
    print(f"Vorgeschlagen: {proposal}. Eine andere Person muss zustimmen.")
    return 0


async def _rows(options: argparse.Namespace) -> int:
    async with _rooms(options) as rooms:
        found = await _message(rooms, options.id)
        await _open(rooms, options, found["tenant"], found["id"])
        part = await _row_corrections(rooms).refused(found["tenant"], found["id"])
    if options.to:
        await asyncio.to_thread(options.to.write_bytes, part.data)
    else:
        sys.stdout.write(_printable(part.data.decode(part.encoding, "replace")))
    return 0


async def _correct_rows(options: argparse.Namespace) -> int:
    async with _rooms(options) as rooms:
        found = await _message(rooms, options.id)
        look = Look("correction_proposed", "message", found["id"], found["tenant"])
        await log_look(rooms.database, look)
        data = await asyncio.to_thread(options.file.read_bytes)
        proposal = await _row_corrections(rooms).propose(
            found["tenant"], found["id"], data, options.actor, options.reason
        )
    print(f"Vorgeschlagen: {proposal}. Eine andere Person muss zustimmen.")
    return 0


def _row_corrections(rooms: _Rooms) -> RowCorrections:
    place = rooms.place
    return RowCorrections(
        rooms.database, Journal(place.settings.node), CLOCK,
        Payloads(rooms.database, place.payloads), Catalog.load(place.schemas),
    )  # fmt: skip


async def _message(rooms: _Rooms, message_id: str) -> Row:
    found = await rooms.database.read(
        lambda tx: messages.find_in(tx, rooms.place.tenant_ids, message_id)
    )
    if found is None:
        raise Rejected("message_unknown", f"Es gibt keine Nachricht {message_id}.")
    return found


async def _approve(options: argparse.Namespace) -> int:
    return await _decide(options, approving=True)


async def _decline(options: argparse.Namespace) -> int:
    return await _decide(options, approving=False)


async def _decide(options: argparse.Namespace, *, approving: bool) -> int:
    async with _rooms(options) as rooms:
        row = await _correction(rooms, options.id)
        word = "correction_approved" if approving else "correction_declined"
        await log_look(rooms.database, Look(word, "correction", row["id"], row["tenant"]))
        decide = rooms.corrections.approve if approving else rooms.corrections.decline
        changed = await decide(row["tenant"], row["id"], options.actor, options.reason)
    print("Vermerkt." if changed else "War schon entschieden; es wurde nichts geändert.")
    return 0


async def _difference(options: argparse.Namespace) -> int:
    async with _rooms(options) as rooms:
        row = await _correction(rooms, options.id)
        await _open(rooms, options, row["tenant"], row["message_id"])
        versions = [
            await rooms.viewing.bytes_of(row["tenant"], row[name])
            for name in ("original_sha256", "copy_sha256")
        ]
    lines = difference(*versions)
    if options.json:
        show_json({"id": row["id"], "state": row["state"], "proposed_by": row["proposed_by"],
                   "reason": row["reason"], "difference": lines})  # fmt: skip
    else:
        print("\n".join(_printable(line) for line in lines))
    return 0


async def _content(options: argparse.Namespace) -> int:
    async with _rooms(options) as rooms:
        found = await _message(rooms, options.id)
        await _open(rooms, options, found["tenant"], found["id"])
        _, data, _ = await rooms.viewing.content(found["tenant"], found["id"], options.actor)
    if options.to:
        await asyncio.to_thread(options.to.write_bytes, data)
    else:
        sys.stdout.write(_printable(data.decode(errors="replace")))
    return 0


async def _open(rooms: _Rooms, options: argparse.Namespace, tenant: str, message_id: str) -> None:
    await log_look(rooms.database, Look("content_viewed", "message", message_id, tenant))
    sight = Sight(
        tenant=tenant, message_id=message_id, actor=options.actor, purpose=options.purpose,
        reason=options.reason,
    )  # fmt: skip
    await rooms.viewing.ask(sight)


async def _correction(rooms: _Rooms, correction_id: str) -> Row:
    row = await rooms.database.read(
        lambda tx: corrections.find_in(tx, rooms.place.tenant_ids, correction_id)
    )
    if row:
        return row
    raise Rejected("correction_unknown", "Diese Berichtigung gibt es nicht.", place=correction_id)


def _printable(text: str) -> str:
    """Return text fit for a terminal: senders' words must not steer it."""
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)
