"""Evidence records keep their form, and a reduced tree leads from every group to the root."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efile.integrity import der
from efile.integrity.record import (
    ArchiveStamp,
    EvidenceRecord,
    Tree,
    bound,
    decoded,
    group_of,
    grow,
    restamped,
    sequence_of,
    token_of,
)

HASHES = st.binary(min_size=32, max_size=32)
GROUPS = st.lists(st.lists(HASHES, min_size=2, max_size=5, unique=True), min_size=1, max_size=9)
TOKENS = st.binary(max_size=200).map(lambda data: der.value(der.SEQUENCE, der.value(4, data)))
STAMPS = st.builds(
    ArchiveStamp,
    st.sampled_from(["sha256", "sha512"]),
    st.lists(st.lists(HASHES, min_size=1, max_size=3).map(tuple), max_size=3).map(tuple),
    TOKENS,
)
RECORDS = st.lists(st.lists(STAMPS, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(
    lambda chains: EvidenceRecord(tuple(chains))
)


def climbed(tree: Tree) -> bytes:
    here = b""
    for part in tree:
        here = hashlib.sha256(b"".join(sorted([*part, *([here] if here else [])]))).digest()
    return here


@given(GROUPS)
def test_every_group_leads_to_the_root(groups: list[list[bytes]]) -> None:
    root, trees = grow(groups, "sha256")

    assert len(groups) == len(trees)
    assert {hashlib.sha256(root).digest()} == {climbed(tree) for tree in trees}
    for group, tree in zip(groups, trees, strict=True):
        assert sorted(group) == list(tree[0])
        assert len(tree) <= 1 + (len(groups) - 1).bit_length()


@given(GROUPS, st.data())
def test_no_hash_can_be_changed(groups: list[list[bytes]], data: st.DataObject) -> None:
    root, trees = grow(groups, "sha256")
    tree = [list(part) for part in data.draw(st.sampled_from(trees))]
    part = data.draw(st.sampled_from(tree))
    at = data.draw(st.integers(0, len(part) - 1))
    part[at] = bytes([part[at][0] ^ 1]) + part[at][1:]

    assert hashlib.sha256(root).digest() != climbed(tuple(map(tuple, tree)))


@given(RECORDS)
def test_a_record_is_read_as_it_was_written(record: EvidenceRecord) -> None:
    assert record == decoded(record.encoded())


@given(RECORDS, TOKENS)
def test_a_renewal_keeps_everything_before(record: EvidenceRecord, token: bytes) -> None:
    renewed = restamped(record, token)

    assert record.chains[:-1] == renewed.chains[:-1]
    assert record.chains[-1] == renewed.chains[-1][:-1]
    assert (record.latest.algorithm, (), token) == (
        renewed.latest.algorithm, renewed.latest.tree, renewed.latest.token,
    )  # fmt: skip


@given(RECORDS, st.lists(HASHES, min_size=1, max_size=4))
def test_new_hashes_are_bound_to_all_earlier_chains(
    record: EvidenceRecord, hashes: list[bytes]
) -> None:
    said = hashlib.sha512(sequence_of(record.chains)).digest()

    assert [hashlib.sha512(one + said).digest() for one in hashes] == bound(
        hashes, record, "sha512"
    )


@given(st.lists(HASHES, max_size=4), st.binary())
def test_a_group_is_never_of_one_hash(hashes: list[bytes], filler: bytes) -> None:
    group = group_of(hashes, filler, "sha256")

    assert set(hashes) <= set(group)
    assert len(set(hashes)) > 1 or hashlib.sha256(filler).digest() == group[-1]


@pytest.mark.parametrize(
    "response",
    [
        b"", b"\x30", b"\x30\x80\x00", b"\x1f\x01\x00",
        der.value(der.SEQUENCE, der.value(der.SEQUENCE, der.number(2))),
        der.value(der.SEQUENCE, der.value(der.SEQUENCE, der.number(0))),
        der.value(
            der.SEQUENCE, der.value(der.SEQUENCE, der.number(0)), der.value(der.SEQUENCE, b"")
        ),
    ],
)  # fmt: skip
def test_an_answer_without_a_stamp_is_refused(response: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        token_of(response)
