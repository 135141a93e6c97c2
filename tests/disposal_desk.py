"""Old files of the small house, and runs by which its people destroy them."""

from __future__ import annotations

from datetime import date

from efile import ArchiveAnswer, Author, Statement, Wanted
from hub.core.clock import local_date
from tests.efile_house import message
from tests.small_house import OFFICE, SmallHouse

RUN = "0192f0a0-0000-7000-8000-0000000000f1"
WAITING = "0192f0a0-0000-7000-8000-0000000000f2"
KEY = "0192f0a0-0000-7000-8000-{:012x}"
LONG_AGO = date(2005, 5, 4)


async def old_file(house: SmallHouse, number: int) -> str:
    """Return the id of a benefit file that may be destroyed."""
    efile, now_us = house.services.efile, house.clock.now_us()
    said = Statement(dates={"benefit_ended": LONG_AGO, "claims_settled": LONG_AGO})
    filed = await efile.file(
        message(
            7000 + number, tenant=OFFICE, aktenzeichen=f"51.3-ALT-{number}", kind="uvg",
            akte_title=f"Altmann, Kind {number}", retention=said, filed_at_us=now_us - 1000,
        )
    )  # fmt: skip
    answer = ArchiveAnswer(takes=False, since=local_date(now_us), reason="ohne bleibenden Wert")
    by = Author("ahrens", now_us, f"archive-{number}")
    await efile.retention.answer(OFFICE, filed.akte_id, answer, by)
    return filed.akte_id


async def proposed(house: SmallHouse, run: str, *akten: str) -> None:
    """Let the caseworker propose files."""
    room, now_us = house.services.efile.disposal, house.clock.now_us()
    wanted = Wanted(dict.fromkeys(akten, "Frist abgelaufen"), "Aussonderung 2026")
    await room.propose(OFFICE, wanted, local_date(now_us), Author("ahrens", now_us, run))


async def carried_out(house: SmallHouse) -> None:
    """Do what was approved."""
    room, today = house.services.efile.disposal, local_date(house.clock.now_us())
    while await room.round(today):
        pass


async def keep_runs(house: SmallHouse) -> None:
    """Leave a run that was carried out, and one that waits for a second person."""
    await proposed(house, RUN, await old_file(house, 1))
    now_us = house.clock.now_us()
    by = Author("verwalter", now_us, "x")
    await house.services.efile.disposal.approve(OFFICE, RUN, local_date(now_us), by)
    await carried_out(house)
    await proposed(house, WAITING, await old_file(house, 2))
    await old_file(house, 3)
