"""What commands on one file share: where they work, who speaks, what is logged."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from efile import Akte, Author, EFile, Outlook
from hub.app import CLOCK, Place, open_database, open_efile
from hub.cli.access import Look, log_look
from hub.cli.command import place_of
from hub.cli.parser import Parser
from hub.core.clock import local_date
from hub.core.ids import uuid7
from hub.store.database import Database
from hub.store.journal import Entry, Journal


def akte_argument(command: Parser) -> None:
    """Declare file and office."""
    command.add_argument("akte", metavar="AKTE", help="Aktenzeichen oder Kennung")
    command.add_argument("--tenant", required=True, metavar="MANDANT")


def reason_argument(command: Parser) -> None:
    """Declare reason and person."""
    command.add_argument("--reason", required=True, metavar="GRUND")
    command.add_argument("--actor", required=True, metavar="NAME", help="wer entscheidet")


@dataclass(frozen=True, slots=True)
class FileDesk:
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
async def file_desk(options: argparse.Namespace) -> AsyncIterator[FileDesk]:
    """Open what the command works with."""
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    async with open_database(place) as database, open_efile(place, database) as room:
        yield FileDesk(place, database, room, tenant, local_date(CLOCK.now_us()))


def author_of(options: argparse.Namespace) -> Author:
    """Return who speaks."""
    now_us = CLOCK.now_us()
    return Author(options.actor, now_us, uuid7(now_us))
