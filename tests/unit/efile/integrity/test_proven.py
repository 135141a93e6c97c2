"""A large file is read in pieces, and its last byte comes only if all were right."""

import hashlib
from itertools import chain
from pathlib import Path

import pytest

from efile import IntegrityBroken, LargeFile
from efile.integrity.proven import pieces_of, proven

DATA = bytes(range(256)) * 20


def large(path: Path, data: bytes = DATA, **changes: object) -> LargeFile:
    path.write_bytes(data)
    said = {"sha256": hashlib.sha256(DATA).hexdigest(), "size": len(DATA)} | changes
    return LargeFile(path, **said)  # type: ignore[arg-type]  # wrong on purpose in some tests


@pytest.mark.parametrize("size", [1, 7, 256, len(DATA), 10_000])
def test_the_pieces_are_the_file(tmp_path: Path, size: int) -> None:
    with proven(large(tmp_path / "f")) as source:
        assert DATA == b"".join(pieces_of(source, size))
        assert b"" == source.read(size)


def test_what_grew_meanwhile_is_read_as_it_was(tmp_path: Path) -> None:
    with proven(large(tmp_path / "f", DATA + b"more")) as source:
        assert DATA == source.read()


@pytest.mark.parametrize(
    ("data", "changes"),
    [(DATA[:-1], {}), (DATA[:-1] + b"x", {}), (DATA, {"sha256": "0" * 64}), (b"", {})],
    ids=["cut", "altered", "misnamed", "emptied"],
)
def test_other_bytes_never_come_to_their_end(
    tmp_path: Path, data: bytes, changes: dict[str, object]
) -> None:
    got = bytearray()
    with (
        proven(large(tmp_path / "f", data, **changes)) as source,
        pytest.raises(IntegrityBroken, match="source_differs"),
    ):
        got.extend(chain.from_iterable(pieces_of(source, 100)))

    assert len(got) < len(DATA)


def test_a_missing_file_is_nothing(tmp_path: Path) -> None:
    file = large(tmp_path / "f")
    file.path.unlink()

    with pytest.raises(IntegrityBroken, match="source_differs"), proven(file):
        pass
