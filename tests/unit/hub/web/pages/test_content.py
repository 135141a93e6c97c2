"""Content is shown for a purpose and a reason, for half an hour, to those of the office."""

from tests.small_house import HELD_MESSAGE, SmallHouse, hold_a_message
from tests.unit.hub.web.conftest import Arrive, LogOf

CONTENT = f"/nachrichten/{HELD_MESSAGE}/inhalt"
ASK = f"/nachrichten/{HELD_MESSAGE}/einsicht"
WHY = {"zweck": "klaerung", "grund": "Betrag unklar"}


async def test_content_needs_purpose_and_reason(house: SmallHouse, arrive: Arrive) -> None:
    await hold_a_message(house)
    visitor = await arrive("ahrens")
    closed = await visitor.get(CONTENT)
    wrong = [await visitor.post(ASK, **fields) for fields in ({**WHY, "grund": ""}, {**WHY, "zweck": "neugier"})]  # fmt: skip

    assert 422 == closed.status
    assert "betrag" not in await closed.text()
    assert [422, 422] == [answer.status for answer in wrong]


async def test_a_reason_opens_it_for_half_an_hour_and_is_kept(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    await hold_a_message(house)
    visitor = await arrive("ahrens")
    answer = await visitor.post(ASK, **WHY)
    page = await (await visitor.get(CONTENT)).text()
    house.clock.advance(31 * 60 - 60 * 2)
    still = await visitor.get(CONTENT)
    house.clock.advance(2 * 60)
    later = await visitor.get(CONTENT)
    [entry] = await house.database.read(
        lambda tx: tx.all("SELECT actor, facts FROM journal WHERE action = 'content_opened'")
    )

    assert CONTENT == answer.headers["Location"]
    assert "&lt;betrag&gt;1,0&lt;/betrag&gt;" in page
    assert [200, 422] == [still.status, later.status]
    assert ("ahrens", '{"purpose":"klaerung"}') == (entry["actor"], entry["facts"])
    assert "content_viewed" in {row["action"] for row in await log_of()}


async def test_metadata_rights_open_no_content(house: SmallHouse, arrive: Arrive) -> None:
    await hold_a_message(house)
    for login, status in (("verwalter", 403), ("betrieb", 403), ("fremd", 404)):
        visitor = await arrive(login)

        assert [status] * 2 == [
            (await visitor.get(CONTENT)).status, (await visitor.post(ASK, **WHY)).status,
        ]  # fmt: skip


async def test_one_persons_reason_is_not_anothers(house: SmallHouse, arrive: Arrive) -> None:
    await hold_a_message(house)
    await house.database.write(
        lambda tx: tx.run(
            "INSERT INTO sight VALUES ('musterstadt', :id, 'bauer', 'klaerung', 'x', 0, :until)",
            id=HELD_MESSAGE, until=1 << 60,
        )
    )  # fmt: skip
    visitor = await arrive("ahrens")

    assert 422 == (await visitor.get(CONTENT)).status


async def test_the_way_on_leads_nowhere_else(house: SmallHouse, arrive: Arrive) -> None:
    await hold_a_message(house)
    visitor = await arrive("ahrens")
    answer = await visitor.post(ASK, **WHY, weiter="https://elsewhere.example/")

    assert CONTENT == answer.headers["Location"]
