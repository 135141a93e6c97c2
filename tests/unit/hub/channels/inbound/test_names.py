"""A sender's name survives quoting, and never becomes a path."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.inbound.names import claimed_name, is_claimed, original_name, sender_name

CLAIM_ID = "01975a00-0000-7000-8000-000000000001"
NAMES = st.binary(min_size=1, max_size=255).filter(
    lambda raw: not set(raw) & {0, ord("/")} and not raw.startswith(b".")
)
ROOM = 255 - len(".grund.json") - len(".") - len(".tmp")
"""What the longest companion of a claimed file leaves of a file system's limit."""


@given(NAMES)
def test_any_name_becomes_a_plain_one(raw: bytes) -> None:
    name = claimed_name(CLAIM_ID, os.fsdecode(raw))

    assert name.isascii()
    assert name.isprintable()
    assert not set(name) & set('/\\ :*?"<>|')
    assert len(name) <= ROOM
    assert is_claimed(name)


@given(NAMES.filter(lambda raw: len(raw) <= 60))
def test_a_name_of_usual_length_comes_back_byte_for_byte(raw: bytes) -> None:
    claimed = claimed_name(CLAIM_ID, os.fsdecode(raw))

    assert raw == os.fsencode(sender_name(claimed) or "")
    assert raw.decode("utf-8", "backslashreplace") == original_name(claimed)


@pytest.mark.parametrize("character", ["a", "ä", "\u0301", "文", "😀", "\udcff"])
def test_a_long_name_loses_its_end_and_says_so(character: str) -> None:
    name = character * (255 // len(os.fsencode(character)))
    shown = original_name(claimed_name(CLAIM_ID, name))

    assert shown.endswith("…")
    assert name.startswith(shown[:-1].replace("\\xff", "\udcff"))
    assert 10 < len(shown)


@pytest.mark.parametrize(
    "name",
    [
        "Bescheid 1+2 100%.xml", "a__b", "zwei\nZeilen.xml", "\u202egnp.xml", "e\u0301.xml",
        "\u00e9.xml", "CON", "a.xml.", "a.xml ", "%2e%2e", "..a", "a b+c",
    ],
)  # fmt: skip
def test_a_strange_name_is_kept_as_it_is(name: str) -> None:
    assert name == original_name(claimed_name(CLAIM_ID, name))


@pytest.mark.parametrize(
    "quoted", ["", "..%2F..%2Fcerts%2Fkey", "%2Fetc%2Fpasswd", ".claimed", "..", "%2E%2E", "a%00b"]
)
def test_a_forged_name_is_not_given_back(quoted: str) -> None:
    assert sender_name(f"{CLAIM_ID}__{quoted}") is None


@pytest.mark.parametrize(
    "name", [".DS_Store", "Thumbs.db", "a__b.xml", CLAIM_ID, f"{CLAIM_ID}__", f"x{CLAIM_ID}__a"]
)
def test_what_others_put_among_the_claimed_is_recognised(name: str) -> None:
    assert not is_claimed(name)
