"""Records and neutral XML."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hub.core.errors import Misconfigured, RuleViolation
from hub.core.record import Record
from hub.mapping.neutral import fill, records_of


def read(xml: str) -> list[Record]:
    return records_of(etree.fromstring(xml))


def test_types_come_out_as_json_values() -> None:
    (record,) = read(
        '<records><record kind="X"><a>text</a><b type="int">7</b><c type="money">299.05</c>'
        '<d type="bool">true</d><e/><f type="object"><g>1</g><h> </h></f>'
        '<i type="list"><item>x</item><item type="object"><j>y</j></item></i>'
        '<k type="list"/></record></records>'
    )
    data = {"a": "text", "b": 7, "c": 29905, "d": True, "f": {"g": "1"}, "i": ["x", {"j": "y"}]}

    assert record == Record("X", data | {"k": []})


@pytest.mark.parametrize(
    "xml",
    [
        "<other/>",
        "<records><record/></records>",
        '<records><record kind="X"><a>1</a><a>2</a></record></records>',
        '<records><record kind="X"><a type="int">x</a></record></records>',
        '<records><record kind="X"><a type="money">1,00</a></record></records>',
        '<records><record kind="X"><a type="bool">ja</a></record></records>',
        '<records><record kind="X"><a type="date">1</a></record></records>',
    ],
)
def test_a_faulty_tree_is_the_operators_matter(xml: str) -> None:
    with pytest.raises(Misconfigured, match="mapping_faulty"):
        read(xml)


def test_context_and_records_stand_side_by_side() -> None:
    root = etree.Element("records")
    fill(root, [Record("A", {"x": 1}), Record("B", {})], {"office": "4711", "none": None})

    assert root.findtext("context/office") == "4711"
    assert [r.get("kind") for r in root.findall("record")] == ["A", "B"]
    assert root.find("record/x").get("type") == "int"
    assert root.find("context/none") is None


def test_text_xml_cannot_carry_is_refused_with_its_field() -> None:
    with pytest.raises(RuleViolation) as caught:
        fill(etree.Element("records"), [Record("A", {"name": "a\x00b"})], {})

    assert ("value_not_writable", "name") == (caught.value.code, caught.value.place)


TEXT = (
    st.text(
        st.characters(exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\ufffe\uffff"),
        min_size=1,
    )
    .map(str.strip)
    .filter(bool)
)
NAME = st.from_regex("[a-z][a-z_]{0,8}", fullmatch=True)
VALUE: st.SearchStrategy[Any] = st.recursive(
    TEXT | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAME, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAME, VALUE, max_size=4))
def test_a_record_survives_the_way_through_xml(data: dict[str, Any]) -> None:
    root = etree.Element("records")
    fill(root, [Record("X", data)], {})

    assert [Record("X", data)] == records_of(etree.fromstring(etree.tostring(root)))
