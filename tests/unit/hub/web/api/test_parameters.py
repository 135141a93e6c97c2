"""Header values of any sender are read one way or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.web.api.parameters import file_name, parsed, without_escapes


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("form-data", ("form-data", {})),
        ('Form-Data; Name="message"', ("form-data", {"name": "message"})),
        ("text/xml ;charset=utf-8", ("text/xml", {"charset": "utf-8"})),
        (r'a; x="1\"2\\3"', ("a", {"x": '1"2\\3'})),
        (r'a; x="C:\fake\y.pdf"', ("a", {"x": r"C:\fake\y.pdf"})),
        ('a; x=""; y=', ("a", {"x": "", "y": ""})),
        ('a; x="ä;b"', ("a", {"x": "ä;b"})),
    ],
)
def test_a_value_has_its_parameters(header: str, found: tuple[str, dict[str, str]]) -> None:
    assert found == parsed(header)


@pytest.mark.parametrize(
    "header", ["", ";", "a b", "a; x", 'a; x="1', "a; x=1; X=2", "a; x=1;", 'a; x="1"2', "a;;x=1"]
)
def test_what_has_more_than_one_reading_has_none(header: str) -> None:
    with pytest.raises(ValueError, match=r"no (value|list)"):
        parsed(header)


@given(st.text())
def test_any_text_is_a_value_or_none(header: str) -> None:
    try:
        value, parameters = parsed(header)
    except ValueError:
        return
    assert value == value.lower() != ""
    assert all(name == name.lower() for name in parameters)


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"filename": "a.pdf"}, "a.pdf"),
        ({"filename*": "UTF-8''M%C3%BCller.xml"}, "Müller.xml"),
        ({"filename": "=?utf-8?B?TQ==?=", "filename*": "utf-8''M%C3%BCller"}, "Müller"),
        ({"filename*": "iso-8859-1'de'M%FCller"}, "Müller"),
        ({"filename": "b", "filename*": "utf-16''%00a"}, "b"),
        ({"filename": "b", "filename*": "undefined''a"}, "b"),
        ({"filename": "b", "filename*": "utf-8''%FF"}, "b"),
        ({"filename": "b", "filename*": "utf-8''a%"}, "b"),
        ({"filename*": "UTF-8''a" + "%41" * 9}, "a" + "A" * 9),
        ({}, ""),
    ],
)
def test_the_extended_name_goes_before_the_plain_one(parameters: dict[str, str], name: str) -> None:
    assert name == file_name(parameters)


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("Nachweis%20%C3%BC.pdf", "Nachweis ü.pdf"),
        ("Nachweis ü%22.pdf", 'Nachweis ü".pdf'),
        ("50% Rabatt.pdf", "50% Rabatt.pdf"),
        ("%FF.pdf", "%FF.pdf"),
        ("plain.pdf", "plain.pdf"),
    ],
)
def test_escapes_of_forms_are_undone_where_all_are_such(given_name: str, name: str) -> None:
    assert name == without_escapes(given_name)
