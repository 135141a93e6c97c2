"""Caseworkers take a proof package out of a file, after purpose and reason were given."""

from __future__ import annotations

import asyncio
import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.proof_package import SCRIPT
from tests.small_house import OFFICE, SmallHouse
from tests.unit.hub.web.conftest import Arrive, LogOf

WHY = {"zweck": "gericht", "grund": "Familiengericht, 7 F 12/26"}


def here(house: SmallHouse) -> str:
    return f"/akten/{house.akte}/beweispaket"


def judge(package: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", SCRIPT, package], capture_output=True, text=True, check=False
    )


async def test_the_package_holds_the_file_and_proves_it(
    house: SmallHouse, arrive: Arrive, tmp_path: Path
) -> None:
    visitor = await arrive("ahrens")
    assert f'href="{here(house)}"' in await (await visitor.get(f"/akten/{house.akte}")).text()
    answer = await visitor.post(here(house), **WHY)
    data = await answer.read()
    (tmp_path / "p.zip").write_bytes(data)
    judged = await asyncio.to_thread(judge, tmp_path / "p.zip")

    assert (200, "application/zip") == (answer.status, answer.content_type)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert 0 == judged.returncode, judged.stdout + judged.stderr
    view = await house.services.efile.akte(OFFICE, house.akte)
    assert f"{len(view.documents)} Dokumente" in judged.stdout
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert house.services.settings.tenant(OFFICE).name in package.read("index.html").decode()


async def test_who_took_it_for_what_is_written_down(
    house: SmallHouse, arrive: Arrive, log_of: LogOf
) -> None:
    visitor = await arrive("ahrens")
    data = await (await visitor.post(here(house), **WHY)).read()
    (entry,) = await house.database.read(
        lambda tx: tx.all("SELECT * FROM journal WHERE action = 'proof_package_issued'")
    )
    looks = [row for row in await log_of() if row["action"] == "proof_package_issued"]

    assert ("ahrens", hashlib.sha256(data).hexdigest()) == (entry["actor"], entry["digest"])
    assert "Familiengericht" not in entry["facts"]
    assert ["Vorlage bei Gericht oder Staatsanwaltschaft: Familiengericht, 7 F 12/26"] == [
        row["purpose"] for row in looks
    ]
    assert house.akte == looks[0]["akte"]


async def test_without_purpose_or_reason_there_is_none(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    for given in ({"zweck": "gericht", "grund": " "}, {"zweck": "neugier", "grund": "nur so"}):
        answer = await visitor.post(here(house), **given)
        assert 422 == answer.status
        assert 'role="alert"' in await answer.text()


async def test_what_a_person_may_not_see_is_in_no_package(
    house: SmallHouse, arrive: Arrive
) -> None:
    visitor = await arrive("ahrens")
    answer = await visitor.post("/akten/00000000-0000-4000-8000-000000000000/beweispaket", **WHY)

    assert 404 == answer.status
