"""Files are destroyed on a real S3 server that keeps versions, and that locks some of them."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from minio.commonconfig import GOVERNANCE
from minio.deleteobjects import DeleteObject
from minio.retention import Retention

from efile import Misfiled
from efile.objects.s3 import S3Store
from hub.core.clock import FixedClock
from tests.efile_house import EFileHouse, open_house
from tests.ending_files import TODAY, approved_run, by, carry_out, drawn_letter, due_file
from tests.integration.efile.test_on_s3 import store_on
from tests.s3_server import S3Server

pytestmark = pytest.mark.versioned


@pytest.fixture
async def house(tmp_path: Path, versioned_server: S3Server) -> AsyncIterator[EFileHouse]:
    objects = store_on(versioned_server, f"t{uuid.uuid4().hex[:12]}")
    async with open_house(tmp_path, objects) as opened:
        yield opened


def store(house: EFileHouse) -> S3Store:
    assert isinstance(house.objects, S3Store)
    return house.objects


async def keys(house: EFileHouse, prefix: str) -> list[str]:
    return [one.key for one in await house.objects.versions("muster", prefix)]


async def lock(house: EFileHouse, key: str) -> None:
    """Keep somebody's version for a day."""
    place, until = store(house), datetime.now(UTC) + timedelta(days=1)
    bucket = place.bucket("muster")
    await place.run(
        lambda: place.client.set_object_retention(bucket, key, Retention(GOVERNANCE, until)), key
    )


async def unlock(house: EFileHouse, key: str) -> None:
    """Let whoever may pass locks remove the versions of an object."""
    place = store(house)
    bucket = place.bucket("muster")
    free = [DeleteObject(key, one.version_id) for one in await place.versions("muster", key)]
    await place.run(
        lambda: list(place.client.remove_objects(bucket, free, bypass_governance_mode=True)), key
    )


async def test_every_version_and_marker_of_a_file_is_gone(house: EFileHouse) -> None:
    akte = await due_file(house)
    await drawn_letter(house, akte, 50)
    place = store(house)
    bucket = place.bucket("muster")
    (wrapped,) = await keys(house, f"v1/k/{akte}/")
    (letter, *_) = await keys(house, f"v1/a/{akte}/o/")
    (picture,) = await keys(house, f"v1/r/{akte}/p/")
    for key in (wrapped, letter, picture):
        data = await place.get("muster", key)
        await place.run(lambda key=key, data=data: place.client._put_object(bucket, key, data), key)  # type: ignore[misc]  # bound at once
    hidden = (await keys(house, f"v1/a/{akte}/d/"))[0]
    before = await house.objects.versions("muster", f"v1/a/{akte}/")

    await approved_run(house, akte)
    await place.delete("muster", hidden)
    await carry_out(house.efile)

    assert any(not one.is_latest for one in before)
    assert [] == [key for room in "kar" for key in await keys(house, f"v1/{room}/{akte}/")]
    assert () == (await house.efile.verify("muster")).faults


async def test_a_locked_content_stays_unreadable_and_is_counted(house: EFileHouse) -> None:
    akte = await due_file(house)
    locked = (await keys(house, f"v1/a/{akte}/o/"))[0]
    await lock(house, locked)

    run = await approved_run(house, akte)
    await carry_out(house.efile)

    said = json.loads(await house.efile.disposal.certificate("muster", run))["certificate"]
    assert [1] == [one["unreadable_versions"] for one in said["destroyed"]]
    assert [] == await keys(house, f"v1/k/{akte}/")
    assert {locked} == set(await keys(house, f"v1/a/{akte}/"))
    assert () == (await house.efile.verify("muster")).faults
    await unlock(house, locked)


async def test_a_locked_key_hinders_the_run_until_it_is_free(house: EFileHouse) -> None:
    akte = await due_file(house)
    (wrapped,) = await keys(house, f"v1/k/{akte}/")
    await lock(house, wrapped)

    run = await approved_run(house, akte)
    await carry_out(house.efile)
    (waiting,) = (await house.efile.disposal.run("muster", run, TODAY)).lines
    await unlock(house, wrapped)
    clock = house.efile._clock
    assert isinstance(clock, FixedClock)
    clock.advance(61)
    await carry_out(house.efile)

    assert waiting.left is not None
    assert ("disposal_locked", False) == (waiting.left.fault, waiting.left.settled)
    view = await house.efile.disposal.run("muster", run, TODAY)
    assert ("done", [True]) == (
        view.run.state,
        [one.left.settled for one in view.lines if one.left],
    )
    assert [] == await keys(house, f"v1/a/{akte}/")
    assert () == (await house.efile.verify("muster")).faults


async def test_every_version_of_a_misfiled_document_is_gone(house: EFileHouse) -> None:
    wrong, right = await due_file(house, 1), await due_file(house, 2)
    view = await house.efile.akte("muster", wrong)
    letter = next(one for one in view.documents if not one.packed and one.doc_type != "Vermerk")
    room = house.efile.disposal
    found = Misfiled(letter.id, right, "person", "Namensgleich")
    run = await room.misfiled("muster", found, TODAY, by(8000))
    await room.approve("muster", run.id, TODAY, by(8001, "a.sommer"))
    await carry_out(house.efile)

    gone = [letter.parts[0].object_key, f"v1/a/{wrong}/d/{letter.id}/"]
    assert [] == [key for prefix in gone for key in await keys(house, prefix)]
    assert () == (await house.efile.verify("muster")).faults
