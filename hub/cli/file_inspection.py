"""``efile inspections``: who was given a look into a file, how far it is, what the proof says."""

from __future__ import annotations

import argparse
from typing import Any

from efile import Inspection
from hub.app import CLOCK, open_database, open_efile
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of, show_json, show_table
from hub.cli.file_desk import akte_argument
from hub.core.clock import local_date
from hub.web.presentation.words import INSPECTIONS

_COLUMNS = {
    "id": "Kennung", "day": "begonnen", "asker": "für", "state": "Stand", "fault": "Störung",
    "document": "Dokument",
}  # fmt: skip


def register(efile: Commands) -> None:
    """Declare the command."""
    listing = efile.add(
        "inspections", _list, "Akteneinsichten einer Akte mit Stand und Gegenprobe zeigen",
        json_output=True,
    )  # fmt: skip
    akte_argument(listing)


async def _list(options: argparse.Namespace) -> int:
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    async with open_database(place) as database, open_efile(place, database) as room:
        akte = (await room.akte(tenant, options.akte)).akte
        await log_look(database, Look("inspections_listed", "akte", akte.id, tenant, akte=akte.id))
        found = await room.inspections.of_file(tenant, akte.id)
    if options.json:
        show_json({"inspections": [_told(one) for one in found]})
        return 0
    rows = [
        _told(one) | {"day": f"{local_date(one.begun_at_us):%d.%m.%Y}",
                      "state": INSPECTIONS[one.state].text}
        for one in found
    ]  # fmt: skip
    show_table(rows, _COLUMNS)
    return 0


def _told(one: Inspection) -> dict[str, Any]:
    report, plan = one.report, one.plan
    return {
        "id": one.id, "state": one.state, "fault": one.fault, "begun_at_us": one.begun_at_us,
        "silent_us": max(CLOCK.now_us() - one.touched_at_us, 0),
        "asker": plan.asker.name, "purpose": plan.purpose, "authors": list(plan.authors),
        "approver": one.approver, "document": one.document_id, "sha256": one.sha256,
        "documents": len(plan.documents), "withheld": len(plan.withheld),
        "proof": {
            "parts": len(one.parts) if one.sha256 else 0, "pages": report.pages,
            "pictured": report.pictured, "terms": report.terms, "boxes": report.boxes,
            "remnants": len(report.remnants),
        },
    }  # fmt: skip
