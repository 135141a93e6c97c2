"""``efile export --pdf``: a whole file as PDF."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from efile import ExportOrder, Volume
from hub.app import CLOCK, open_database, open_efile
from hub.cli.access import Look, log_look
from hub.cli.command import place_of, show_json
from hub.core.clock import local_date


async def run(options: argparse.Namespace) -> int:
    """Write the volumes."""
    place = place_of(options)
    tenant = place.settings.tenant(options.tenant).id
    chosen = frozenset(options.document) if options.document else None
    rows: list[dict[str, Any]] = []
    async with open_database(place) as database, open_efile(place, database) as room:
        akte = (await room.akte(tenant, options.akte)).akte
        await log_look(database, Look("file_exported", "akte", akte.id, tenant, akte=akte.id))
        today = local_date(CLOCK.now_us())
        order = ExportOrder(tenant, akte.id, today, chosen, options.volume_mb * 1024 * 1024)
        async for volume in room.exports.whole_file(order):
            path = _path(options.pdf, volume)
            await asyncio.to_thread(path.write_bytes, volume.pdf)
            rows.append(_row(path, volume))
    if options.json:
        show_json({"volumes": rows})
        return 0
    for row in rows:
        print(f"{row['file']}: Blatt {row['first']} bis {row['last']}")
        if row["attached"]:
            print("  nicht ganz darstellbar, Original angehängt: " + ", ".join(row["attached"]))
    return 0


def _path(wanted: Path, volume: Volume) -> Path:
    if volume.volumes == 1:
        return wanted
    return wanted.with_name(f"{wanted.stem}-{volume.number}{wanted.suffix or '.pdf'}")


def _row(path: Path, volume: Volume) -> dict[str, Any]:
    return {
        "file": str(path), "first": volume.first, "last": volume.last, "bytes": len(volume.pdf),
        "attached": list(volume.lost),
    }  # fmt: skip
