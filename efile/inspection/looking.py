"""Pages as pictures, for people who decide: with frames around marks, or of the finished copy."""

from __future__ import annotations

from efile.export.whole import Source
from efile.inspection import book
from efile.inspection.plan import Inspection
from efile.inspection.release import Release, missing
from efile.inspection.workshop import Workshop
from efile.model import PageImage
from efile.ports import Database


class Looking:
    """Draws what one person may see."""

    def __init__(
        self, source: Source, workshop: Workshop, release: Release, database: Database
    ) -> None:
        self._source = source
        self._workshop = workshop
        self._release = release
        self._database = database

    async def page(self, one: Inspection, document: str, page: int, width: int) -> PageImage:
        """Return a page of a document; the marks on it are numbered in their order.

        Raises:
            NotFound: there is no such document in the inspection.
            NotDisplayable: it has no such page.
        """
        if document not in one.plan.documents:
            raise missing()
        view = await self._source.akte(one.tenant, one.akte_id)
        shown = next(each for each in view.documents if each.id == document)
        marks = await self._database.read(lambda tx: book.marks(tx, one, document))
        told = [
            {"number": number, "state": each.state, "boxes": each.boxes}
            for number, each in enumerate((m for m in marks if m.page == page), 1)
        ]
        pages, png = await self._workshop.view(shown, page, width, told)
        return PageImage(page, pages, width, 0, png)

    async def copy(self, one: Inspection, page: int, width: int) -> bytes:
        """Return a page of the copy as PNG.

        Raises:
            NotFound: there is no copy.
            NotDisplayable: it has no such page.
        """
        number, inner = one.place(page)
        return await self._workshop.page_of(await self._release.part(one, number), inner, width)
