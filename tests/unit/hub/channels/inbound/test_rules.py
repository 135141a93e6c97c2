"""What a channel agreed on: numbers in names, and names that are never taken."""

import re

import pytest

from hub.channels.inbound.rules import Rules, is_taken

RULES = Rules(number=re.compile(r"LFD(\w+)"))


@pytest.mark.parametrize(
    ("name", "number"),
    [("LFD0042.xml", 42), ("LFD7", 7), ("x.xml", None), ("LFDx", None), ("LFD²", None)],
)
def test_a_number_is_read_from_a_name(name: str, number: int | None) -> None:
    assert number == RULES.number_of(name)


def test_a_channel_without_a_pattern_knows_no_numbers() -> None:
    assert Rules().number_of("LFD7") is None


@pytest.mark.parametrize("name", ["a.xml", "sha256", "a.done.xml", "a.md5.pdf", "ä"])
def test_ordinary_names_are_taken(name: str) -> None:
    assert is_taken(name)
