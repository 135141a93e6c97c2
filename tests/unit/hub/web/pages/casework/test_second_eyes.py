"""My day shows what waits for a second person, never what somebody proposed themselves."""

from __future__ import annotations

from datetime import date

from efile import Author, BlockSet, Wanted
from tests.disposal_desk import KEY, WAITING, old_file, proposed
from tests.small_house import (
    CORRECTION,
    INSPECTION,
    OFFICE,
    SmallHouse,
    hold_a_message,
    keep_inspections,
)
from tests.unit.hub.web.conftest import Arrive

OTHERS = KEY.format(0xD1)


async def propose(house: SmallHouse, run: str, who: str, akte: str) -> None:
    """Let somebody propose a file of the office for destruction."""
    wanted = Wanted({akte: "Frist abgelaufen"}, "Aussonderung der Kollegin")
    by = Author(who, house.clock.now_us(), run)
    await house.services.efile.disposal.propose(OFFICE, wanted, date(2026, 11, 22), by)


async def test_what_others_proposed_waits_and_leads_to_where_it_is_approved(
    house: SmallHouse, arrive: Arrive
) -> None:
    await proposed(house, WAITING, await old_file(house, 1))
    await propose(house, OTHERS, "bauer", await old_file(house, 2))
    await hold_a_message(house)
    await keep_inspections(house, maker="bauer")
    visitor = await arrive("ahrens")
    page = await (await visitor.get("/mein-tag")).text()
    places = [
        f"/vernichtung/{OTHERS}", f"/berichtigungen/{CORRECTION}",
        f"/akten/{house.akte}/akteneinsicht/{INSPECTION}/kopie",
    ]  # fmt: skip

    assert "Wartet auf Sie als zweite Person (3)" in page
    assert all(f'href="{place}"' in page for place in places)
    assert f"/vernichtung/{WAITING}" not in page, "her own proposal"
    assert {200, 303} >= {(await visitor.get(place)).status for place in places}


async def test_what_somebody_had_a_hand_in_or_does_not_see_waits_for_others(
    house: SmallHouse, arrive: Arrive
) -> None:
    old = await old_file(house, 1)
    await propose(house, OTHERS, "bauer", old)
    await keep_inspections(house, maker="ahrens")
    by = Author("bauer", house.clock.now_us(), KEY.format(7))
    block = BlockSet(id="b", ground="bias", reason="eigene Sache", persons=("bauer",))
    await house.services.efile.access.block(OFFICE, old, block, by)
    page = await (await (await arrive("ahrens")).get("/mein-tag")).text()
    elsewhere = await (await (await arrive("fremd")).get("/mein-tag")).text()

    assert "Wartet auf Sie" not in page
    assert "Wartet auf Sie" not in elsewhere
