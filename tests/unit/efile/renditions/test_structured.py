"""XML and JSON as forms."""

from __future__ import annotations

import pytest

from efile import DocumentPart, FormNode, NotDisplayable
from efile.renditions.structured import form_of, is_structured, label_of
from tests.efile_house import XML


def part(mime: str) -> DocumentPart:
    return DocumentPart(0, "message", "name", mime, "0" * 64, 1, "key")


def test_an_xml_message_is_a_form() -> None:
    name = FormNode("family name", "Müller", ())

    assert FormNode("Fall", "", (FormNode("Kind", "", (name,)),)) == form_of(
        part("application/xml"), XML
    )


def test_a_json_message_is_a_form() -> None:
    form = form_of(part("application/json"), b'{"case_id": "A-1"}')

    assert (FormNode("case id", "A-1", ()),) == form.children


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("familyName", "family name"),
        ("case_id", "case id"),
        ("IBAN", "IBAN"),
        ("kontoIBAN", "konto IBAN"),
        ("Geburtsdatum", "Geburtsdatum"),
        ("_", "_"),
    ],
)
def test_a_label_is_readable(name: str, label: str) -> None:
    assert label == label_of(name)


def test_a_picture_is_no_form() -> None:
    assert not is_structured(part("image/png"))
    with pytest.raises(NotDisplayable, match="not_structured"):
        form_of(part("image/png"), b"")
