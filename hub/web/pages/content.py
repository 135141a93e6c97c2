"""The content of messages: after purpose and reason were given, for half an hour."""

from __future__ import annotations

from aiohttp import web

from efile import NotDisplayable
from hub.pipeline.desk.viewing import Enclosure
from hub.store import views
from hub.store.database import Row
from hub.store.desk.sights import PURPOSES, Sight
from hub.web.faults import Denied
from hub.web.pages.clearing import case_of
from hub.web.pages.viewer.document import download, number, width_of
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

SHOWN_BYTES = 200_000
"""So much of a long file is shown; the rest is left to the command line."""


async def form(request: web.Request) -> web.Response:
    """Ask for purpose and reason."""
    visit = visit_of(request)
    message = await message_of(request, visit)
    return render(request, "sight.html", message=message, purposes=PURPOSES, fault="",
                  target=_target(request.query.get("weiter", "")))  # fmt: skip


async def ask(request: web.Request) -> web.Response:
    """Open the content to the person who asks."""
    visit = visit_of(request)
    message = await message_of(request, visit)
    if visit.services.viewing is None:
        raise Denied(409, "form_expired")
    fields = await request.post()
    target = _target(str(fields.get("weiter", "")))
    sight = Sight(
        tenant=visit.tenant, message_id=message["id"], actor=visit.account.login,
        purpose=str(fields.get("zweck", "")), reason=str(fields.get("grund", "")).strip()[:500],
    )  # fmt: skip
    if sight.purpose not in PURPOSES or not sight.reason:
        visit.note(result="form_invalid")
        return render(request, "sight.html", status=422, message=message, purposes=PURPOSES,
                      fault="Bitte wählen Sie einen Zweck und geben Sie einen Grund an.",
                      target=target)  # fmt: skip
    await visit.services.viewing.ask(sight)
    place = target or f"/nachrichten/{message['id']}/inhalt"
    return web.Response(status=303, headers={"Location": place})


async def show(request: web.Request) -> web.Response:
    """Show the original bytes of a message as text."""
    visit = visit_of(request)
    await message_of(request, visit)
    if visit.services.viewing is None:
        raise Denied(409, "form_expired")
    message, data, sight = await visit.services.viewing.content(
        visit.tenant, request.match_info["message"], visit.account.login
    )
    return render(
        request, "content.html", message=message, sight=sight, purposes=PURPOSES,
        text=as_text(data[:SHOWN_BYTES]), cut=len(data) > SHOWN_BYTES,
    )  # fmt: skip


async def enclosure(request: web.Request) -> web.Response:
    """Show an attachment that lies in no file, and ask to which case it belongs."""
    visit, case, found = await _enclosure(request)
    page, pages, text, problem = number(request.query.get("seite", "1")), 0, None, ""
    try:
        if found.mime.startswith("text/"):
            text = as_text(found.data[:SHOWN_BYTES])
        else:
            drawn = await visit.services.efile.preview(found.mime, found.data, 1)
            pages = drawn.pages
    except NotDisplayable as error:
        problem = error.message
    return render(
        request, "enclosure.html", case=case, found=found, purposes=PURPOSES, text=text,
        cut=len(found.data) > SHOWN_BYTES, pages=pages, page=min(page, max(pages, 1)),
        problem=problem, width=width_of(request), open=case["state"] == "open",
    )  # fmt: skip


async def enclosure_page(request: web.Request) -> web.Response:
    """Return a drawn page of such an attachment."""
    visit, case, found = await _enclosure(request)
    page = number(request.match_info["page"])
    visit.note(object=f"{case['id']}#{page}")
    drawn = await visit.services.efile.preview(
        found.mime, found.data, page, width=width_of(request)
    )
    return web.Response(body=drawn.png, content_type="image/png")


async def enclosure_original(request: web.Request) -> web.Response:
    """Return such an attachment as it came: a download in a sandbox."""
    _, _, found = await _enclosure(request)
    return download(found.name, found.data)


async def _enclosure(request: web.Request) -> tuple[Visit, Row, Enclosure]:
    visit = visit_of(request)
    case = await case_of(request, visit)
    if visit.services.viewing is None:
        raise Denied(409, "form_expired")
    return visit, case, await visit.services.viewing.enclosure(case, visit.account.login)


async def message_of(request: web.Request, visit: Visit) -> Row:
    """Return the message an address names, of the reader's office."""
    tenant, message_id = visit.tenant, request.match_info["message"]
    message = await visit.services.database.read(lambda tx: views.message(tx, tenant, message_id))
    if message is None:
        raise Denied(404, "not_found")
    return message


def as_text(data: bytes) -> str | None:
    """Return bytes as people can read them; ``None`` when they are no text."""
    for encoding in ("utf-8", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if "\0" not in text else None
    return None


def _target(path: str) -> str:
    """Return where to go on, if it is a correction or an attachment of ours."""
    own = path.startswith(("/klaerfaelle/", "/berichtigungen/"))
    return path if own and "//" not in path and "\\" not in path else ""
