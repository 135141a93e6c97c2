"""The storage card: what is known is shown, what is asked for is written down, once."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import pytest

from efile import Capability
from hub.store.upkeep import probes, runs
from hub.store.upkeep.runs import Result
from tests.small_house import OFFICE, OTHER_OFFICE, SmallHouse
from tests.unit.hub.web.conftest import Arrive, LogOf

CARD = f"/verwaltung/speicher/{OFFICE}"
SEEN = [
    Capability("round_trip", proven=True, required=True, note="Kam unverändert zurück."),
    Capability("object_lock", proven=False, required=False, note="Kein Löschschutz."),
]


async def probed(house: SmallHouse) -> None:
    found = [asdict(one) for one in SEEN]
    note = partial(
        probes.note, tenant=OFFICE, place="s3/x", found=found, now_us=house.clock.now_us()
    )
    await house.database.write(note)


async def ended(house: SmallHouse, kind: runs.Kind, result: Result) -> None:
    now_us = house.clock.now_us()
    await house.database.write(partial(runs.want, tenant=OFFICE, kind=kind, by="-", now_us=now_us))
    run = await house.database.write(partial(runs.claim, node="hub-1", now_us=now_us))
    assert run is not None
    await house.database.write(
        partial(runs.finish, run=run["id"], result=result, now_us=now_us + 61_000_000)
    )


async def test_an_untried_storage_says_so(arrive: Arrive) -> None:
    page = await (await (await arrive("verwalter")).get(CARD)).text()

    assert "Der Speicher wurde noch nicht ausprobiert." in page
    assert page.count("noch nie") >= 2
    assert "wurde nicht in Teilen ausgegeben" in page


async def test_capabilities_and_results_are_shown_in_words(
    house: SmallHouse, arrive: Arrive
) -> None:
    await probed(house)
    await ended(house, "verify", Result(12, 3_400_000))
    fault = {"what": "index_differs", "where": "v1/a/x", "message": "Sagen Verschiedenes."}
    await ended(house, "drill", Result(12, 5, 7, [fault]))

    page = await (await (await arrive("verwalter")).get(CARD)).text()

    for said in (
        "Schreiben und Lesen", "bewiesen", "Löschschutz (Object Lock)",
        "Wer die Zugangsdaten hat, kann Dokumente löschen", "ohne Befund", "1 min 1 s",
        "12 Objekte, 3,4 MB", "mit Befunden", "Sagen Verschiedenes.", "7 Dokumente",
    ):  # fmt: skip
        assert said in page


@pytest.mark.parametrize("kind", runs.KINDS)
async def test_a_run_is_asked_for_once(house: SmallHouse, arrive: Arrive, kind: runs.Kind) -> None:
    visitor = await arrive("verwalter")

    answers = [await visitor.post(f"{CARD}/laeufe", lauf=kind) for _ in range(2)]

    wanted = await house.database.read(partial(runs.open_run, tenant=OFFICE, kind=kind))
    assert [f"{CARD}?gestartet=neu", f"{CARD}?gestartet=schon"] == [
        answer.headers["Location"] for answer in answers
    ]
    assert wanted is not None
    assert ("wanted", "verwalter") == (wanted["state"], wanted["wanted_by"])
    assert "vorgemerkt" in await (await visitor.get(CARD)).text()


async def test_what_is_no_run_is_refused(arrive: Arrive) -> None:
    assert 422 == (await (await arrive("verwalter")).post(f"{CARD}/laeufe", lauf="alles")).status


async def test_another_offices_storage_is_not_there(arrive: Arrive, log_of: LogOf) -> None:
    visitor = await arrive("verwalter")
    foreign = f"/verwaltung/speicher/{OTHER_OFFICE}"

    assert [404, 404] == [
        (await visitor.get(foreign)).status,
        (await visitor.post(f"{foreign}/laeufe", lauf="verify")).status,
    ]
    assert ["not_found", "not_found"] == [entry["result"] for entry in (await log_of())[-2:]]


async def test_the_operator_sees_every_office_and_an_office_its_own(arrive: Arrive) -> None:
    operator, own = await arrive("betrieb"), await arrive("verwalter")

    listed = await (await operator.get("/verwaltung/speicher")).text()

    assert f"/verwaltung/speicher/{OFFICE}" in listed
    assert f"/verwaltung/speicher/{OTHER_OFFICE}" in listed
    assert CARD == (await own.get("/verwaltung/speicher")).headers["Location"]
