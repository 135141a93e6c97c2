"""Issues proof packages of files: signs what is not signed yet, writes, and journals it.

The journal names file, person, purpose and digest of the package; the reason stands in the
access log alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from efile import PackageReceipt, ProofRoom
from hub.core.clock import Clock
from hub.evidence.filings.heads import Heads
from hub.store.database import Database
from hub.store.journal import Entry, Journal

PURPOSES = {
    "gericht": "Vorlage bei Gericht oder Staatsanwaltschaft",
    "auskunft": "Akteneinsicht oder Auskunft an Betroffene",
    "pruefung": "Prüfung durch Revision oder Datenschutz",
    "uebergabe": "Übergabe an eine andere Stelle",
}
"""For what a package may be issued."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which package, by whom and for what."""

    tenant: str
    akte: str
    office: str
    """How people call the office."""
    actor: str
    purpose: str


class Packages:
    """Issues proof packages."""

    def __init__(self, heads: Heads, database: Database, clock: Clock, book: Journal) -> None:
        self._heads = heads
        self._database = database
        self._clock = clock
        self._book = book

    async def issue(self, wanted: Wanted, room: ProofRoom, target: Path) -> PackageReceipt:
        """Write the package of a file as ``room`` lets it be seen.

        Raises:
            FilingError: there is no such file, or something stored is not as filed.
        """
        await self._heads.sign(wanted.tenant)
        receipt = await room.package(wanted.tenant, wanted.akte, target, wanted.office)
        entry = Entry(
            wanted.tenant, "proof_package_issued", case_key=receipt.aktenzeichen,
            actor=wanted.actor, digest=receipt.sha256,
            facts={"akte": receipt.akte, "documents": receipt.documents,
                   "purpose": wanted.purpose},
        )  # fmt: skip
        now_us = self._clock.now_us()
        await self._database.write(lambda tx: self._book.append(tx, now_us, entry))
        return receipt
