"""Caseworkers see and decide how long a file is kept; administrators see what is free."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.small_house import CASE, FILE_HOLD, OFFICE, SmallHouse, Visitor, hold_a_file
from tests.unit.hub.web.conftest import Arrive, LogOf

TODAY = date(2026, 11, 22)
KEY = "0192f0a0-0000-7000-8000-{:012x}"


async def text_of(visitor: Visitor, path: str) -> str:
    answer = await visitor.get(path)
    assert 200 == answer.status
    return re.sub(r"\s+", " ", await answer.text())


def here(house: SmallHouse, rest: str = "") -> str:
    return f"/akten/{house.akte}/aufbewahrung{rest}"


async def state(house: SmallHouse) -> tuple[str, dict[str, date], list[str]]:
    found = await house.services.efile.retention.outlook(OFFICE, house.akte, TODAY)
    reasons = [hold.reason for hold in found.standing.holds]
    return found.decision.state, found.standing.days, reasons


async def test_a_file_says_how_long_it_is_kept(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    file = await text_of(visitor, f"/akten/{house.akte}")
    page = await text_of(visitor, here(house))

    assert f'href="{here(house)}"' in file
    assert "<dt>Aufbewahrung</dt><dd>nicht bestimmbar</dd>" in file
    assert "Unterhaltsvorschuss, Leistungsakte" in file
    assert "Diese Akte: noch nicht bestimmbar, weil „Ende der Leistung“ und" in page
    assert "<dt>Ende der Leistung</dt><dd>nicht eingetragen</dd>" in page


async def test_a_day_is_noted_and_taken_back(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    visitor = await arrive("ahrens")
    noted = await visitor.post(
        here(house, "/tag"), ereignis="benefit_ended", tag="2026-03-31", grund="Einstellung",
        schluessel=KEY.format(1),
    )  # fmt: skip
    found = await state(house)
    await visitor.post(
        here(house, "/tag"), ereignis="benefit_ended", zurueck="1", grund="Irrtum",
        schluessel=KEY.format(2),
    )  # fmt: skip
    steps = await house.database.read(
        lambda tx: tx.all(
            "SELECT actor, case_key FROM journal WHERE action = 'retention_date_noted'"
        )
    )

    assert (303, here(house)) == (noted.status, noted.headers["Location"])
    assert ("undetermined", {"benefit_ended": date(2026, 3, 31)}, []) == found
    assert {} == (await state(house))[1]
    assert [("ahrens", CASE)] * 2 == [tuple(step.values()) for step in steps]
    last = (await log_of())[-1]
    assert ("retention_date_noted", house.akte, "Aufbewahrung") == (
        last["action"], last["akte"], last["purpose"],
    )  # fmt: skip


async def test_a_hold_is_set_once_shown_and_lifted(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    form = {"grund": "Klage anhängig", "bis": "2030-12-31", "schluessel": KEY.format(3)}
    for _ in range(2):
        assert 303 == (await visitor.post(here(house, "/sperre"), **form)).status
    page = await text_of(visitor, here(house))
    held = await state(house)
    lifted = await visitor.post(
        here(house, f"/{KEY.format(3)}/aufheben"), grund="Vergleich", schluessel=KEY.format(4)
    )
    again = await visitor.post(
        here(house, f"/{KEY.format(3)}/aufheben"), grund="Vergleich", schluessel=KEY.format(5)
    )

    assert ("held", {}, ["Klage anhängig"]) == held
    assert "Gesperrt bis 31.12.2030, weil: Klage anhängig (Löschsperre von ahrens vom" in page
    assert (303, 404) == (lifted.status, again.status)
    assert ("undetermined", {}, []) == await state(house)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/tag", {"ereignis": "benefit_ended", "tag": "morgen", "grund": "x"}),
        ("/tag", {"ereignis": "deed_made", "tag": "2026-01-01", "grund": "x"}),
        ("/tag", {"ereignis": "benefit_ended", "tag": "1234-01-01", "grund": "x"}),
        ("/tag", {"ereignis": "benefit_ended", "tag": "2026-01-01", "grund": " "}),
        ("/sperre", {"bis": "nie", "grund": "x"}),
        ("/sperre", {"bis": "2001-01-01", "grund": "x"}),
        ("/sperre", {"grund": "x", "schluessel": "../x"}),
    ],
)
async def test_what_does_not_fit_changes_nothing(
    house: SmallHouse, arrive: Arrive, path: str, form: dict[str, str]
) -> None:
    visitor = await arrive("ahrens")

    answer = await visitor.post(here(house, path), **{"schluessel": KEY.format(9), **form})

    assert 422 == answer.status
    assert ("undetermined", {}, []) == await state(house)


async def test_another_office_finds_no_file_to_decide_on(house: SmallHouse, arrive: Arrive) -> None:
    await hold_a_file(house)
    visitor = await arrive("fremd")
    form = {"grund": "x", "ereignis": "birth", "tag": "2020-01-01", "schluessel": KEY.format(9)}

    for rest in ("/tag", "/sperre", f"/{FILE_HOLD}/aufheben"):
        assert 404 == (await visitor.post(here(house, rest), **form)).status
    assert ("held", {}, ["Klage anhängig"]) == await state(house)


async def test_administrators_see_what_is_free_and_why(
    house: SmallHouse, arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hold_a_file(house)
    visitor = await arrive("verwalter")
    free = await text_of(visitor, "/aufbewahrung")
    before = await text_of(visitor, "/aufbewahrung?am=2020-12-31")
    every = await text_of(visitor, "/aufbewahrung?alle=1")
    monkeypatch.setattr("hub.web.pages.files.retention.PAGE", 1)
    first = await text_of(visitor, "/aufbewahrung?alle=1")

    assert "50.2-2010-00001" in free
    assert "darf vernichtet werden ab 01.01.2021" in free
    assert "Sommerfeld" not in free + every
    assert CASE not in free
    assert "Keine Akte ist an diesem Tag frei." in before
    assert CASE in every
    assert re.search(
        r'href="/aufbewahrung\?am=\d{4}-\d\d-\d\d&amp;alle=1&amp;nach=50\.2-2010', first
    )
    assert "§ 9b SGB VIII" in free
