"""What the script of the document view is told: where the bytes lie, and what comes next."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from efile import Document, DocumentPart
from hub.web.pages.viewer import scripts, tickets
from hub.web.visit import Visit

DRAWN = ("application/pdf", "image/")
"""What has pages."""
Told = dict[str, object]


def is_live(visit: Visit, document: Document) -> bool:
    """Say whether the browser draws this document itself."""
    return _bytes(document) is not None and bool(scripts.base(visit.services.pdfjs))


async def told(visit: Visit, ordered: Sequence[Document], place: int, *, drawn: bool) -> Told:
    """Return what the script needs; with ``drawn`` the server has drawn the pages already."""
    document = ordered[place]
    around = [ordered[at] for at in (place + 1, place - 1) if 0 <= at < len(ordered)]
    lacking = await visit.efile.first_pages.lacking(
        visit.tenant, [one.id for one in (document, *around)]
    )
    pdf = None if drawn else _bytes(document)
    return {
        "id": document.id,
        "address": address(document),
        "ticket": tickets.ticket(visit, document.id),
        "first": _first(document, lacking),
        "pdf": pdf,
        "image": f"{address(document)}/seiten/1.png" if pdf else None,
        "around": [{"first": _first(one, lacking), "pdf": _bytes(one)} for one in around],
    }


def address(document: Document) -> str:
    """Return where a document is shown."""
    return f"/akten/{document.akte_id}/dokumente/{document.id}"


def _first(document: Document, lacking: Collection[str]) -> str | None:
    """Return where the picture of the first page lies, if there is one."""
    there = _shown(document) is not None and document.id not in lacking
    return f"{address(document)}/erste-seite.webp" if there else None


def _bytes(document: Document) -> Told | None:
    """Return where the bytes lie that the browser draws, if it is a PDF."""
    shown = _shown(document)
    if shown is None or not shown.mime.startswith("application/pdf"):
        return None
    return {"address": f"{address(document)}/teile/{shown.position}", "size": shown.size}


def _shown(document: Document) -> DocumentPart | None:
    """Return the part that people look at, if it has pages."""
    own = (part for part in document.parts if part.parent is None)
    return next((part for part in own if part.mime.startswith(DRAWN)), None)
