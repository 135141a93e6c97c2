"""The proof package (*Beweispaket*) of a file: purpose and reason first, then one ZIP."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from aiohttp import web

from efile import plain_file_name
from hub.evidence.filings.packages import PURPOSES, Wanted
from hub.web.faults import Denied
from hub.web.presentation.rendering import render
from hub.web.visit import Visit, visit_of

_LONGEST_REASON = 500


async def form(request: web.Request) -> web.Response:
    """Say what a package holds; ask for purpose and reason."""
    visit = visit_of(request)
    view = await visit.efile.akte(visit.tenant, request.match_info["akte"])
    return render(request, "proof_package.html", akte=view.akte, purposes=PURPOSES, fault="")


async def issue(request: web.Request) -> web.Response:
    """Build the package and send it; the journal names its digest."""
    visit = visit_of(request)
    view = await visit.efile.akte(visit.tenant, request.match_info["akte"])
    fields = await request.post()
    purpose = str(fields.get("zweck", ""))
    reason = str(fields.get("grund", "")).strip()[:_LONGEST_REASON]
    if purpose not in PURPOSES or not reason:
        visit.note(result="form_invalid")
        fault = "Bitte wählen Sie einen Zweck und geben Sie einen Grund an."
        return render(request, "proof_package.html", status=422, akte=view.akte,
                      purposes=PURPOSES, fault=fault)  # fmt: skip
    visit.note(purpose=f"{PURPOSES[purpose]}: {reason}")
    package, size = await _built(visit, view.akte.id, purpose)
    name = f"Beweispaket-{plain_file_name(view.akte.aktenzeichen)}.zip"
    return web.Response(
        body=package,
        headers={
            "Content-Type": "application/zip",
            "Content-Length": str(size),
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


async def _built(visit: Visit, akte: str, purpose: str) -> tuple[BinaryIO, int]:
    """Return the package, opened, and its size; nothing of it stays on the disk."""
    packages = visit.services.packages
    if packages is None:
        raise Denied(409, "form_expired")
    settings = visit.services.settings
    wanted = Wanted(
        visit.tenant, akte, settings.tenant(visit.tenant).name, visit.account.login, purpose
    )
    handle, name = await asyncio.to_thread(tempfile.mkstemp, ".zip", "beweispaket-")
    os.close(handle)
    try:
        receipt = await packages.issue(wanted, visit.efile.proof, Path(name))
        opened = await asyncio.to_thread(open, name, "rb")
    finally:
        # Opened, it can be read although it has no name any more.
        await asyncio.to_thread(os.unlink, name)
    return opened, receipt.size
