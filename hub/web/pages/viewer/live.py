"""What the script of the document view is told: where the bytes lie, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence

from efile import Document
from hub.web.pages.viewer import scripts, tickets
from hub.web.visit import Visit

DRAWN = ("application/pdf", "image/")
"""What has pages."""
Told = dict[str, object]


def is_live(visit: Visit, document: Document) -> bool:
    """Say whether the browser draws this document itself."""
    return _pdf(document) is not None and bool(scripts.base(visit.services.pdfjs))


def told(visit: Visit, ordered: Sequence[Document], place: int, *, drawn: bool) -> Told:
    """Return what the script needs; with ``drawn`` the server has drawn the pages already."""
    document = ordered[place]
    around = [ordered[at] for at in (place + 1, place - 1) if 0 <= at < len(ordered)]
    pdf = None if drawn else _part(document)
    return {
        "id": document.id,
        "address": address(document),
        "ticket": tickets.ticket(visit, document.id),
        "pdf": pdf,
        "image": f"{address(document)}/seiten/1.png" if pdf else None,
        "around": [found for one in around if (found := _part(one))],
    }


def address(document: Document) -> str:
    """Return where a document is shown."""
    return f"/akten/{document.akte_id}/dokumente/{document.id}"


def _part(document: Document) -> Told | None:
    position = _pdf(document)
    if position is None:
        return None
    return {
        "address": f"{address(document)}/teile/{position}",
        "size": document.parts[position].size,
    }


def _pdf(document: Document) -> int | None:
    """Return the part that people look at, if it is a PDF."""
    own = (part for part in document.parts if part.parent is None)
    shown = next((part for part in own if part.mime.startswith(DRAWN)), None)
    return shown.position if shown and shown.mime.startswith("application/pdf") else None
