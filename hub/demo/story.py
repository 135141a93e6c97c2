"""Plays the story: the case cores drop files, the hub and its partners do the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from hub.app import open_database
from hub.demo import cast, drops
from hub.demo.stage import Stage
from hub.pipeline.balance import balance
from hub.store.database import Transaction

Say = Callable[[str], None]
PATIENCE_S = 180.0
"""The whole story takes well under a minute on two cores; a busy machine gets more."""


def drop(folder: Path, name: str, data: bytes) -> None:
    """Drop a file like a sender that writes elsewhere and renames."""
    folder.mkdir(parents=True, exist_ok=True)
    hidden = folder / f".{name}.part"
    hidden.write_bytes(data)
    hidden.rename(folder / name)


async def play(stage: Stage, say: Say) -> None:
    """Drop everything and wait until nothing is in progress any more.

    Raises:
        TimeoutError: the end state was not reached in time.
    """
    for office in cast.OFFICES:
        say(f"{office.name}: Falldaten und Bescheide als XML und als CSV")
        _drop_good(stage, office)
    say("Fehlerhafte Dateien: ungültiges XML, Entity-Bombe, falsche CSV-Zeile, Dublette")
    _drop_bad(stage)
    say("Eine halb geschriebene Datei, die erst später fertig wird")
    await _drop_half(stage)
    say("Warten, bis Anordnungen, Quittungen, Bescheide, Soll, Ist und Register durch sind …")
    await asyncio.wait_for(_quiet(stage), PATIENCE_S)


def _drop_good(stage: Stage, office: cast.Office) -> None:
    inbox = stage.inbox(office)
    for family in _complete(office):
        drop(inbox, f"Falldaten_{family.case_id}.xml", drops.case_data(family, office))
    drop(inbox, "ALT_Falldaten_20261120.csv", drops.case_table(office))
    for family in _complete(office):
        drop(inbox, f"Bescheid_{family.case_id}.xml", drops.notice(family))
    drop(inbox, "ALT_Bescheide_20261120.csv", drops.notice_table(office))


def _complete(office: cast.Office) -> tuple[cast.Family, ...]:
    """The last family of the first office is the one whose notice arrives in two halves."""
    return office.xml[:-1] if office is cast.MUSTERSTADT else office.xml


def _drop_bad(stage: Stage) -> None:
    first, second = cast.OFFICES
    family = first.xml[1]
    spoilt = drops.notice(family, amount="zwölf").replace(b"BS-", b"BS-X-")
    drop(stage.inbox(first), "Bescheid_ungueltig.xml", spoilt)
    drop(stage.inbox(first), "Bescheid_bombe.xml", drops.entity_bomb())
    drop(stage.inbox(second), "ALT_Bescheide_fehler.csv", drops.notice_table(second, "31.02.2026"))
    drop(stage.inbox(second), "Kopie von Falldaten.xml", drops.case_data(second.xml[0], second))


async def _drop_half(stage: Stage) -> None:
    office = cast.MUSTERSTADT
    family = office.xml[-1]
    drop(stage.inbox(office), f"Falldaten_{family.case_id}.xml", drops.case_data(family, office))
    data = drops.notice(family)
    path = stage.inbox(office) / f"Bescheid_{family.case_id}.xml"
    path.write_bytes(data[: len(data) // 2])
    # Shorter than the settle time: the sender is slow, not gone.
    await asyncio.sleep(0.6)
    with path.open("ab") as file:
        file.write(data[len(data) // 2 :])


async def _quiet(stage: Stage) -> None:
    """Wait until every expected message arrived and nothing is in progress."""
    async with open_database(stage.place) as database:
        while True:
            now = await balance(database, None)
            receipts = await database.read(_receipts)
            if (
                now.in_progress == 0
                and receipts >= EXPECTED_RECEIPTS
                and await database.read(_done)
            ):
                return
            await asyncio.sleep(0.5)


EXPECTED_RECEIPTS = 3
"""One matched and one unmatched at the IHV, one matched at the Kasse."""


def _receipts(tx: Transaction) -> int:
    row = tx.one("SELECT count(*) AS n FROM message WHERE kind = 'Isteinnahme'")
    return row["n"] if row else 0


def _done(tx: Transaction) -> bool:
    """Nothing promised is open, and the register has acknowledged."""
    row = tx.one("SELECT count(*) AS n FROM message WHERE kind = 'Meldebestaetigung'")
    waiting = tx.one(
        "SELECT count(*) AS n FROM promise WHERE state IN ('waiting', 'leased', 'sent', 'batched')"
    )
    return bool(row and row["n"] and waiting and waiting["n"] == 0)
