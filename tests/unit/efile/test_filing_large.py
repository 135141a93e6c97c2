"""What is too large to be held is filed, found, proven and rebuilt like everything else."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from efile import HELD_BYTES, EFile, IntegrityBroken, LargeFile, NotFound, Part
from tests.efile_house import open_house, pdf, request

BULK = HELD_BYTES + 1
TEXT = b"Unterhalt \xc3\xa4" + "ä".encode() * (BULK // 2)
LETTER = pdf([["Unterhalt fuer Mila"]])


def large(folder: Path, data: bytes) -> LargeFile:
    path = folder / hashlib.sha256(data).hexdigest()
    path.write_bytes(data)
    return LargeFile(path, path.name, len(data))


def scan(folder: Path, data: bytes, mime: str = "image/tiff") -> tuple[Part, ...]:
    return (Part("original", "scan", mime, large(folder, data)),)


async def hits(room: EFile) -> int:
    return len(await room.search("muster", "Unterhalt"))


@pytest.mark.parametrize(
    ("mime", "data", "found"),
    [
        ("image/tiff", b"II*" + b"x" * BULK, 0),
        ("text/plain", TEXT, 1),
        ("application/xml", b"<a>Unterhalt" + b"<b/>" * 9 + b" " * BULK + b"</a>", 1),
        ("application/json", b'{"a": "Unterhalt"' + b" " * BULK + b"}", 1),
        ("application/json", b'{"a": "Unterhalt"' + b" " * BULK, 0),
        ("application/pdf", LETTER + b"%" + b" " * BULK, 1),
    ],
    ids=["scan", "text", "xml", "json", "broken", "pdf"],
)
async def test_large_documents_are_like_small_ones(
    tmp_path: Path, mime: str, data: bytes, found: int
) -> None:
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request(parts=scan(tmp_path, data, mime)))

        assert data == await house.efile.fetch("muster", filed.id)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (filed.sha256, filed.size)
        assert found == await hits(house.efile)
        assert (await house.efile.verify("muster")).intact
        grown = house.snapshot()
        assert () == (await house.efile.rebuild("muster")).faults
        assert grown == house.snapshot()


async def test_filed_again_from_memory_it_is_the_same_document(tmp_path: Path) -> None:
    data = b"x" * BULK
    async with open_house(tmp_path) as house:
        first = await house.efile.file(request(parts=scan(tmp_path, data)))
        held = (Part("original", "scan", "image/tiff", data),)

        assert first == await house.efile.file(request(parts=held))


async def test_a_file_that_is_not_what_was_said_is_not_filed(tmp_path: Path) -> None:
    parts = scan(tmp_path, b"x" * BULK)
    file = parts[0].data
    assert isinstance(file, LargeFile)
    file.path.write_bytes(b"x" * (BULK - 1) + b"y")
    async with open_house(tmp_path) as house:
        with pytest.raises(IntegrityBroken, match="source_differs"):
            await house.efile.file(request(parts=parts))

        with pytest.raises(NotFound):
            await house.efile.akte("muster", "51.3-0001")
        assert [] == house.manifests()
        assert [] == [*house.folder.rglob("o/*/*")]


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda data: data[:-1] + b"y", "digest_mismatch"),
        (lambda data: data[:-1], "size_mismatch"),
        (lambda data: b"", "size_mismatch"),
    ],
)
async def test_a_damaged_large_object_is_found(
    tmp_path: Path, spoil: Callable[[bytes], bytes], what: str
) -> None:
    async with open_house(tmp_path) as house:
        filed = await house.efile.file(request(parts=scan(tmp_path, b"x" * BULK)))
        document = await house.efile.document("muster", filed.id)
        [stored] = (tmp_path / "objects").rglob(document.parts[0].object_key.rpartition("/")[2])
        stored.write_bytes(spoil(stored.read_bytes()))

        [fault] = (await house.efile.verify("muster")).faults
        report = await house.efile.rebuild("muster")

        assert (what, document.parts[0].object_key) == (fault.what, fault.where)
        assert ["digest_mismatch"] == [one.what for one in report.faults]
