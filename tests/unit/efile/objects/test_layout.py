"""Identifiers and keys are stable and tell nothing."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from efile.objects import layout

TEXT = st.text(max_size=20)


@given(tenant=TEXT, number=TEXT, other=TEXT)
def test_identifiers_follow_from_what_they_name(tenant: str, number: str, other: str) -> None:
    assert layout.akte_id(tenant, number) == layout.akte_id(tenant, number)
    assert (number == other) == (layout.akte_id(tenant, number) == layout.akte_id(tenant, other))
    assert layout.akte_id(tenant, number) != layout.document_id(tenant, number)


def test_parts_of_a_name_cannot_run_together() -> None:
    assert layout.vorgang_id("t", "a|b", "c") != layout.vorgang_id("t", "a", "b|c")


def test_identifiers_never_change_between_releases() -> None:
    assert "6fac8544-b0dd-5288-9e83-688e17e0dba0" == layout.document_id("muster", "k0")
    assert "e76d6c99-5afa-5895-ae70-5f6c09dcd81e" == layout.akte_id("muster", "51.3/0")


@given(secret=st.binary(min_size=32, max_size=32), digest=st.binary(min_size=32, max_size=32))
def test_a_content_lies_under_hex_digits_only(secret: bytes, digest: bytes) -> None:
    akte = layout.akte_id("muster", "1")
    key = layout.blob_key(layout.file_key(secret, "muster", akte), akte, digest.hex())

    assert re.fullmatch(r"v1/a/[0-9a-f-]{36}/o/([0-9a-f]{2})/\1[0-9a-f]{62}", key)
    assert key == layout.checked_key(key)
    assert digest.hex() not in key


def test_manifests_are_told_from_contents() -> None:
    akte = layout.akte_id("muster", "1")
    key = layout.manifest_key(akte, layout.document_id("muster", "d"), 12)

    assert key.endswith("/0012.json")
    assert layout.is_manifest(key)
    assert not layout.is_manifest(key + ".tmp")
    assert not layout.is_manifest(f"v1/a/{akte}/o/aa/name")
