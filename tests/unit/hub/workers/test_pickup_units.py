"""A message and its attachments: one message, everything in the file, nothing of it lost."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from efile import LargeFile
from hub.core.settings import Channel
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.pipeline.balance import balance
from hub.pipeline.intake import Arrival, accept
from hub.store.inbox.attachments import Attachment
from hub.store.payloads import Kept
from tests.factories import make_tenant
from tests.message_house import CORE, OFFICE, World, open_world

FALLDATEN = drops.case_data(MUSTERSTADT.xml[1], MUSTERSTADT)
PDF = b"%PDF-1.7 Nachweis"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    tenant = make_tenant(channels=(Channel(name=CORE, ready="sidecar"),))
    async with open_world(tmp_path, children=True, tenants=(tenant,)) as world:
        yield world


def drop_unit(world: World, name: str, message: bytes, **attachments: bytes) -> None:
    files = {f"{name}.xml": message} | attachments
    for file, data in files.items():
        world.drop(file, data)
    lines = [f"{hashlib.sha256(data).hexdigest()}  {file}\n" for file, data in files.items()]
    world.drop(f"{name}.manifest", "".join(lines).encode())


async def states(world: World) -> dict[str, tuple[str, str | None]]:
    return {m["original_name"]: (m["state"], m["code"]) for m in await world.messages()}


async def test_attachments_are_filed_with_their_message(world: World) -> None:
    drop_unit(world, "a", FALLDATEN, **{"Nachweis ä.pdf": PDF, "big.tif": b"x" * 150_000})
    await world.run_once()

    filed = {r.title: r for r in world.room.documents.values() if r.doc_type == "Dokument"}
    assert {"a.xml": ("closed", None)} == await states(world)
    assert {"Nachweis ä.pdf", "big.tif"} == filed.keys()
    part = filed["Nachweis ä.pdf"].parts[0]
    assert (PDF, "application/pdf", "Nachweis ä.pdf") == (part.data, part.mime, part.name)
    assert MUSTERSTADT.xml[1].case_id == filed["big.tif"].aktenzeichen
    assert 150_000 == len(filed["big.tif"].parts[0].data)


@pytest.mark.parametrize("counted", [1, None])
async def test_what_came_is_filed_whatever_the_channel_takes_by_now(
    tmp_path: Path, counted: int | None
) -> None:
    """A message of an older program does not say how many came with it."""
    async with open_world(tmp_path, children=True) as world:
        letter = hashlib.sha256(PDF).hexdigest()
        one = Attachment("n.pdf", letter, len(PDF), "application/pdf", Kept(letter, len(PDF), PDF))
        arrival = Arrival(
            "01975a00-0000-7000-8000-000000000001", OFFICE, CORE, "a.xml", len(FALLDATEN),
            data=FALLDATEN, attachments=(one,),
        )  # fmt: skip
        await accept([arrival], world.house)
        [before] = await world.messages()
        await world.change("UPDATE message SET attachments = :n", n=counted)
        await world.run_once()

        assert 1 == before["attachments"]
        assert {"a.xml": ("closed", None)} == await states(world)
        assert "n.pdf" in {record.title for record in world.room.documents.values()}


async def test_a_large_attachment_is_filed_from_its_file(world: World) -> None:
    scan = b"II*\x00" + b"x" * 9_000_000
    world.house.inboxes[OFFICE, CORE].rules = replace(
        world.house.inboxes[OFFICE, CORE].rules, max_attachment_bytes=len(scan)
    )
    drop_unit(world, "a", FALLDATEN, **{"scan.tif": scan})
    await world.run_once()

    [filed] = [r for r in world.room.documents.values() if r.title == "scan.tif"]
    assert isinstance(filed.parts[0].data, LargeFile)
    assert scan == filed.parts[0].data.path.read_bytes()
    assert {"a.xml": ("closed", None)} == await states(world)


async def test_the_same_unit_again_is_a_duplicate(world: World) -> None:
    drop_unit(world, "a", FALLDATEN, **{"n.pdf": PDF})
    await world.run_once()
    drop_unit(world, "b", FALLDATEN, **{"n.pdf": PDF})
    await world.run_once()

    assert ("duplicate", "duplicate_bytes") == (await states(world))["b.xml"]
    assert 1 == len(await world.rows("SELECT * FROM attachment"))


async def test_the_same_letter_with_other_enclosures_is_a_conflict(world: World) -> None:
    drop_unit(world, "a", FALLDATEN, **{"n.pdf": PDF})
    await world.run_once()
    drop_unit(world, "b", FALLDATEN, **{"n.pdf": PDF + b"2"})
    await world.run_once()

    assert ("refused", "business_id_conflict") == (await states(world))["b.xml"]


async def test_a_unit_with_an_unfit_part_is_refused_as_one(world: World) -> None:
    drop_unit(world, "a", FALLDATEN, **{"n.pdf": PDF})
    inbox = world.house.inboxes[OFFICE, CORE].path
    (inbox / "n.pdf").unlink()
    (inbox / "n.pdf").symlink_to("/etc/passwd")
    (inbox / "a.manifest").unlink()
    world.drop("a.xml.done", b"")
    world.drop("n.pdf.done", b"")
    await world.run_once()

    assert ("closed", None) == (await states(world))["a.xml"]
    assert ("refused", "not_a_regular_file") == (await states(world))["n.pdf"]
    [kept] = (p for p in (inbox / ".quarantine").rglob("*__n.pdf"))
    assert ["n.pdf", "n.pdf.done"] == sorted(p.name for p in kept.iterdir())
    assert (await balance(world.house.database, None)).balanced


async def test_the_journal_says_how_much_came_with_it(world: World) -> None:
    drop_unit(world, "a", FALLDATEN, **{"n.pdf": PDF})
    await world.run_once()

    [entry] = await world.rows("SELECT facts FROM journal WHERE action = 'received'")
    assert '"attachments":1' in entry["facts"]
