"""What came with a file of many cases: into the right file, once, or to a person who says where."""

import hashlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.app import SHIPPED
from hub.core.errors import Rejected
from hub.core.settings import Channel
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.pipeline.balance import balance
from hub.pipeline.desk import Decision
from tests.factories import make_tenant
from tests.message_house import CORE, OFFICE, World, open_world

TABLE = drops.case_table(MUSTERSTADT)
FIRST, SECOND = (family.case_id for family in MUSTERSTADT.csv)
ONE_CASE = b"".join(TABLE.splitlines(keepends=True)[:2])
PDF = b"%PDF-1.7 Nachweis"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A house that takes tables with attachments, record by record."""
    mappings = tmp_path / "mappings"
    shutil.copytree(SHIPPED / "mappings", mappings)
    routes = mappings / "routes.toml"
    text = routes.read_text(encoding="utf-8")
    routes.write_text(text.replace("split = true\n", 'split = true\nrecords = "per_record"\n'))
    tenant = make_tenant(channels=(Channel(name=CORE, ready="sidecar"),))
    async with open_world(tmp_path, children=True, mappings=mappings, tenants=(tenant,)) as world:
        yield world


async def bring(world: World, table: bytes, *names: str) -> None:
    """Drop a table with attachments, each of other bytes, and let everything run."""
    files = {"faelle.csv": table} | {name: PDF + name.encode() for name in names}
    for name, data in files.items():
        world.drop(name, data)
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()]
    world.drop("faelle.manifest", "".join(lines).encode())
    await world.run_once()


def filed(world: World) -> dict[str, str]:
    """Return where each attachment was filed; a name filed twice would be lost here."""
    found = [r for r in world.room.documents.values() if r.doc_type == "Dokument"]
    homes = {request.title: request.aktenzeichen for request in found}
    assert len(homes) == len(found)
    return homes


def release(case_key: str = "") -> Decision:
    return Decision(verb="release", actor="ahrens", reason="Geprüft.", case_key=case_key)


async def test_what_comes_with_a_table_of_one_case_goes_into_its_file(world: World) -> None:
    await bring(world, ONE_CASE, "Nachweis.pdf", "Foto.jpg")

    assert {"Nachweis.pdf": FIRST, "Foto.jpg": FIRST} == filed(world)


async def test_a_case_number_in_the_name_leads_into_its_file(world: World) -> None:
    names = (f"{FIRST}_Nachweis.pdf", f"Scan-{SECOND.lower()}-2.tif")
    await bring(world, TABLE, *names)

    assert dict(zip(names, (FIRST, SECOND), strict=True)) == filed(world)
    assert [] == await world.open_cases()


@pytest.mark.parametrize(
    "name", ["Nachweis.pdf", f"{FIRST} und {SECOND}.pdf", f"{FIRST}1.pdf", f"X{FIRST}.pdf"]
)
async def test_what_names_no_case_or_several_waits_for_a_person(world: World, name: str) -> None:
    await bring(world, TABLE, name)

    [case] = await world.open_cases()
    assert {} == filed(world)
    assert ("attachment_unassigned", f'{{"ort": "{name}"}}') == (case["code"], case["facts"])
    assert (await balance(world.house.database, None)).balanced


async def test_nobody_guesses_when_a_row_of_the_table_was_refused(world: World) -> None:
    spoilt = TABLE.splitlines(keepends=True)
    spoilt[2] = spoilt[2].replace(b";000;", b";00x;")
    await bring(world, b"".join(spoilt), "Nachweis.pdf", f"{FIRST}.pdf")

    [case] = await world.open_cases()
    assert {f"{FIRST}.pdf": FIRST} == filed(world)
    assert '{"ort": "Nachweis.pdf"}' == case["facts"]


async def test_a_person_says_where_it_belongs(world: World) -> None:
    await bring(world, TABLE, "Nachweis.pdf")
    [case] = await world.open_cases()

    assert await world.desk.decide(OFFICE, case["id"], release(SECOND))
    await world.run_once()
    assert not await world.desk.decide(OFFICE, case["id"], release(FIRST))
    await world.run_once()

    assert {"Nachweis.pdf": SECOND} == filed(world)
    [batch] = [row for row in await world.messages() if not row["part_of"]]
    assert "closed" == batch["state"]
    assert (await balance(world.house.database, None)).balanced


@pytest.mark.parametrize(
    ("case_key", "code"), [("", "case_number_needed"), ("V-9999", "case_number_unknown")]
)
async def test_no_case_and_an_unknown_one_are_refused(
    world: World, case_key: str, code: str
) -> None:
    await bring(world, TABLE, "Nachweis.pdf")
    [case] = await world.open_cases()

    with pytest.raises(Rejected) as refused:
        await world.desk.decide(OFFICE, case["id"], release(case_key))

    assert code == refused.value.code
    assert 1 == len(await world.open_cases())


async def test_what_belongs_to_no_file_is_discarded(world: World) -> None:
    await bring(world, TABLE, "Nachweis.pdf")
    [case] = await world.open_cases()

    await world.desk.decide(
        OFFICE, case["id"], Decision(verb="discard", actor="ahrens", reason="Werbung.")
    )

    assert {} == filed(world)
    assert (await balance(world.house.database, None)).balanced


async def test_other_decisions_take_no_case_number(world: World) -> None:
    await bring(world, TABLE, "Nachweis.pdf")
    [case] = await world.open_cases()
    wrong = Decision(verb="discard", actor="ahrens", reason="Werbung.", case_key=FIRST)

    with pytest.raises(Rejected, match="case_number_superfluous"):
        await world.desk.decide(OFFICE, case["id"], wrong)
