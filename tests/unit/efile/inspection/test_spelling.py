"""One form for all spellings; what differs in more than spelling is not found."""

import pytest

from efile.inspection.spelling import find, is_similar, text_tokens
from efile.inspection.subjects import term


def found(kind: str, value: str, text: str, *, similar: bool = False) -> bool:
    one = term("other_parent", kind, value, "A")
    return bool(find(text_tokens(text), [(one.id, one.wordings())], similar=similar))


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("name", "Müller", "Herr MUELLER schrieb"),
        ("name", "Müller", "Frau Mu\u0308ller schrieb"),
        ("name", "Müller", "das Konto Müllers"),
        ("name", "Müller", "Müller\u2019s Konto"),
        ("name", "Müller", "Herr Mül-\nler"),
        ("name", "Müller", "Herr Mül\ufffeler"),
        ("name", "Müller", "Herr Mül\u00adler"),
        ("name", "Müller", "M ü l l e r"),
        ("name", "Müller", "AnnaMüller"),
        ("name", "Müller", "Müller-Lüdenscheidt"),
        ("name", "Müller", "anna.müller@example.org"),
        ("name", "Großmann", "GROSSMANN"),
        ("name", "Pfiffig", "P\ufb01f\ufb01g und Pﬁﬀig"),
        ("name", "Şahin", "Sahin"),
        ("name", "Jürgen Krause", "Jürgen\nKrause"),
        ("address", "Gartenstr. 12", "Gartenstraße 12"),
        ("address", "Gartenstraße 12", "GARTENSTRASSE 12a"),
        ("address", "Gartenstraße 12", "Garten-Straße 12"),
        ("address", "Gartenstraße 12", "Garten Str. 12"),
        ("place", "12345 Musterstadt", "D-12345 Musterstadt"),
        ("birth_date", "1985-04-03", "3.4.85"),
        ("birth_date", "1985-04-03", "03.04.1985"),
        ("birth_date", "1985-04-03", "3. April 1985"),
        ("birth_date", "1985-04-03", "1985-04-03"),
        ("iban", "DE89370400440532013000", "DE89 3704 0044 0532 0130 00"),
        ("iban", "DE89 3704 0044 0532 0130 00", "Kontonummer 532013000"),
        ("phone", "+49 171 2345678", "0171/234 56 78"),
        ("phone", "0171 2345678", "0049-171-2345678"),
        ("email", "vater@example.org", "Vater@example.org"),
        ("employer", "Huber Bau GmbH", "HUBER-BAU GMBH"),
    ],
)  # fmt: skip
def test_all_spellings_are_found(kind: str, value: str, text: str) -> None:
    assert found(kind, value, text)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("name", "Müller", "Müllerei"),
        ("name", "Müller", "Obermüller"),
        ("name", "Jürgen Krause", "Jürgen und Krause"),
        ("address", "Gartenstraße 12", "Gartenstraße 1"),
        ("address", "Gartenstraße 12", "Gartenstraße 123"),
        ("birth_date", "1985-04-03", "13.4.1985"),
        ("birth_date", "1985-04-03", "3.4.1986"),
        ("name", "Sommer", "Sommerferien"),
    ],
)
def test_something_else_is_not(kind: str, value: str, text: str) -> None:
    assert not found(kind, value, text)


@pytest.mark.parametrize(
    ("other", "alike"),
    [("krauze", 1), ("kraus", 1), ("krausse", 1), ("krauzze", 0), ("krause", 1)],
)
def test_one_sign_read_wrongly_is_similar(other: str, alike: int) -> None:
    assert alike == is_similar("krause", other)


def test_a_word_read_wrongly_off_a_picture_is_found() -> None:
    assert found("name", "Krause", "Herr Krauze", similar=True)
    assert not found("name", "Krause", "Herr Krauze")


def test_a_find_within_a_longer_one_is_left_out() -> None:
    name = term("other_parent", "name", "Krause", "A")
    whole = term("other_parent", "name", "Jürgen Krause", "A")
    terms = [(one.id, one.wordings()) for one in (name, whole)]

    finds = find(text_tokens("Jürgen Krause, geborener Krause"), terms)

    assert [(whole.id, 0, 1), (name.id, 3, 3)] == [(f.term, f.first, f.last) for f in finds]
