from tests.small_house import SmallHouse
from tests.unit.hub.web.conftest import Arrive


async def test_reading_the_log_is_itself_on_record(arrive: Arrive) -> None:
    auditor = await arrive("revision")
    await auditor.get("/zugriffsprotokoll")
    page = await (await auditor.get("/zugriffsprotokoll")).text()

    assert "Zugriffsprotokoll angesehen" in page


async def test_an_auditor_sees_only_the_own_office(arrive: Arrive) -> None:
    await (await arrive("fremd")).get("/akten")
    page = await (await (await arrive("revision")).get("/zugriffsprotokoll")).text()

    assert "fremd" not in page


async def test_a_whole_chain_is_confirmed_and_a_broken_one_is_an_alarm(
    house: SmallHouse, arrive: Arrive
) -> None:
    auditor = await arrive("revision")
    whole = await (await auditor.get("/zugriffsprotokoll/pruefung")).text()
    await house.database.write(
        lambda tx: tx.run(
            "DROP TRIGGER access_log_no_update;UPDATE access_log SET actor = 'jemand' WHERE seq = 1"
        )
    )
    broken = await (await auditor.get("/zugriffsprotokoll/pruefung")).text()

    assert "Die Kette ist unversehrt" in whole
    assert "bei Eintrag 1 unterbrochen" in broken


async def test_older_entries_follow(arrive: Arrive) -> None:
    worker, auditor = await arrive("ahrens"), await arrive("revision")
    for _ in range(60):
        await worker.get("/akten")
    first = await (await auditor.get("/zugriffsprotokoll")).text()
    before = first.split("/zugriffsprotokoll?vor=")[1].split('"')[0]
    second = await (await auditor.get(f"/zugriffsprotokoll?vor={before}")).text()

    assert 50 == first.count("<tr>") - 1
    assert 12 == second.count("<tr>") - 1


async def test_a_crooked_number_of_an_entry_is_answered_all_the_same(arrive: Arrive) -> None:
    auditor = await arrive("revision")
    answers = [await auditor.get(f"/zugriffsprotokoll?vor={word}") for word in ("x", "9" * 40)]

    assert [200, 200] == [answer.status for answer in answers]
