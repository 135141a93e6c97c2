"""Formats at risk, and documents whose pages or words nobody could make visible."""

from __future__ import annotations

from dataclasses import dataclass

from efile.filing import Archive
from efile.index.access.sight import Sight, narrowing
from efile.legibility import formats, unseen
from efile.legibility.formats import FormatSeen
from efile.legibility.unseen import Found, Lists, Shortfall, Shortfalls
from efile.model import Document
from efile.ports import Transaction


@dataclass(frozen=True, slots=True)
class AtRisk(Found):
    """A document in a format at risk."""

    has_rendition: bool
    """Every such part of it is there as PDF/A, too."""


class LegibilityRoom:
    """What can be read, one office at a time."""

    def __init__(self, archive: Archive, seen: Sight | None = None) -> None:
        """What is not ``seen`` is in no list; without a sight everything is."""
        self._archive = archive
        self._seen = seen

    async def formats(self, tenant: str) -> list[FormatSeen]:
        """Return which formats lie in an office's files, seen or not: figures for operators."""
        return await self._archive.database.read(lambda tx: formats.seen(tx, tenant))

    async def at_risk(
        self, tenant: str, mime: str, risk: str, before: str, limit: int
    ) -> list[AtRisk]:
        """Return documents with a part of this format and risk, the newest first."""
        return await self._archive.database.read(
            lambda tx: _at_risk(tx, tenant, (mime, risk), Lists(self._seen, before, limit))
        )

    async def shortfalls(self, tenant: str) -> Shortfalls:
        """Return how many documents lack something, seen or not: figures for operators."""
        return await self._archive.database.read(lambda tx: unseen.counted(tx, tenant))

    async def lacking(self, tenant: str, what: str, before: str, limit: int) -> list[Shortfall]:
        """Return documents that lack a ``picture``, ``words`` or those on a ``scan``."""
        return await self._archive.database.read(
            lambda tx: unseen.listed(tx, tenant, what, Lists(self._seen, before, limit))
        )

    async def of_document(self, document: Document) -> list[Shortfall]:
        """Return what one document lacks."""
        return await self._archive.database.read(lambda tx: unseen.of_document(tx, document))

    async def try_again(self, tenant: str) -> int:
        """Have pictures drawn and scans read again that were given up; return how many."""
        return await self._archive.database.write(lambda tx: unseen.try_again(tx, tenant))


def _at_risk(tx: Transaction, tenant: str, what: tuple[str, str], wanted: Lists) -> list[AtRisk]:
    mime, risk = what
    condition, values = formats.condition(risk)
    seen = narrowing(tx, tenant, wanted.seen)
    rows = tx.all(
        f"SELECT {unseen.HEAD}, count(*) AS parts, count(r.part) AS renditions"
        f" {unseen.FROM} JOIN efile_parts p ON p.tenant = d.tenant AND p.document_id = d.id"
        " LEFT JOIN efile_renditions r ON r.tenant = p.tenant AND r.document_id = p.document_id"
        " AND r.part = p.position"
        f" WHERE d.tenant = :tenant AND (p.mime = :mime OR p.mime LIKE :more) AND {condition}"
        f"{seen.akte}{seen.document}{unseen.BEFORE}"
        f" GROUP BY {unseen.HEAD} {unseen.ORDER}",
        tenant=tenant, mime=mime, more=f"{mime};%", **values, **seen.values, **wanted.values,
    )  # fmt: skip
    return [
        AtRisk(**unseen.head(row), has_rendition=row["parts"] == row["renditions"]) for row in rows
    ]
