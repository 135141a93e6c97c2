"""XML and JSON become trees; whatever hides or explodes is refused."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efile import NotDisplayable
from efile.index.tree import Field, read_json, read_xml, texts_of_json, texts_of_xml


def test_xml_becomes_names_and_values() -> None:
    data = (
        b'<?xml version="1.0" encoding="ISO-8859-1"?>'
        b'<x:Fall xmlns:x="urn:x" art="neu"><x:Kind>M\xfcller</x:Kind><leer/></x:Fall>'
    )
    root = read_xml(data)

    assert ("Fall", ["art", "Kind", "leer"]) == (root.name, [each.name for each in root.children])
    assert ["neu", "Müller"] == texts_of_xml(data)


def test_text_between_elements_is_kept_in_order() -> None:
    data = b"<a>vor<b>innen</b> <!-- still -->nach</a>"
    root = read_xml(data)

    assert ("vor nach", "innen") == (root.value, root.children[0].value)
    assert ["vor", "innen", "nach"] == texts_of_xml(data)


def test_a_long_text_is_not_torn() -> None:
    long = "wort" * 50_000

    assert [long] == texts_of_xml(f"<a><b>{long}</b></a>".encode())


def test_json_becomes_names_and_values() -> None:
    data = '{"name": "Müller", "betrag": 30100, "kinder": [{"a": true}, null]}'.encode()
    root = read_json(data)

    assert ["Müller", "30100", "ja"] == texts_of_json(data)
    assert ["1", "2"] == [each.name for each in root.children[2].children]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a>",
        b"<a></b>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a>" * 200 + b"</a>" * 200,
        b"<a>" + b"<b/>" * 60_000 + b"</a>",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b"<a>\xff</a>",
        b"\x00" * 10,
    ],
    ids=range(10),
)
def test_xml_that_cannot_be_trusted_is_refused(data: bytes) -> None:
    for read in (read_xml, texts_of_xml):
        with pytest.raises(NotDisplayable, match="document_unreadable"):
            read(data)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe\xff", b"[" * 5000, b"[" + b"1," * 60_000 + b"1]"], ids=range(5)
)
def test_json_that_cannot_be_trusted_is_refused(data: bytes) -> None:
    with pytest.raises(NotDisplayable, match="document_unreadable"):
        read_json(data)


@given(data=st.binary(max_size=200))
def test_any_bytes_give_a_tree_or_a_typed_refusal(data: bytes) -> None:
    for read, kind in (
        (read_xml, Field),
        (read_json, Field),
        (texts_of_xml, list),
        (texts_of_json, list),
    ):
        with suppress(NotDisplayable):
            assert isinstance(read(data), kind)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=20,
)


@given(content=JSON)
def test_the_texts_of_json_are_the_values_of_its_tree(content: object) -> None:
    data = json.dumps(content).encode()

    assert _values(read_json(data)) == texts_of_json(data)


def _values(field: Field) -> list[str]:
    inner = [value for child in field.children for value in _values(child)]
    return [field.value, *inner] if field.value else inner
