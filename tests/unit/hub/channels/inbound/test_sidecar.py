"""A sidecar names files and digests; it never leads out of its folder."""

import hashlib

import pytest

from hub.channels.inbound.sidecar import Listed, is_sidecar, listed

SUM = hashlib.sha256(b"x").hexdigest()
MD5 = hashlib.new("md5", b"x", usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("name", ["a.xml.done", "a.SHA256", "a.md5", "lieferung.manifest"])
def test_a_sidecar_is_known_by_its_ending(name: str) -> None:
    assert is_sidecar(name)


@pytest.mark.parametrize("name", ["a.xml", ".done", ".a.done", "~a.done", "done", "a.done.tmp"])
def test_other_files_are_none(name: str) -> None:
    assert not is_sidecar(name)


def test_a_mere_mark_says_nothing_about_the_bytes() -> None:
    assert (Listed("a.xml", "", ""),) == listed("a.xml.done", b"whatever\xff")


@pytest.mark.parametrize(
    ("name", "content", "digest"),
    [
        ("a.xml.sha256", SUM, SUM),
        ("a.xml.sha256", f"{SUM}  a.xml\n", SUM),
        ("a.xml.sha256", f"{SUM.upper()} *a.xml\r\n", SUM),
        ("a.xml.md5", f"\ufeff{MD5}\n\n", MD5),
    ],
)
def test_a_digest_stands_for_the_file_beside_it(name: str, content: str, digest: str) -> None:
    [file] = listed(name, content.encode())

    assert ("a.xml", digest) == (file.name, file.digest)


def test_a_list_is_a_unit_whose_first_file_is_the_message() -> None:
    files = listed("x.manifest", f"{SUM}  b.xml\n{SUM}  Anlage ä 1.pdf\n".encode())

    assert ["b.xml", "Anlage ä 1.pdf"] == [file.name for file in files]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n", b"nonsense", SUM[:-1].encode(), f"{SUM} a".encode(), f"{SUM}  ../a".encode(),
        f"{SUM}  /etc/passwd".encode(), f"{SUM}  .hidden".encode(), f"{SUM}  a.done".encode(),
        f"{SUM}  a.tmp".encode(), f"{SUM}  a\n{SUM}  a".encode(), f"{SUM}  \xff".encode("latin-1"),
        f"{SUM}  a\0b".encode(), f"{MD5}  a".encode(),
    ],
)  # fmt: skip
def test_anything_else_is_no_list(content: bytes) -> None:
    with pytest.raises(ValueError):
        listed("x.manifest", content)
