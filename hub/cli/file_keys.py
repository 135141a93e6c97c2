"""``efile rotate-kek``, ``split-kek``, ``join-kek``: the key under which all files' keys lie."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from efile import NEEDED_SHARES, Share, join_shares, read_share, split_key
from hub.app import CLOCK, alone, keep_efile_kek, open_database, read_efile_kek, rotate_kek
from hub.cli.access import Look, log_look
from hub.cli.command import Commands, place_of
from hub.store.database import Database
from hub.store.upkeep import probes


def register(efile: Commands) -> None:
    """Declare the commands within those of the e-file."""
    efile.add(
        "rotate-kek", _rotate,
        "Hauptschlüssel der E-Akte anlegen oder wechseln; alle Dienste müssen stehen",
    )  # fmt: skip
    efile.add(
        "split-kek", _split,
        "Hauptschlüssel der E-Akte in drei Teilen ausgeben, von denen zwei ihn ergeben",
    )  # fmt: skip
    efile.add(
        "join-kek", _join,
        "Hauptschlüssel der E-Akte aus zwei Teilen (je eine Zeile Eingabe) wiederherstellen",
    )  # fmt: skip


async def _rotate(options: argparse.Namespace) -> int:
    place = place_of(options)
    with alone(place):
        async with open_database(place) as database:
            await log_look(database, Look("kek_changed", "key", "efile", None))
        changed = await rotate_kek(place)
        async with open_database(place) as database:
            await _note(database, "kek_changed")
    print(f"{changed.keys} Schlüssel von Akten unter den neuen Hauptschlüssel gestellt.")
    if changed.to_be_replaced:
        print("Der bisherige kommt aus der Umgebung: Setzen Sie AKTENHUB_SECRET_EFILE_KEK auf den")
        print(f"Inhalt von „{changed.to_be_replaced}“, löschen Sie danach diese Datei.")
    print("Hinterlegen Sie den neuen („aktenhub efile split-kek“); ohne ihn ist keine Akte lesbar.")
    return 0


async def _split(options: argparse.Namespace) -> int:
    place = place_of(options)
    key = read_efile_kek(place)
    async with open_database(place) as database:
        await log_look(database, Look("kek_split", "key", "efile", None))
        await _note(database, "kek_split")
    for share in split_key(key):
        print(_sheet(share))
    return 0


def _sheet(share: Share) -> str:
    """Return what is printed, put into an envelope and given to one custodian."""
    head, *groups = share.written().split()
    rows = [head, " ".join(groups[:4]), " ".join(groups[4:])]
    return "\n".join([
        f"Hauptschlüssel der E-Akte, Teil {share.number} von 3 (zwei Teile genügen)",
        *(f"    {row}" for row in rows),
        "Versiegelt aufbewahren, getrennt von den anderen Teilen, solange es Akten gibt.",
        "",
    ])  # fmt: skip


async def _join(options: argparse.Namespace) -> int:
    place = place_of(options)
    shares = [read_share(line) for line in sys.stdin.read().splitlines() if line.strip()]
    path = keep_efile_kek(place, join_shares(shares[: NEEDED_SHARES + 1]))
    async with open_database(place) as database:
        await log_look(database, Look("kek_joined", "key", "efile", None))
        await _note(database, "kek_joined")
    print(f"Wiederhergestellt: {path}")
    return 0


async def _note(database: Database, event: str) -> None:
    """Keep when it was, for the storage card."""
    await database.write(partial(probes.note_event, name=event, now_us=CLOCK.now_us()))
