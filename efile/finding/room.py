"""Search over the documents of an installation, one office at a time."""

from __future__ import annotations

from efile.filing import Archive
from efile.finding.analysing import analyse_anew
from efile.index import fulltext
from efile.index.access.sight import Sight
from efile.model import Hit


class FindingRoom:
    """What is found by somebody with this sight; without one everything is."""

    def __init__(self, archive: Archive, sight: Sight | None = None) -> None:
        self._archive = archive
        self._sight = sight

    async def documents(
        self, tenant: str, text: str, limit: int = 50, akte: str | None = None
    ) -> list[Hit]:
        """Return documents by their words, in all files or in the one with this id."""
        return await self._archive.database.read(
            lambda tx: fulltext.search(tx, tenant, text, limit, self._sight, akte)
        )

    async def analyse_anew(self, tenant: str) -> int:
        """Make some documents findable as today's search finds; return how many those were.

        After an update the words of a text may be analysed in another way than they were.
        """
        return await analyse_anew(tenant, self._archive)
