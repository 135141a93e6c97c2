"""``efile export --proof``: the proof package (*Beweispaket*) of a file."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from hub.app import open_packages
from hub.cli.command import show_facts, show_json
from hub.cli.file_desk import file_desk
from hub.evidence.filings.packages import Wanted


async def run(options: argparse.Namespace) -> int:
    """Write the package; it is there whole or not at all."""
    async with file_desk(options) as desk:
        akte = (await desk.found(options.akte)).akte
        await desk.look("proof_package_issued", akte, purpose=options.reason)
        office = desk.place.settings.tenant(options.tenant).name
        wanted = Wanted(desk.tenant, akte.id, office, options.actor, "befehl")
        packages = open_packages(desk.place, desk.database, desk.room)
        target = options.output
        temporary = target.with_name(f".{target.name}.tmp")
        try:
            receipt = await packages.issue(wanted, desk.room.proof, temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    if options.json:
        show_json({"file": str(target), **asdict(receipt)})
        return 0
    show_facts(
        [
            ("Beweispaket", str(target)),
            ("Dokumente", str(receipt.documents)),
            ("Bytes", str(receipt.size)),
            ("SHA-256", receipt.sha256),
        ]
    )
    return 0
