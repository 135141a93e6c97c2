from tests.small_house import NOTE, SmallHouse, keep_beside
from tests.unit.hub.web.conftest import Arrive

KEY = "0192f0a0-0000-7000-8000-0000000000ff"


async def test_a_note_is_written_read_found_and_taken_away(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    path = f"/akten/{house.akte}"
    wrote = await visitor.post(
        f"{path}/notizen", notiz="Schwester Lena fragen", fuer="team", schluessel=KEY
    )
    page = await (await visitor.get(path)).text()
    found = await (await visitor.get("/akten?q=lena")).text()
    await visitor.post(f"{path}/notizen/{KEY}/entfernen")
    after = await (await visitor.get(path)).text()

    assert 303 == wrote.status
    assert "Schwester Lena fragen" in page
    assert "Schwester Lena fragen" in found
    assert "Schwester Lena" not in after


async def test_an_empty_or_endless_note_is_refused(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    path = f"/akten/{house.akte}/notizen"
    texts = (" ", "x" * 2_001)

    assert [422, 422] == [
        (await visitor.post(path, notiz=text, schluessel=KEY)).status for text in texts
    ]


async def test_notes_on_a_file_that_is_not_seen_are_not_found(
    house: SmallHouse, arrive: Arrive
) -> None:
    await keep_beside(house)
    visitor = await arrive("ahrens")
    before = await (await visitor.get("/akten?q=erreichbar")).text()
    await house.services.accounts.let_behind("ahrens", frozenset())
    after = await (await visitor.get("/akten?q=erreichbar")).text()

    assert "Mutter erst nach 16 Uhr" in before
    assert "Mutter erst nach 16 Uhr" not in after
    answer = await visitor.post(f"/akten/{house.akte}/notizen/{NOTE}/entfernen")
    assert 404 == answer.status
