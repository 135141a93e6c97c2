"""A hash chain shows every change."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from efile import GENESIS, chain_hash, first_break

ENTRIES = st.lists(
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=10) | st.none()),
    min_size=1,
    max_size=8,
)


def chained(entries: list[dict[str, object]]) -> list[tuple[dict[str, object], str]]:
    links, previous = [], GENESIS
    for entry in entries:
        previous = chain_hash(previous, entry)
        links.append((entry, previous))
    return links


@given(entries=ENTRIES)
def test_an_untouched_chain_has_no_break(entries: list[dict[str, object]]) -> None:
    assert None is first_break(chained(entries))


@given(entries=ENTRIES, data=st.data())
def test_a_changed_entry_breaks_the_chain_where_it_stands(
    entries: list[dict[str, object]], data: st.DataObject
) -> None:
    links = chained(entries)
    at = data.draw(st.integers(0, len(links) - 1))
    links[at] = ({**links[at][0], "added": True}, links[at][1])

    assert at == first_break(links)


def test_a_removed_entry_breaks_the_chain() -> None:
    links = chained([{"n": 1}, {"n": 2}, {"n": 3}])

    assert 1 == first_break([links[0], links[2]])


def test_the_hash_is_the_documented_one() -> None:
    documented = hashlib.sha256(bytes(32) + b'{"a":1,"b":2}').hexdigest()

    assert documented == chain_hash(GENESIS, {"b": 2, "a": 1})
