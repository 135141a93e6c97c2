"""Administrators offer files to the archive, read in its answers and hand over what it wants."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path
from typing import Any

from aiohttp import FormData

from hub.web.visit import csrf_token
from tests import archive_desk
from tests.archive_desk import unpack
from tests.small_house import OFFICE, PROCESS, SmallHouse, Visitor, hold_a_file, offer_to_archive
from tests.unit.hub.web.conftest import Arrive, LogOf

HERE = "/aufbewahrung/archiv"
KEY = "0192f0a0-0000-7000-8000-{:012x}"


async def text_of(visitor: Visitor, path: str) -> str:
    answer = await visitor.get(path)
    assert 200 == answer.status
    return re.sub(r"\s+", " ", await answer.text())


async def bring(house: SmallHouse, visitor: Visitor, message: bytes, **extra: str) -> Any:
    """Send the form with a file, as the page does, a second later."""
    house.clock.advance(1)
    form = FormData({"csrf": csrf_token(visitor.token), **extra})
    form.add_field(
        "nachricht", io.BytesIO(message), filename="antwort.xml", content_type="text/xml"
    )
    headers = visitor.headers(**{"Sec-Fetch-Site": "same-origin"})
    return await visitor.client.post(
        f"{HERE}/nachricht", data=form, headers=headers, allow_redirects=False
    )


async def test_what_is_over_is_offered_once(house: SmallHouse, arrive: Arrive) -> None:
    await hold_a_file(house)
    visitor = await arrive("verwalter")
    before = await text_of(visitor, HERE)
    made = await visitor.post(f"{HERE}/anbieten", schluessel=KEY.format(1))
    again = await visitor.post(f"{HERE}/anbieten", schluessel=KEY.format(1))
    (process,) = await house.services.efile.handover.processes(OFFICE)
    page = await text_of(visitor, HERE)

    assert "1 Akte ist anzubieten" in before
    assert (303, f"{HERE}/{process.id}") == (made.status, made.headers["Location"])
    assert (303, HERE) == (again.status, again.headers["Location"])
    assert "Nichts: Jede Akte muss noch bleiben" in page
    assert f'href="{HERE}/{process.id}"' in page
    assert 422 == (await visitor.post(f"{HERE}/anbieten", schluessel="x")).status


async def test_from_answer_to_confirmation(
    house: SmallHouse, arrive: Arrive, log_of: LogOf, tmp_path: Path
) -> None:
    akte = await offer_to_archive(house)
    visitor = await arrive("verwalter")
    waiting = await text_of(visitor, f"{HERE}/{PROCESS}")
    early = await visitor.post(f"{HERE}/{PROCESS}/uebergabe")
    heard = await bring(house, visitor, archive_desk.appraisal(PROCESS, {akte: "A"}))
    told = await text_of(visitor, heard.headers["Location"])
    receipt = await visitor.get(f"{HERE}/{PROCESS}/empfang.zip")
    house.clock.advance(1)
    given = await visitor.post(f"{HERE}/{PROCESS}/uebergabe")
    name = given.headers["Content-Disposition"].partition('"')[2].rstrip('"')
    (tmp_path / name).write_bytes(data := await given.read())
    delivered = await text_of(visitor, f"{HERE}/{PROCESS}")
    await bring(house, visitor, archive_desk.import_report(PROCESS, {akte: "StA 51/7"}))
    done = await text_of(visitor, f"{HERE}/{PROCESS}")

    assert "noch nicht entschieden" in waiting
    assert 409 == early.status
    assert "Nachricht 0502 eingelesen, nicht gegen das amtliche Schema geprüft." in told
    assert "In 1 Akte vermerkt." in told
    assert (200, "application/zip") == (receipt.status, receipt.content_type)
    assert [akte] == unpack(tmp_path / name).akten
    assert hashlib.sha256(data).hexdigest() in delivered
    assert "noch bestätigen (0506)" in delivered
    assert "Diese Anbietung ist abgeschlossen." in done
    assert "StA 51/7" in done
    entries = [(e["action"], e["object_id"], e["purpose"]) for e in await log_of()]
    assert ("archive_delivered", PROCESS, "Aussonderung") in entries
    assert ("archive_heard", PROCESS, "Aussonderung") in entries


async def test_an_answer_that_cannot_be_is_explained(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    akte = await offer_to_archive(house)
    visitor = await arrive("verwalter")
    many = [
        (akte, "A"),
        (akte, "V"),
        *[(f"{n:08x}-0000-4000-8000-000000000000", "A") for n in range(300)],
    ]

    answer = await bring(house, visitor, archive_desk.appraisal(PROCESS, many))
    page = await answer.text()

    assert 422 == answer.status
    assert 'role="alert"' in page
    assert "einmal mit A und einmal mit V" in page
    assert 301 == page.count('<th scope="row" class="mono break">')
    assert "appraisal_contradicts" == (await log_of())[-1]["result"]
    (process,) = await house.services.efile.handover.processes(OFFICE)
    assert {"offered": 1} == process.states
    hostile = await bring(house, visitor, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert 422 == hostile.status
    assert 413 == (await bring(house, visitor, b" " * 5_100_000)).status
    assert 422 == (await visitor.post(f"{HERE}/nachricht")).status


async def test_an_offer_leaves_only_after_confirmation(house: SmallHouse, arrive: Arrive) -> None:
    await offer_to_archive(house)
    visitor = await arrive("verwalter")
    fresh = await visitor.get(f"{HERE}/{PROCESS}/anbietung.zip")
    house.clock.advance(16 * 60)
    stale = await visitor.get(f"{HERE}/{PROCESS}/anbietung.zip")
    form = await visitor.get(f"{HERE}/{PROCESS}/uebergabe")
    deliver = await visitor.post(f"{HERE}/{PROCESS}/uebergabe")

    assert (200, "application/zip") == (fresh.status, fresh.content_type)
    assert (303, 303, 403) == (stale.status, form.status, deliver.status)
    assert stale.headers["Location"].startswith("/bestaetigen?weiter=")


async def test_files_behind_a_wall_are_not_there(house: SmallHouse, arrive: Arrive) -> None:
    await offer_to_archive(house)
    await house.services.accounts.let_behind("verwalter", frozenset({"uvg"}))
    visitor = await arrive("verwalter")

    assert PROCESS not in await text_of(visitor, HERE)
    assert 404 == (await visitor.get(f"{HERE}/{PROCESS}")).status
