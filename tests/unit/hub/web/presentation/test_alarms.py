"""What is wrong stands on every page of those who can do something about it, with its cause."""

import re

import pytest

from hub.pipeline.alarms.words import WORDS
from hub.web.presentation.alarms import alarm, banner
from tests.small_house import SmallHouse, raise_alarms
from tests.unit.hub.web.conftest import Arrive


def _banner(page: str) -> str:
    found = re.search(r'<aside class="alarms".*?</aside>', page, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize("path", ["/bilanz", "/nachrichten", "/klaerfaelle", "/hilfe"])
async def test_an_administrator_sees_alarms_on_every_page(
    house: SmallHouse, arrive: Arrive, path: str
) -> None:
    await raise_alarms(house)
    visitor = await arrive("verwalter")
    shown = _banner(await (await visitor.get(path)).text())

    assert "Die Gegenstelle „azr“ wird nur noch probeweise angesprochen." in shown
    assert 'href="/ziele"' in shown
    assert "1 weiterer Alarm" in shown
    assert "role=" not in shown


async def test_each_office_sees_its_own_alarms_and_the_whole_house_s(
    house: SmallHouse, arrive: Arrive
) -> None:
    await raise_alarms(house)
    own = await (await (await arrive("verwalter")).get("/alarme")).text()
    every = await (await (await arrive("betrieb")).get("/alarme")).text()

    assert "Ein Zertifikat läuft" not in own
    assert "Ein Zertifikat läuft in 12 Tagen ab" in every
    assert 'href="/sperren"' in own


async def test_a_caseworker_and_a_good_day_have_no_banner(
    house: SmallHouse, arrive: Arrive
) -> None:
    calm = await (await (await arrive("verwalter")).get("/alarme")).text()
    await raise_alarms(house)
    worker = await (await (await arrive("ahrens")).get("/klaerfaelle")).text()

    assert "Kein Alarm." in calm
    assert ["", ""] == [_banner(calm), _banner(worker)]


async def test_the_targets_page_says_what_waits_and_since_when(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("verwalter")
    before = await (await visitor.get("/ziele")).text()
    await house.database.write(
        lambda tx: tx.run(
            "INSERT INTO target (partner, tenant, state, in_flight_max, code, opened_us, "
            "next_probe_us) VALUES ('azr', '', 'open', 16, 'partner_unreachable', 1, 2)"
        )
    )
    page = await (await visitor.get("/ziele")).text()

    assert "Noch keine Zustellung über HTTPS." in before
    for said in ("gestört", "partner_unreachable", "noch nie", "0 von 16"):
        assert said in page


@pytest.mark.parametrize("kind", sorted(WORDS))
@pytest.mark.parametrize("place", ["travel", "deliver:azr", "letter"])
def test_every_alarm_leads_to_its_cause(kind: str, place: str) -> None:
    row = {"kind": kind, "place": place, "value": 1.0, "tenant": "", "raised_us": 1}

    told = alarm(row)

    assert told.address.startswith("/")
    assert told.link


def test_the_key_changes_only_when_an_alarm_comes_or_goes() -> None:
    rows = [
        {"kind": kind, "place": "x", "value": 1.0, "tenant": "", "raised_us": 1}
        for kind in ("blocked", "breaker", "disk")
    ]
    later = [row | {"value": 9.0} for row in reversed(rows)]

    first, same, fewer = banner(rows), banner(later), banner(rows[:2])

    assert first is not None
    assert same is not None
    assert fewer is not None
    assert first.key == same.key != fewer.key
    assert "Auf der Platte" in first.shown[0].sentence
