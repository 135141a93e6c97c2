"""Digests and the canonical form."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efile.integrity.digest import (
    canonical_json,
    derive_key,
    keyed_hex,
    leaf_hash,
    sha256_hex,
    sha256_of_stream,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
)


@given(pieces=st.lists(st.binary(max_size=50)))
def test_a_stream_has_the_digest_of_its_whole(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)

    assert (hashlib.sha256(whole).hexdigest(), len(whole)) == sha256_of_stream(pieces)
    assert hashlib.sha256(whole).hexdigest() == sha256_hex(whole)


@given(value=JSON)
def test_canonical_json_reads_back_and_stays_the_same(value: object) -> None:
    text = canonical_json(value)

    assert value == json.loads(text)
    assert text == canonical_json(json.loads(text))


@given(value=JSON)
def test_canonical_json_is_what_any_encoder_of_json_writes(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert text.encode() == canonical_json(value)


def test_canonical_json_is_sorted_short_and_utf8() -> None:
    assert '{"a":["ä",true,null],"b":1}'.encode() == canonical_json(
        {"b": 1, "a": ["ä", True, None]}
    )


@pytest.mark.parametrize("value", [1.5, [{"a": 0.0}], {1: "a"}, {"a": {2: 1}}, b"bytes"])
def test_what_has_no_single_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


def test_a_leaf_is_the_rfc_6962_leaf() -> None:
    assert hashlib.sha256(b"\x00manifest").hexdigest() == leaf_hash(b"manifest")


def test_keys_for_different_purposes_differ() -> None:
    keys = {
        derive_key(b"secret", "a", "bc"),
        derive_key(b"secret", "ab", "c"),
        derive_key(b"other", "a", "bc"),
    }

    assert {32} == {len(key) for key in keys}
    assert 3 == len({keyed_hex(key, b"data") for key in keys})
