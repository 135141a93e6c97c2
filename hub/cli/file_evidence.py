"""``efile evidence``: evidence records (RFC 4998) of closed files."""

from __future__ import annotations

import argparse

from hub.cli.command import Commands, show_json, show_table
from hub.cli.file_desk import author_of, file_desk


def register(efile: Commands) -> None:
    """Declare the command."""
    command = efile.add("evidence", _run, "Beweisdokumente abgeschlossener Akten (RFC 4998)",
                        json_output=True)  # fmt: skip
    command.add_argument("--tenant", required=True, metavar="MANDANT")
    command.add_argument("--actor", required=True, metavar="NAME", help="wer es veranlasst")
    act = command.add_mutually_exclusive_group()
    act.add_argument("--renew", metavar="AKTE", help="den Zeitstempel einer Akte erneuern")
    act.add_argument(
        "--strengthen", metavar="AKTE", help="die Inhalte einer Akte neu mit SHA-512 binden"
    )


async def _run(options: argparse.Namespace) -> int:
    async with file_desk(options) as desk:
        room, by = desk.room.preserving, author_of(options)
        name = options.renew or options.strengthen
        akte = (await desk.found(name)).akte if name else None
        await desk.look("evidence_made", akte, purpose="Beweiserhaltung")
        if options.renew:
            made = [await room.renew(desk.tenant, options.renew, by)]
        elif options.strengthen:
            made = [await room.strengthen(desk.tenant, options.strengthen, by)]
        else:
            made = await room.preserve(desk.tenant, by, desk.today)
        for one in made:
            await desk.journal("evidence_made", one.akte, options.actor)
    rows = [{"aktenzeichen": one.akte.aktenzeichen, "id": one.akte.id, "contents": one.contents}
            for one in made]  # fmt: skip
    if options.json:
        show_json({"akten": rows})
    else:
        show_table(rows, {"aktenzeichen": "Aktenzeichen", "contents": "Inhalte"})
    return 0
