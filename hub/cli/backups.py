"""``backup``, ``restore``: a copy of the running installation, and putting it back."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from hub.app import back_up, check_backup, open_database, restore
from hub.cli.command import Commands, place_of


def register(commands: Commands) -> None:
    """Declare the commands."""
    backup = commands.add("backup", _backup, "Die laufende Installation sichern")
    backup.add_argument("folder", type=Path, metavar="ORDNER", help="neuer Ordner der Sicherung")
    putting = commands.add("restore", _restore, "Eine Sicherung prüfen und zurücklegen")
    putting.add_argument("backup", type=Path, metavar="SICHERUNG")
    putting.add_argument("folder", type=Path, nargs="?", metavar="ORDNER",
                         help="leerer Ordner; ohne Angabe wird nur geprüft")  # fmt: skip
    putting.add_argument("--dsn", default="", metavar="ADRESSE", help="leere PostgreSQL-Datenbank, "
                         "wenn es nicht die aus hub.toml ist")  # fmt: skip


async def _backup(options: argparse.Namespace) -> int:
    place = place_of(options)
    async with open_database(place) as database:
        kept = await back_up(place, database, options.folder)
    size = sum(one.size for one in kept)
    print(f"Gesichert: {options.folder} ({len(kept)} Dateien, {size} Byte)")
    print("Nicht enthalten: secrets/ (getrennt aufbewahren) und die Buckets in S3.")
    return 0


async def _restore(options: argparse.Namespace) -> int:
    source: Path = options.backup
    if options.folder is None:
        manifest = await asyncio.to_thread(check_backup, source)
        print(f"Heil: {len(manifest['files'])} Dateien, begonnen {manifest['began']}.")
        return 0
    done = await restore(source, options.folder, options.dsn)
    print(f"Zurückgelegt: {done.files} Dateien, Stand {done.began}.")
    print(f"Danach angenommen, wird erneut aufgenommen: {done.taken_in_again}")
    print(f"Danach ausgeliefert, in „nachzutragen“ zum Abgleich: {done.set_aside}")
    print("Nächste Schritte: secrets/ zurücklegen, „aktenhub check“, „aktenhub journal verify“,")
    print("„aktenhub journal balance“; je Mandant „aktenhub efile rebuild“, denn was nach der")
    print("Sicherung abgelegt wurde, liegt schon in S3; „aktenhub efile verify“. Erst dann den")
    print("Dienst starten.")
    return 0
