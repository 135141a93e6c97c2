"""Correcting a copy of a held message: one person proposes, another decides."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from hub.core.errors import Rejected
from hub.pipeline.desk.correcting import Corrections, difference
from hub.pipeline.desk.rows import RefusedPart, RowCorrections, subject_of
from hub.pipeline.desk.viewing import Viewing
from hub.store import views
from hub.store.database import Row
from hub.store.desk import corrections, sights
from hub.web.faults import Denied
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

EDITABLE_BYTES = 40_000
"""More does not fit into a form of ours; the command line takes any size."""


async def form(request: web.Request) -> web.Response:
    """Show the original for correction, or ask for a reason first."""
    visit = visit_of(request)
    case = await _case(request, visit)
    if away := await _ask_first(request, visit, case["message_id"]):
        return away
    text = await _editable(visit, case)
    return render(request, "correction_form.html", case=case, text=text, fault="")


async def propose(request: web.Request) -> web.Response:
    """Propose the copy."""
    visit = visit_of(request)
    case = await _case(request, visit)
    own, _ = _services(visit)
    fields = await request.post()
    original = await _editable(visit, case)
    copy = str(fields.get("kopie", ""))
    if "\r\n" not in original:
        # Browsers send every line end as two characters.
        copy = copy.replace("\r\n", "\n")
    if original.endswith("\n") and not copy.endswith("\n"):
        copy += "\n"
    reason = str(fields.get("grund", "")).strip()[:500]
    proposal = await own.propose(
        visit.tenant, case["id"], copy.encode(), visit.account.login, reason
    )
    return web.Response(status=303, headers={"Location": f"/berichtigungen/{proposal}"})


async def rows_form(request: web.Request) -> web.Response:
    """Show the refused rows of a table for correction, or ask for a reason first."""
    visit = visit_of(request)
    message_id = request.match_info["message"]
    part = await _refused(visit, message_id)
    if away := await _ask_first(request, visit, message_id):
        return away
    subject = subject_of(message_id)
    waiting, over = await visit.services.database.read(
        lambda tx: (
            corrections.pending(tx, visit.tenant, subject),
            corrections.was_entered(tx, visit.tenant, subject),
        )
    )
    return render(
        request, "rows_form.html", part=part, text=part.data.decode(part.encoding, "replace"),
        small=len(part.data) <= EDITABLE_BYTES, waiting=waiting, over=over,
    )  # fmt: skip


async def rows_propose(request: web.Request) -> web.Response:
    """Propose corrected rows."""
    visit = visit_of(request)
    message_id = request.match_info["message"]
    part = await _refused(visit, message_id)
    if away := await _ask_first(request, visit, message_id):
        return away
    fields = await request.post()
    # Browsers send every line end as the two characters that end a row.
    copy = str(fields.get("kopie", "")).replace("\r\n", "\n").replace("\n", "\r\n").rstrip("\r\n")
    try:
        data = f"{copy}\r\n".encode(part.encoding)
    except UnicodeEncodeError as exc:
        raise Rejected(
            "sign_not_agreed", "Die Kopie enthält ein Zeichen, das die Schnittstelle nicht kennt.",
            place=copy[exc.start], remedy=f"Vereinbart ist {part.encoding}.",
        ) from exc  # fmt: skip
    reason = str(fields.get("grund", "")).strip()[:500]
    proposal = await _rows(visit).propose(
        visit.tenant, message_id, data, visit.account.login, reason
    )
    return web.Response(status=303, headers={"Location": f"/berichtigungen/{proposal}"})


async def _refused(visit: Visit, message_id: str) -> RefusedPart:
    tenant = visit.tenant
    if await visit.services.database.read(lambda tx: views.message(tx, tenant, message_id)) is None:
        raise Denied(404, "not_found")
    return await _rows(visit).refused(tenant, message_id)


def _rows(visit: Visit) -> RowCorrections:
    if visit.services.rows is None:
        raise Denied(409, "form_expired")
    return visit.services.rows


async def show(request: web.Request) -> web.Response:
    """Show what was changed, and by whom."""
    visit = visit_of(request)
    row = await _correction(request, visit)
    if away := await _ask_first(request, visit, row["message_id"]):
        return away
    _, viewing = _services(visit)
    before = await viewing.bytes_of(visit.tenant, row["original_sha256"])
    after = await viewing.bytes_of(visit.tenant, row["copy_sha256"])
    return render(
        request, "correction.html", row=row, lines=difference(before, after),
        own=row["proposed_by"] == visit.account.login,
        rows=row["clearing_id"] == subject_of(row["message_id"]),
    )  # fmt: skip


async def approve(request: web.Request) -> web.Response:
    """Let the copy become a message."""
    return await _decide(request, approving=True)


async def decline(request: web.Request) -> web.Response:
    """Put the copy aside."""
    return await _decide(request, approving=False)


async def _decide(request: web.Request, *, approving: bool) -> web.Response:
    visit = visit_of(request)
    row = await _correction(request, visit)
    own, _ = _services(visit)
    reason = str((await request.post()).get("grund", "")).strip()[:500]
    decide = own.approve if approving else own.decline
    await decide(visit.tenant, row["id"], visit.account.login, reason)
    return web.Response(status=303, headers={"Location": f"/berichtigungen/{row['id']}"})


def _services(visit: Visit) -> tuple[Corrections, Viewing]:
    services = visit.services
    if services.corrections is None or services.viewing is None:
        raise Denied(409, "form_expired")
    return services.corrections, services.viewing


async def _ask_first(request: web.Request, visit: Visit, message_id: str) -> web.Response | None:
    """Send to the page that asks for a reason, unless one was given lately."""
    now_us, actor, tenant = visit.services.clock.now_us(), visit.account.login, visit.tenant
    if await visit.services.database.read(
        lambda tx: sights.is_open(tx, tenant, message_id, actor, now_us)
    ):
        return None
    target = quote(request.path, safe="")
    place = f"/nachrichten/{message_id}/einsicht?weiter={target}"
    return web.Response(status=303, headers={"Location": place})


async def _editable(visit: Visit, case: Row) -> str:
    _, viewing = _services(visit)
    _, data, _ = await viewing.content(visit.tenant, case["message_id"], visit.account.login)
    try:
        text = data.decode() if len(data) <= EDITABLE_BYTES else None
    except UnicodeDecodeError:
        text = None
    if text is None:
        raise Rejected(
            "not_editable_here", "Dieser Inhalt lässt sich hier nicht bearbeiten.",
            remedy="Der Betrieb berichtigt ihn mit „aktenhub clearing correct“.",
        )  # fmt: skip
    return text


async def _case(request: web.Request, visit: Visit) -> Row:
    tenant, clearing_id = visit.tenant, request.match_info["clearing"]
    case = await visit.services.database.read(
        lambda tx: views.clearing_case(tx, tenant, clearing_id)
    )
    if case is None:
        raise Denied(404, "not_found")
    return case


async def _correction(request: web.Request, visit: Visit) -> Row:
    tenant, correction_id = visit.tenant, request.match_info["correction"]
    row = await visit.services.database.read(lambda tx: corrections.find(tx, tenant, correction_id))
    if row is None:
        raise Denied(404, "not_found")
    return row
