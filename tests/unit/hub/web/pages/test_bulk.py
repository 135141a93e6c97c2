"""Many cases of one cause: the page says first what would happen, then one job does it once."""

import re

from tests.small_house import GROUP, JOB, SmallHouse
from tests.unit.hub.web.conftest import Arrive

TRIAL = f"/klaerfaelle/gruppe/{GROUP}/probe"
BEGIN = f"/klaerfaelle/gruppe/{GROUP}/ausfuehren"
WHY = "Kasse hat berichtigt"


async def three_alike(house: SmallHouse) -> None:
    for number in (2, 3):
        await house.database.write(
            lambda tx, number=number: tx.run(
                "INSERT INTO clearing (id, tenant, message_id, case_key, code, message, remedy,"
                " facts, fingerprint, state, opened_us, last_us) SELECT :id, tenant, message_id,"
                " case_key, code, message, remedy, facts, fingerprint, state, opened_us, last_us"
                " FROM clearing WHERE id = 'clearing-1'",
                id=f"clearing-{number}",
            )
        )


async def test_a_trial_counts_and_changes_nothing(house: SmallHouse, arrive: Arrive) -> None:
    await three_alike(house)
    visitor = await arrive("ahrens")
    page = await (await visitor.post(TRIAL, weg="release", grund=WHY)).text()
    held = await (await visitor.post(TRIAL, weg="replay", grund=WHY)).text()
    listed = await (await visitor.get("/klaerfaelle")).text()

    assert "<strong>3 gewählt</strong>" in page
    assert "Für 3 ausführen" in page
    assert "3 diese Entscheidung gibt es dort nicht" in held
    assert "ausführen" not in held.partition("<main")[2].replace("ausgeführt", "")
    assert "<strong>3</strong> Fälle" in listed


async def test_a_double_click_decides_once(house: SmallHouse, arrive: Arrive) -> None:
    await three_alike(house)
    visitor = await arrive("ahrens")
    page = await (await visitor.post(TRIAL, weg="release", grund=WHY)).text()
    job = re.findall(r'name="auftrag" value="([^"]+)"', page)[0]
    fields = {"auftrag": job, "weg": "release", "grund": WHY, "name": "Kassenregel"}

    answers = [await visitor.post(BEGIN, **fields) for _ in range(2)]

    shown = await (await visitor.get(f"/sammelauftraege/{job}")).text()
    rows = await house.database.read(
        lambda tx: tx.all("SELECT 1 FROM journal WHERE action = 'clearing_released'")
    )
    assert [f"/sammelauftraege/{job}"] * 2 == [answer.headers["Location"] for answer in answers]
    assert "Abgeschlossen" in shown
    assert "Kassenregel" in shown
    assert 3 == len(rows)


async def test_a_bulk_decision_needs_a_reason_and_a_way(arrive: Arrive) -> None:
    visitor = await arrive("ahrens")

    assert 422 == (await visitor.post(TRIAL, weg="release", grund=" ")).status
    assert 422 == (await visitor.post(TRIAL, weg="launch", grund=WHY)).status
    assert 422 == (await visitor.post(BEGIN, weg="release", grund=WHY)).status


async def test_another_offices_group_and_job_do_not_exist(arrive: Arrive) -> None:
    visitor = await arrive("fremd")

    assert 404 == (await visitor.post(TRIAL, weg="release", grund=WHY)).status
    assert 404 == (await visitor.get(f"/sammelauftraege/{JOB}")).status
    assert "Noch kein Sammelauftrag." in await (await visitor.get("/sammelauftraege")).text()
