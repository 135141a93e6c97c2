"""Who may see what in an office: competence (*Zuständigkeit*) and blocks (*Sperrvermerke*).

Both are notes in the file. The note of a block on a document is as secret as the document.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from efile import filing
from efile.errors import InvalidRequest, NotFound
from efile.filing import Archive
from efile.index import keeping, metadata
from efile.index.access import guards
from efile.index.access.guards import Admission
from efile.index.access.sight import FILE, Sight
from efile.kinds.statement import AccessSaid, BlockLifted, BlockSet, Competence, Statement
from efile.model import Akte, FiledDocument
from efile.ports import Transaction
from efile.retention.notes import Author, checked_text, note

GROUNDS = {
    "entrusted": "Anvertraut (§ 65 SGB VIII)",
    "address": "Auskunftssperre (§ 51 BMG)",
    "bias": "Befangenheit, eigene Angelegenheit (§§ 16, 17 SGB X)",
    "special": "Besonders schutzbedürftige Daten (§ 67 Abs. 1 SGB X)",
}
"""Why something is blocked; the word stands in the note, the sentence on the page."""
_NAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,120}")
_MOST_PERSONS = 50


@dataclass(frozen=True, slots=True)
class Unseen:
    """What of a file somebody does not see."""

    documents: frozenset[str]
    sources: frozenset[str]
    """Messages these documents came with."""


class AccessRoom:
    """Access, one office at a time."""

    def __init__(self, archive: Archive, seen: Sight | None = None) -> None:
        """What is not ``seen`` behaves like missing; without a sight everything is seen."""
        self._archive = archive
        self._seen = seen

    async def admission(self, tenant: str, akte: str) -> tuple[Akte, Admission]:
        """Return who is responsible for a file and which blocks are seen in it.

        Raises:
            NotFound: this tenant has no such file.
        """

        def work(tx: Transaction) -> tuple[Akte, Admission]:
            found = metadata.find_akte(tx, tenant, akte, self._seen)
            admission = guards.admission_of(keeping.statements(tx, tenant, [found.id])[found.id])
            if self._seen is None:
                return found, admission
            unseen = {d for _, d in guards.hidden(tx, tenant, (found.id,), self._seen)}
            seen = tuple(one for one in admission.blocks if one.note not in unseen)
            return found, Admission(admission.competence, seen)

        return await self._archive.database.read(work)

    async def unseen(self, tenant: str, akte_id: str) -> Unseen:
        """Return which documents of a file are not seen."""
        sight = self._seen
        if sight is None:
            return Unseen(frozenset(), frozenset())

        def work(tx: Transaction) -> Unseen:
            ids = {d for _, d in guards.hidden(tx, tenant, (akte_id,), sight) if d != FILE}
            found = metadata.find_documents(tx, tenant, sorted(ids))
            sources = frozenset(one.source_id for one in found.values() if one.source_id)
            return Unseen(frozenset(ids), sources)

        return await self._archive.database.read(work)

    async def visible(self, tenant: str, names: Collection[str]) -> set[str]:
        """Return those of the files, by id or Aktenzeichen, that are seen."""

        def work(tx: Transaction) -> set[str]:
            found = metadata.akten_named(tx, tenant, sorted(names), self._seen) if names else []
            return {akte.aktenzeichen for akte in found}

        return await self._archive.database.read(work)

    async def unit_files(self, tenant: str) -> dict[str, int]:
        """Return how many files name each unit of an office: numbers, whoever sees the files."""
        return await self._archive.database.read(lambda tx: guards.unit_files(tx, tenant))

    async def assign(
        self, tenant: str, akte: str, competence: Competence, reason: str, by: Author
    ) -> FiledDocument:
        """Say who works on a file from now on; where a unit is named, nobody else sees it.

        Raises:
            NotFound: no such file.
            InvalidRequest: a name or the reason cannot be meant.
        """
        found, _ = await self.admission(tenant, akte)
        if competence.unit:
            _checked_names([competence.unit], "unit")
        _checked_names(competence.persons, "persons")
        content = {
            "Zuständig": competence.unit or "alle mit Zugang zu dieser Aktenart",
            "Sachbearbeitung": ", ".join(competence.persons) or "nicht benannt",
            "Grund": checked_text(reason, "reason"),
        }
        said = AccessSaid(competence=competence)
        return await self._file(found, "Zuständigkeit geändert", content, said, by)

    async def block(self, tenant: str, akte: str, wanted: BlockSet, by: Author) -> FiledDocument:
        """Let only the named persons see a file, or one document of it.

        Raises:
            NotFound: no such file or document.
            InvalidRequest: nobody is named, or ground or reason cannot be meant.
        """
        found, _ = await self.admission(tenant, akte)
        if wanted.document:
            await self._check_document(found, wanted.document)
        if not wanted.persons:
            raise _invalid("persons")
        _checked_names(wanted.persons, "persons")
        if wanted.ground not in GROUNDS:
            raise _invalid("ground")
        content = {
            "Sperrvermerk": "ein Dokument" if wanted.document else "ganze Akte",
            "Anlass": GROUNDS[wanted.ground],
            "Grund": checked_text(wanted.reason, "reason"),
            "Nur für": ", ".join(wanted.persons),
            "Kennung": wanted.id,
        }
        return await self._file(found, "Sperrvermerk", content, AccessSaid(block=wanted), by)

    async def unblock(
        self, tenant: str, akte: str, block: str, reason: str, by: Author
    ) -> FiledDocument:
        """End one block; others stay.

        Raises:
            NotFound: no such file, or it has no such block any more.
            InvalidRequest: the reason says nothing.
        """
        found, admission = await self.admission(tenant, akte)
        if block not in {one.said.id for one in admission.blocks}:
            raise NotFound(
                "block_missing",
                "Diese Akte hat keinen solchen Sperrvermerk, oder er ist schon aufgehoben.",
                remedy="„aktenhub efile access show“ nennt die Sperrvermerke der Akte.",
            )
        lifted = BlockLifted(id=block, reason=checked_text(reason, "reason"))
        content = {"Sperrvermerk": "aufgehoben", "Grund": lifted.reason, "Kennung": block}
        return await self._file(
            found, "Sperrvermerk aufgehoben", content, AccessSaid(unblocked=lifted), by
        )

    async def _check_document(self, akte: Akte, document: str) -> None:
        found = await self._archive.database.read(
            lambda tx: metadata.document(tx, akte.tenant, document, self._seen)
        )
        if found.akte_id != akte.id:
            raise _invalid("document")

    async def _file(
        self, akte: Akte, title: str, content: dict[str, str], said: AccessSaid, by: Author
    ) -> FiledDocument:
        checked_text(by.name, "actor")
        request = note(akte, title, content, Statement(access=said), by)
        return await filing.file(request, self._archive)


def _checked_names(names: Sequence[str], field: str) -> None:
    if len(names) > _MOST_PERSONS or not all(_NAME.fullmatch(name) for name in names):
        raise _invalid(field)


def _invalid(field: str) -> InvalidRequest:
    return InvalidRequest(
        "access_invalid",
        "Eine Angabe zum Zugriff fehlt oder passt nicht.",
        remedy="Mindestens eine Person, einen Anlass und einen Grund nennen.",
        place=field,
    )
