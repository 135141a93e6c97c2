"""The bytes of a part for the view in the browser, whole or in ranges, proven in every case.

They leave as a download in a sandbox, like the original: only the viewer's script reads
them, and never as a page of ours.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from aiohttp import web

from efile import Document
from hub.web.faults import Denied
from hub.web.pages.viewer import tickets
from hub.web.pages.viewer.document import document_of, download, number
from hub.web.pages.viewer.proven import PROVEN
from hub.web.visit import visit_of

TICKET = "X-Sicht"
"""Header with the ticket of what was asked for ahead."""
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


async def part(request: web.Request) -> web.Response:
    """Return a part, or the range of it that was asked for."""
    visit = visit_of(request)
    document = await document_of(request, visit)
    position = number(request.match_info["part"], least=0)
    if position >= len(document.parts):
        raise Denied(404, "not_found")
    visit.note(object=f"{document.id}#{position}")
    visit.recorded = tickets.is_valid(visit, document.id, request.query.get("sicht", ""))
    kept, one = request.app[PROVEN], document.parts[position]
    data = await kept.get(
        (visit.tenant, one.sha256),
        lambda: visit.efile.fetch(visit.tenant, document.id, position),
    )
    return _answer(request, document, position, data, in_ranges=len(data) <= kept.kept_bytes)


async def first_page(request: web.Request) -> web.Response:
    """Return the picture of the first page, which is seen until the browser has drawn it.

    Asked for ahead it is an access of its own; then its answer carries the ticket under which
    the bytes of the same document come.
    """
    visit = visit_of(request)
    document = await document_of(request, visit)
    visit.recorded = tickets.is_valid(visit, document.id, request.query.get("sicht", ""))
    picture = await visit.efile.first_pages.picture(visit.tenant, document.id)
    response = web.Response(body=picture, content_type="image/webp")
    if not visit.recorded:
        response.headers[TICKET] = tickets.ticket(visit, document.id)
    return response


async def printed(request: web.Request) -> web.Response:
    """Take note that a document is printed; the browser prints once this has been answered."""
    await document_of(request, visit_of(request))
    return web.Response(text="")


def _answer(
    request: web.Request, document: Document, position: int, data: bytes, *, in_ranges: bool
) -> web.Response:
    whole = len(data)
    asked = _RANGE.fullmatch(request.headers.get("Range", "")) if in_ranges else None
    bounds = _bounds(asked, whole) if asked else (0, whole)
    if bounds is None:
        response = web.Response(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        response.headers["Content-Range"] = f"bytes */{whole}"
        return response
    begin, end = bounds
    response = download(document.parts[position].name or "", data[begin:end])
    response.headers["Accept-Ranges"] = "bytes" if in_ranges else "none"
    if asked:
        response.set_status(HTTPStatus.PARTIAL_CONTENT)
        response.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{whole}"
    return response


def _bounds(asked: re.Match[str], whole: int) -> tuple[int, int] | None:
    """Return where the range begins and ends; ``None`` where nothing of it exists."""
    first, last = asked[1], asked[2]
    if not first:
        begin, end = (whole - min(int(last or 0), whole), whole)
    else:
        begin, end = int(first), min(int(last) + 1 if last else whole, whole)
    return (begin, end) if begin < end else None
