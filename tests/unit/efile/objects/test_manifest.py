"""The manifest holds everything and cannot be forged without the secret."""

from __future__ import annotations

import json
import unicodedata
from datetime import date

import pytest

from efile import IntegrityBroken, InvalidRequest, Part, Statement
from efile.integrity.digest import canonical_json
from efile.objects import layout, manifest
from tests.efile_house import SECRET, request


def key_of(text: bytes) -> str:
    content = json.loads(text)
    return layout.manifest_key(content["akte_id"], content["id"], content["version"])


def test_a_manifest_reads_back_as_the_document() -> None:
    document, text = manifest.describe(request(), SECRET.names)

    assert document == manifest.read(text, SECRET.names, key_of(text))


def test_equal_requests_give_equal_bytes() -> None:
    assert manifest.describe(request(), SECRET.names) == manifest.describe(request(), SECRET.names)


def test_names_are_kept_in_one_normal_form() -> None:
    decomposed = unicodedata.normalize("NFD", "Größe Müller")
    part = Part("original", decomposed, "text/plain", b"")

    document, _ = manifest.describe(request(title=decomposed, parts=(part,)), SECRET.names)

    assert ("Größe Müller", "Größe Müller") == (document.title, document.parts[0].name)


@pytest.mark.parametrize("field", ["title", "aktenzeichen", "filed_at_us", "seal", "parts"])
def test_a_changed_field_is_refused(field: str) -> None:
    _, text = manifest.describe(request(), SECRET.names)
    content = json.loads(text)
    content[field] = [] if field == "parts" else "0" * 64

    with pytest.raises(IntegrityBroken, match="manifest_altered"):
        manifest.read(canonical_json(content), SECRET.names, key_of(text))


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff", b"null", b'{"parts":[1]}'])
def test_what_is_no_manifest_is_refused(text: bytes) -> None:
    with pytest.raises(IntegrityBroken, match="manifest_altered"):
        manifest.read(text, SECRET.names, "v1/a/x")


def test_another_secret_does_not_accept_the_seal() -> None:
    _, text = manifest.describe(request(), SECRET.names)

    with pytest.raises(IntegrityBroken, match="manifest_altered"):
        manifest.read(text, b"another secret that is long enough", key_of(text))


def test_the_secret_cannot_be_read_from_the_manifest() -> None:
    _, text = manifest.describe(request(), SECRET.names)

    assert SECRET.names not in text
    assert SECRET.names.hex().encode() not in text


def test_a_manifest_stays_small() -> None:
    parts = tuple(Part("original", "x" * 200, "text/plain", b"") for _ in range(300))

    with pytest.raises(InvalidRequest, match="manifest_too_large"):
        manifest.describe(request(parts=parts), SECRET.names)


def test_a_benefit_file_names_no_kind_and_needs_no_class() -> None:
    plain, text = manifest.describe(request(), SECRET.names)
    same, again = manifest.describe(
        request(aktenplan="", kind="uvg"), SECRET.names, aktenplan="51.3 Unterhaltsvorschuss"
    )

    assert (plain, text) == (same, again)
    assert ("uvg", "") == (plain.kind, plain.retention)
    assert not {"kind", "retention"} & json.loads(text).keys()


def test_kind_and_statement_are_sealed_with_the_document() -> None:
    said = Statement(dates={"ended": date(2026, 3, 31)})
    document, text = manifest.describe(request(kind="beistandschaft", retention=said), SECRET.names)

    assert document == manifest.read(text, SECRET.names, key_of(text))
    assert ("beistandschaft", '{"dates":{"ended":"2026-03-31"}}') == (
        document.kind, document.retention,
    )  # fmt: skip
    for field, forged in (("kind", "uvg"), ("retention", {})):
        changed = canonical_json(json.loads(text) | {field: forged})
        with pytest.raises(IntegrityBroken, match="manifest_altered"):
            manifest.read(changed, SECRET.names, key_of(text))
