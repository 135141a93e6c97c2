"""The whole e-file on a real S3 server."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import FilingError, IntegrityBroken, Part
from efile.objects.s3 import S3Access, S3Store
from tests.efile_house import XML, EFileHouse, message, open_house, pdf, request
from tests.s3_server import S3Server, rclone_program

pytestmark = pytest.mark.s3
ROOT = Path(__file__).resolve().parents[3]


def store_on(server: S3Server, prefix: str, secret: str | None = None) -> S3Store:
    return S3Store(
        S3Access(
            endpoint=server.endpoint,
            access_key=server.access_key,
            secret_key=secret or server.secret_key,
            secure=False,
            prefix=prefix,
        )
    )


@pytest.fixture
def prefix() -> str:
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def house(tmp_path: Path, s3_server: S3Server, prefix: str) -> AsyncIterator[EFileHouse]:
    async with open_house(tmp_path, store_on(s3_server, prefix)) as opened:
        yield opened


def test_the_server_is_installed() -> None:
    assert rclone_program() is not None


async def test_file_find_see_verify_lose_the_index_and_rebuild(
    tmp_path: Path, s3_server: S3Server, prefix: str
) -> None:
    async with open_house(tmp_path, store_on(s3_server, prefix)) as house:
        for number in range(5):
            parts = (
                Part("original", "b.pdf", "application/pdf", pdf([[f"Bescheid Nummer {number}"]])),
                Part("message", "m.xml", "application/xml", XML),
            )
            await house.efile.file(request(number, aktenzeichen=f"A{number % 2}", parts=parts))
        grown, hits = house.snapshot(), await house.efile.search("muster", "Nummer müller")
        intact = await house.efile.verify("muster")
    (tmp_path / "index.sqlite").unlink()

    async with open_house(tmp_path, store_on(s3_server, prefix)) as house:
        report = await house.efile.rebuild("muster")

        # Two files keep the one XML once each, and have a key each.
        assert (True, 5 + 5 + 2 + 2) == (intact.intact, intact.objects)
        assert (5, 2, ()) == (report.documents, report.akten, report.faults)
        assert grown == house.snapshot()
        assert hits == await house.efile.search("muster", "Nummer müller")
        document = hits[0].document_id or ""
        assert 1 == (await house.efile.page_image("muster", document, 1)).pages


async def test_damage_on_the_server_is_found(house: EFileHouse, s3_server: S3Server) -> None:
    store = house.objects
    assert isinstance(store, S3Store)
    filed = [await house.efile.file(request(number)) for number in range(3)]
    keys = [(await house.efile.document("muster", each.id)).parts[0].object_key for each in filed]
    bucket = store.bucket("muster")
    store.client._put_object(bucket, keys[0], b"Text X")
    store.client._put_object(bucket, keys[1], b"Te")
    await store.delete("muster", keys[2])

    report = await house.efile.verify("muster")

    assert {
        (keys[0], "digest_mismatch"), (keys[1], "size_mismatch"), (keys[2], "object_missing"),
    } == {(fault.where, fault.what) for fault in report.faults}  # fmt: skip
    for each in filed:
        with pytest.raises(IntegrityBroken):
            await house.efile.fetch("muster", each.id)


async def test_messages_are_packed_found_lost_from_the_index_and_rebuilt(
    tmp_path: Path, s3_server: S3Server, prefix: str
) -> None:
    requests = [message(number, packable=number != 5) for number in range(40)]
    async with open_house(tmp_path, store_on(s3_server, prefix)) as house:
        for _ in range(2):
            filed = await house.efile.file_all(requests)
        intact, grown = await house.efile.verify("muster"), house.snapshot()
    (tmp_path / "index.sqlite").unlink()

    async with open_house(tmp_path, store_on(s3_server, prefix)) as house:
        report = await house.efile.rebuild("muster")

        assert (True, 1 + 2 + 1) == (intact.intact, intact.objects)
        assert (40, ()) == (report.documents, report.faults)
        assert grown == house.snapshot()
        for one, receipt in zip(requests, filed, strict=True):
            assert not isinstance(receipt, FilingError)
            assert one.parts[0].data == await house.efile.fetch("muster", receipt.id)


async def test_damage_to_a_pack_on_the_server_is_found(house: EFileHouse) -> None:
    store = house.objects
    assert isinstance(store, S3Store)
    await house.efile.file_all([message(number) for number in range(3)])
    view = await house.efile.akte("muster", "51.3-0001")
    key = view.documents[0].parts[0].object_key
    sound = await store.get("muster", key)
    inside = view.documents[1].parts[0].start + 100
    for damage, what in (
        (sound[:40], "manifest_missing"),
        (sound[:inside] + bytes([sound[inside] ^ 1]) + sound[inside + 1 :], "digest_mismatch"),
    ):
        store.client._put_object(store.bucket("muster"), key, damage)

        report = await house.efile.verify("muster")

        assert {"pack_altered", what} == {fault.what for fault in report.faults}
        with pytest.raises(IntegrityBroken):
            await house.efile.fetch("muster", view.documents[1].id)
    await store.delete("muster", key)

    assert ["pack_missing"] == [f.what for f in (await house.efile.verify("muster")).faults]


async def test_a_large_part_travels_in_pieces(house: EFileHouse) -> None:
    data = os.urandom(17 * 1024 * 1024)
    part = Part("original", "scan.bin", "application/octet-stream", data)

    filed = await house.efile.file(request(parts=(part,)))

    assert data == await house.efile.fetch("muster", filed.id)


HUNGER = """
import asyncio, resource, sys
from pathlib import Path
from efile import LargeFile, Part
from efile.objects.s3 import S3Access, S3Store
from tests.efile_house import open_house, request

async def main(endpoint, access, secret, prefix, folder, sha256, size):
    store = S3Store(S3Access(endpoint=endpoint, access_key=access, secret_key=secret,
                             secure=False, prefix=prefix))
    async with open_house(Path(folder), store) as house:
        await house.efile.file(request(1))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        file = LargeFile(Path(folder, "large"), sha256, int(size))
        part = Part("original", "scan.tif", "image/tiff", file)
        await house.efile.file(request(2, parts=(part,)))
        assert (await house.efile.verify("muster")).intact
        assert not (await house.efile.rebuild("muster")).faults
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)

asyncio.run(main(*sys.argv[1:]))
"""
"""Files 100 MB, verifies and rebuilds; prints by how many KiB that raised the peak."""


async def test_a_hundred_megabytes_are_filed_in_bounded_memory(
    tmp_path: Path, s3_server: S3Server, prefix: str
) -> None:
    block, digest = os.urandom(1024 * 1024), hashlib.sha256()
    with (tmp_path / "large").open("wb") as large:
        for _ in range(100):
            large.write(block)
            digest.update(block)
    place = (s3_server.endpoint, s3_server.access_key, s3_server.secret_key, prefix)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HUNGER, *place, str(tmp_path), digest.hexdigest(),
        str(100 * 1024 * 1024), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    said, wrong = await child.communicate()

    assert (0, b"") == (child.returncode, wrong)
    assert int(said) < 48 * 1024


async def test_the_probe_tells_what_this_server_can_and_cannot(house: EFileHouse) -> None:
    seen = {each.name: each.proven for each in await house.efile.probe("muster")}

    assert {
        "round_trip": True, "range": True, "put_once": True, "listing": True,
        "destruction": True, "credentials": True,
        "conditional_write": False, "versioning": False, "deletions_shown": False,
        "object_lock": False, "legal_hold": False,
    } == seen  # fmt: skip
    assert (await house.efile.verify("muster")).intact


async def test_only_wrong_credentials_count_as_refused(s3_server: S3Server, prefix: str) -> None:
    store = store_on(s3_server, prefix)
    await store.prepare("muster")

    assert await store.refuses_wrong_secret("muster")
    assert not await store._is_refused(store.access, "muster")
    await store.close()


async def test_more_objects_than_one_page_are_listed(house: EFileHouse) -> None:
    await house.objects.prepare("muster")
    keys = [f"v1/list/{number:05d}" for number in range(1003)]
    for key in keys:
        house.objects.client._put_object(house.objects.bucket("muster"), key, b"x")  # type: ignore[attr-defined]  # an S3Store

    pages = [page async for page in house.objects.pages("muster", "v1/list/")]

    assert [1000, 3] == [len(page) for page in pages]
    assert keys == [item.key for page in pages for item in page]
