"""What the program proves of itself: the signing key, the notary, and what recurs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path

from efile import EFile, StorageUnavailable
from hub.app.place import CLOCK, SHIPPED, Place
from hub.app.rooms import efile_of, open_signing
from hub.core import failpoint
from hub.core.clock import local_date
from hub.core.settings import armed_failpoint
from hub.evidence.archiving import Archivist
from hub.evidence.benefit_ends import BenefitEnds
from hub.evidence.checkpoints import Notary
from hub.evidence.filings.heads import Heads
from hub.evidence.filings.packages import Packages
from hub.evidence.filings.preserving import Preserving
from hub.evidence.filings.stamps import Stamps
from hub.evidence.handover.checking import SchemaCheck
from hub.evidence.handover.desk import ArchiveDesk
from hub.evidence.retention import PayloadRetention
from hub.pipeline.house import House
from hub.store.database import Database
from hub.store.journal import Journal
from hub.store.shelf.orphans import Orphans
from hub.workers.loops import Duty

VERIFIER = SHIPPED / "hub" / "verifier" / "verify_journal.py"
"""The program that judges exports, proofs and archives."""
DUTY_S = 5.0
"""How often a duty looks whether it is due."""


def open_notary(place: Place, database: Database) -> Notary:
    """Open what signs checkpoints of the journal."""
    signing, rules = open_signing(place, database), place.settings.evidence
    return Notary(database, signing, CLOCK, place.checkpoints, rules)


def open_archive_desk(place: Place, database: Database) -> ArchiveDesk:
    """Open the desk at which files are offered and handed over to the archive."""
    book = Journal(place.settings.node)
    return ArchiveDesk(database, CLOCK, book, SchemaCheck(place.xdomea))


def open_archivist(place: Place, database: Database) -> Archivist:
    """Open what takes closed years out of the journal."""
    if point := armed_failpoint():
        failpoint.arm(point)
    folder = place.base / place.settings.folders.archive
    return Archivist(database, open_signing(place, database), CLOCK, folder, _is_accepted)


async def _is_accepted(archive: Path) -> bool:
    """Let the verifier, a program of its own, judge an archive."""
    judge = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(VERIFIER), str(archive),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    return await judge.wait() == 0


def open_retention(place: Place, database: Database) -> PayloadRetention:
    """Open what removes payloads whose time is over."""
    book = Journal(place.settings.node)
    return PayloadRetention(database, book, CLOCK, place.payloads, place.settings.retention)


def open_orphans(place: Place, database: Database) -> Orphans:
    """Open what collects files of large payloads that nobody names."""
    return Orphans(database, CLOCK, place.payloads)


def open_benefit_ends(place: Place, database: Database, room: EFile) -> BenefitEnds:
    """Open what tells benefit files when their benefit ended."""
    book = Journal(place.settings.node)
    return BenefitEnds(database, room.retention, CLOCK, book, place.tenant_ids)


def open_heads(place: Place, database: Database, room: EFile) -> Heads:
    """Open what signs heads of the e-file's logs."""
    book, rules = Journal(place.settings.node), place.settings.evidence
    return Heads(database, room.proof, CLOCK, book, place.tenant_ids, rules)


def open_packages(place: Place, database: Database, room: EFile) -> Packages:
    """Open what issues proof packages of files."""
    book = Journal(place.settings.node)
    return Packages(open_heads(place, database, room), database, CLOCK, book)


def duties(place: Place, house: House) -> list[Duty]:
    """Return what is looked after beside the messages' way."""
    stamps = Stamps(
        efile_of(house).proof, CLOCK, place.tenant_ids, place.settings.evidence.stamp_hours
    )
    preserving = Preserving(efile_of(house).preserving, CLOCK, place.tenant_ids)
    everywhere = partial(at_each_office, place.tenant_ids)
    return [
        ("checkpoints", open_notary(place, house.database).round, DUTY_S),
        ("retention", open_retention(place, house.database).round, DUTY_S),
        ("orphans", open_orphans(place, house.database).round, DUTY_S),
        ("efile_heads", open_heads(place, house.database, efile_of(house)).round, DUTY_S),
        ("scans", efile_of(house).scans.round, DUTY_S),
        ("first_pages", efile_of(house).first_pages.round, DUTY_S),
        ("exports", efile_of(house).exports.sweep, DUTY_S),
        ("inspections", efile_of(house).inspections.sweep, DUTY_S),
        ("efile_stamps", stamps.round, DUTY_S),
        ("evidence_records", preserving.round, DUTY_S),
        ("benefit_ends", open_benefit_ends(place, house.database, efile_of(house)).round, DUTY_S),
        ("disposal", partial(_disposal, efile_of(house)), DUTY_S),
        ("extracts", partial(everywhere, efile_of(house).extracts.round), DUTY_S),
        ("search_words", partial(everywhere, efile_of(house).finding.analyse_anew), DUTY_S),
    ]


async def _disposal(room: EFile) -> int:
    """Do a step of every approved disposal run."""
    return await room.disposal.round(local_date(CLOCK.now_us()))


async def at_each_office(offices: Iterable[str], work: Callable[[str], Awaitable[int]]) -> int:
    """Do one step for each office and return how much was done.

    Raises:
        StorageUnavailable: of some office, said at the end: it does not keep the others waiting.
    """
    done, away = 0, None
    for tenant in offices:
        try:
            done += await work(tenant)
        except StorageUnavailable as exc:
            away = exc
    if away:
        raise away
    return done
