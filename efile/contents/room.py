"""Reading files in portions: outline, lists behind a cursor, what is new, the file on a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from efile.filing import Archive
from efile.index import metadata, outline
from efile.index.access.sight import Sight, person, unit
from efile.index.outline import DocumentHead, Matter, Portion, TypeSeen
from efile.kinds.subfiles import Subfile, told
from efile.model import Akte, AkteView
from efile.ports import Transaction


@dataclass(frozen=True, slots=True)
class Outline:
    """A file with its matters: by part of the file where its kind has such, then latest first."""

    akte: Akte
    matters: tuple[Matter, ...]
    types: tuple[TypeSeen, ...] = ()
    """Which types of documents there are; not as of a time."""


class ContentsRoom:
    """Contents of files, one office at a time."""

    def __init__(self, archive: Archive, seen: Sight | None = None) -> None:
        """What is not ``seen`` behaves like missing; without a sight everything is seen."""
        self._archive = archive
        self._seen = seen

    def _subfiles(self, akte: Akte) -> Sequence[Subfile]:
        kind = self._archive.kinds.find(akte.kind)
        return kind.subfiles if kind else ()

    def _told(self, akte: Akte, matters: Sequence[Matter]) -> tuple[Matter, ...]:
        return told(matters, self._subfiles(akte), lambda one: one.said)

    async def view(self, tenant: str, akte: str) -> AkteView:
        """Return the whole file, its matters by part of the file where its kind has such.

        Raises:
            NotFound: this tenant has no such file.
        """
        found = await self._archive.database.read(
            lambda tx: metadata.akte_view(tx, tenant, akte, self._seen)
        )
        return found.by_subfile(self._subfiles(found.akte))

    async def akte(self, tenant: str, akte: str) -> Akte:
        """Return the file with this id or Aktenzeichen.

        Raises:
            NotFound: this tenant has no such file.
        """
        return await self._archive.database.read(
            lambda tx: metadata.find_akte(tx, tenant, akte, self._seen)
        )

    async def extent(self, tenant: str) -> tuple[int, int]:
        """Return how many files and documents an office has, seen or not: figures for operators."""
        return await self._archive.database.read(lambda tx: outline.extent(tx, tenant))

    async def outline(self, tenant: str, akte: str, portion: int) -> Outline:
        """Return a file with at most ``portion`` documents of each matter.

        Raises:
            NotFound: this tenant has no such file.
        """

        def work(tx: Transaction) -> Outline:
            found = metadata.find_akte(tx, tenant, akte, self._seen)
            matters = outline.matters(tx, found, portion, self._seen)
            types = tuple(outline.types(tx, found, self._seen))
            return Outline(found, self._told(found, matters), types)

        return await self._archive.database.read(work)

    async def as_of(self, tenant: str, akte: str, until_us: int, portion: int) -> Outline | None:
        """Return the same as it stood at a time; ``None`` before there was a document.

        Raises:
            NotFound: this tenant has no such file.
        """

        def work(tx: Transaction) -> Outline | None:
            found = metadata.find_akte(tx, tenant, akte, self._seen)
            then = outline.as_of(tx, found, until_us, self._seen)
            if then is None:
                return None
            matters = outline.matters(tx, found, portion, self._seen, until_us)
            return Outline(then, self._told(found, matters))

        return await self._archive.database.read(work)

    async def documents(
        self, tenant: str, akte: str, wanted: Portion
    ) -> tuple[Akte, list[DocumentHead]]:
        """Return documents of a file in the order of their filing.

        Raises:
            NotFound: this tenant has no such file.
        """

        def work(tx: Transaction) -> tuple[Akte, list[DocumentHead]]:
            found = metadata.find_akte(tx, tenant, akte, self._seen)
            subfiles = {one.id: one for one in self._subfiles(found)}
            part = subfiles.get(wanted.subfile)
            matters = part.matters if part else ()
            return found, outline.documents(tx, found, wanted, self._seen, matters)

        return await self._archive.database.read(work)

    async def count_since(self, akte: Akte, since_us: int) -> int:
        """Return how many documents of a file were filed after a time."""
        return await self._archive.database.read(
            lambda tx: outline.count_since(tx, akte, since_us, self._seen)
        )

    async def assigned(
        self, tenant: str, persons: Collection[str], units: Collection[str], after: str, limit: int
    ) -> tuple[list[Akte], str]:
        """Return files these persons or units work on, and behind which name more may follow."""

        def work(tx: Transaction) -> tuple[list[Akte], str]:
            names = {person(one) for one in persons} | {unit(one) for one in units}
            found = outline.assigned(tx, tenant, names, after, limit) if names else []
            akten = metadata.akten_named(tx, tenant, found, self._seen) if found else []
            following = found[-1] if len(found) == limit else ""
            return sorted(akten, key=lambda akte: akte.aktenzeichen), following

        return await self._archive.database.read(work)

    async def known(self, tenant: str, ids: Collection[str]) -> dict[str, Akte]:
        """Return those of the files, given by id, that are seen."""
        return await self._archive.database.read(
            lambda tx: metadata.akten_by_id(tx, tenant, sorted(set(ids)), self._seen)
        )

    async def places(self, tenant: str, documents: Collection[str]) -> dict[str, str]:
        """Return the file of each of these documents, given by id, that is seen."""
        return await self._archive.database.read(
            lambda tx: outline.places(tx, tenant, sorted(set(documents)), self._seen)
        )

    async def filed_since(
        self, tenant: str, akten: Collection[str], since_us: int, limit: int
    ) -> list[DocumentHead]:
        """Return documents filed in these files after a time, the oldest first."""
        if not akten:
            return []
        return await self._archive.database.read(
            lambda tx: outline.filed_since(tx, tenant, akten, since_us, limit, self._seen)
        )
