"""Names of messages are for people; whatever a sender says, they stay short and printable."""

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from hub.web.api.bodies import LONGEST_NAME, media_type_of, name_of


def named(disposition: str, kind: str = "application/xml") -> str:
    headers = {"Content-Disposition": disposition, "Content-Type": kind}
    return name_of(make_mocked_request("POST", "/", headers))


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="Bescheid_1.xml"', "Bescheid_1.xml"),
        ("attachment; filename=plain.xml", "plain.xml"),
        ("attachment; filename*=UTF-8''M%C3%BCller.xml", "Müller.xml"),
        ('attachment; filename="a\x01b\u202e.xml"', "ab.xml"),
        ("attachment", "nachricht.xml"),
        ("", "nachricht.xml"),
        ('attachment; filename=""', "nachricht.xml"),
    ],
)
def test_a_name_is_what_the_sender_says(disposition: str, name: str) -> None:
    assert name == named(disposition)


@pytest.mark.parametrize(
    ("kind", "name"), [("text/csv", "nachricht.csv"), ("application/octet-stream", "nachricht")]
)
def test_a_message_without_name_is_called_after_its_type(kind: str, name: str) -> None:
    assert name == named("", kind)


@given(st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=400))
def test_any_disposition_gives_a_printable_name(said: str) -> None:
    name = named(said)

    assert 0 < len(name) <= LONGEST_NAME
    assert name.isprintable()


@pytest.mark.parametrize(
    ("said", "kind"),
    [("Application/XML; charset=utf-8", "application/xml"), ("nonsense", "nonsense"), ("", "")],
)
def test_a_type_is_taken_as_it_was_sent(said: str, kind: str) -> None:
    assert kind == media_type_of(make_mocked_request("POST", "/", {"Content-Type": said}))
