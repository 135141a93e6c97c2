"""Files whose period is over, and two people who decide on them."""

from __future__ import annotations

from datetime import date
from typing import Any

from efile import ArchiveAnswer, Author, EFile, Host, Part, StorageUnavailable, Wanted
from efile.index.ending import destroyed
from hub.core.clock import FixedClock
from hub.core.ids import uuid7
from tests.efile_house import SECRET, EFileHouse, message, pdf, request
from tests.signing import SIGNING

_MOST_TRIES, _EVER = 20, 1 << 62
TODAY = date(2026, 11, 22)
ENDED = date(2010, 5, 4)
DECLINED = ArchiveAnswer(takes=False, since=TODAY, reason="ohne bleibenden Wert")
START_US = 1_700_000_000_000_000


def by(number: int, name: str = "k.winter") -> Author:
    at_us = START_US + number * 1_000_000
    return Author(name, at_us, uuid7(at_us))


async def due_file(house: EFileHouse, number: int = 1, *, answered: bool = True) -> str:
    """Return the id of a file with a letter, a message and notes that may be destroyed."""
    room, base = house.efile.retention, number * 100
    akte = await room.open("muster", "beistandschaft", f"Müller {number}", 2026, by(base))
    shared: dict[str, Any] = {"aktenzeichen": akte.aktenzeichen, "kind": "beistandschaft",
                              "aktenplan": akte.aktenplan}  # fmt: skip
    await house.efile.file_all([request(base, **shared), message(base + 1, **shared)])
    await room.record_day("muster", akte.id, "ended", ENDED, "volljährig", by(base + 2))
    if answered:
        await room.answer("muster", akte.id, DECLINED, by(base + 3))
    return akte.id


async def drawn_letter(house: EFileHouse, akte: str, number: int) -> str:
    """File a letter with a page and draw it; return its id."""
    own = (await house.efile.akte("muster", akte)).akte
    page = (Part("original", "brief.pdf", "application/pdf", pdf([[f"Brief {number}"]])),)
    filed = await house.efile.file(
        request(number, aktenzeichen=own.aktenzeichen, kind=own.kind, aktenplan=own.aktenplan,
                parts=page)
    )  # fmt: skip
    while await house.efile.first_pages.round():
        pass
    return filed.id


async def approved_run(house: EFileHouse, *akten: str, number: int = 9000) -> str:
    """Return the run by which one person proposed these files and another said yes."""
    room = house.efile.disposal
    wanted = Wanted(dict.fromkeys(akten, "Frist abgelaufen"), "Aussonderung 2026")
    run = await room.propose("muster", wanted, TODAY, by(number))
    await room.approve("muster", run.id, TODAY, by(number + 1, "a.sommer"))
    return run.id


async def carry_out(efile: EFile) -> None:
    """Work until nothing is left to be done; a server that does not answer is asked again."""
    for _ in range(_MOST_TRIES):
        try:
            while await efile.disposal.round(TODAY):
                pass
        except StorageUnavailable:
            continue
        waiting = await efile._database.read(lambda tx: destroyed.next_marked(tx, _EVER))
        if waiting is None or waiting.fault != "storage_unreachable":
            return
        clock = efile._clock
        assert isinstance(clock, FixedClock)
        clock.advance(61)
    raise AssertionError("the storage does not answer")


def beside(house: EFileHouse, host: Host) -> EFile:
    """Return another e-file on the same database and storage."""
    return EFile(house.database, house.objects, FixedClock(), SECRET, host)


def host(**changes: Any) -> Host:
    """Return a host with the test's signing key."""
    return Host(**({"signing": SIGNING} | changes))
