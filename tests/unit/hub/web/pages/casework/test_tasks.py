from hub.store.casework import tasks
from hub.store.database import Row
from tests.small_house import EMERGENCY, OFFICE, TASK, SmallHouse, keep_beside
from tests.unit.hub.web.conftest import Arrive

KEY = "0192f0a0-0000-7000-8000-0000000000ff"


async def find(house: SmallHouse, task: str) -> Row:
    row = await house.database.read(lambda tx: tasks.find(tx, OFFICE, task))
    assert row is not None
    return row


async def test_one_line_makes_a_task_and_a_second_click_none(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    path = f"/akten/{house.akte}/wiedervorlagen"
    answers = [await visitor.post(path, wann="3w Einkommen", schluessel=KEY) for _ in range(2)]
    page = await (await visitor.get(f"/akten/{house.akte}")).text()

    assert [303, 303] == [answer.status for answer in answers]
    made = await find(house, KEY)
    assert ("Einkommen", "p:ahrens") == (made["text"], made["owner"])
    assert 1 == page.count("<p>Einkommen")


async def test_a_day_that_is_not_understood_keeps_what_was_typed(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    answer = await visitor.post(
        f"/akten/{house.akte}/wiedervorlagen", wann="irgendwann <b>", schluessel=KEY
    )

    assert 422 == answer.status
    assert 'value="irgendwann &lt;b&gt;"' in await answer.text()


async def test_tasks_are_listed_done_put_off_and_handed_over(
    house: SmallHouse, arrive: Arrive
) -> None:
    await keep_beside(house)
    visitor = await arrive("ahrens")
    before = await (await visitor.get("/wiedervorlagen")).text()
    off = await visitor.post(f"/wiedervorlagen/{TASK}/verschieben", wann="1w")
    due = (await find(house, TASK))["due"]
    after = await (await visitor.get("/wiedervorlagen")).text()
    over = await visitor.post(f"/wiedervorlagen/{TASK}/uebergeben", an="u:uv1")
    team = await (await visitor.get("/wiedervorlagen?wessen=team&alle=1")).text()
    done = await visitor.post(f"/wiedervorlagen/{TASK}/erledigt", zurueck="https://x.example/")

    assert "Nachweis anfordern" in before
    assert "Nichts fällig." in after
    assert "Nachweis anfordern" in team
    assert [303, 303, 303] == [off.status, over.status, done.status]
    assert "/wiedervorlagen" == done.headers["Location"]
    assert ("2026-11-25", "ahrens") == (due, (await find(house, TASK))["done_by"])


async def test_a_task_is_not_handed_to_somebody_of_another_office(
    house: SmallHouse, arrive: Arrive
) -> None:
    await keep_beside(house)
    visitor, stranger = await arrive("ahrens"), await arrive("fremd")
    handed = await visitor.post(f"/wiedervorlagen/{TASK}/uebergeben", an="p:fremd")
    foreign = await stranger.post(f"/wiedervorlagen/{TASK}/erledigt")

    assert (422, 404) == (handed.status, foreign.status)
    assert None is (await find(house, TASK))["done_us"]


async def test_a_task_on_a_file_that_is_not_seen_is_not_there(
    house: SmallHouse, arrive: Arrive
) -> None:
    await keep_beside(house)
    visitor = await arrive("ahrens")
    await house.services.accounts.let_behind("ahrens", frozenset())
    pages = [await (await visitor.get(path)).text() for path in ("/wiedervorlagen", "/mein-tag")]

    assert "Sommerfeld" not in "".join(pages)
    assert "Nachweis" not in "".join(pages)
    assert 404 == (await visitor.post(f"/wiedervorlagen/{TASK}/erledigt")).status
    assert EMERGENCY not in pages[0]
