"""The persons file of the simulated register and the search in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.simulators.azr.persons import PersonFault, Search, find, load_persons, plain

PERSON = {
    "azr_number": "151103000001",
    "family_name": "Groß-Beispiel",
    "given_names": "Amina Sara",
    "birth": "2015-03-09",
    "birth_country": "475",
    "nationality": ["475"],
}


def load(root: Path, *entries: object) -> object:
    path = root / "persons.json"
    path.write_text(json.dumps(list(entries)))
    return load_persons(path)


def test_what_is_not_given_is_not_known(tmp_path: Path) -> None:
    (person,) = load(tmp_path, PERSON)

    assert ("", None, (), ()) == (person.sex, person.residence, person.blocks, person.benefits)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"azr_number": "1"}, "azr_number"),
        ({"azr_number": None}, "azr_number"),
        ({"birth": "9.3.2015"}, "birth"),
        ({"nationality": "475"}, "keine Liste"),
        ({"nationality": [475]}, "nationality"),
        ({"residence_title": {"kind": "visum", "code": "1"}}, "kind"),
        ({"residence_title": []}, "kein Objekt"),
        ({"benefits": [{"kind": "05"}]}, "begin"),
        ({"name": "x"}, "unbekannte Angabe name"),
    ],
)
def test_another_shape_is_refused_by_place(
    tmp_path: Path, change: dict[str, object], place: str
) -> None:
    with pytest.raises(PersonFault, match=place):
        load(tmp_path, PERSON | change)


def test_a_number_stands_for_one_person(tmp_path: Path) -> None:
    other = PERSON | {"azr_number": "160101000001", "former_azr_numbers": ["151103000001"]}

    with pytest.raises(PersonFault, match="zweimal"):
        load(tmp_path, PERSON, other)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(PersonFault, match="nicht lesbar"):
        load_persons(tmp_path / "none.json")


@pytest.mark.parametrize("name", ["GROSS BEISPIEL", "Groß-Beispiel", " gross  béispiel "])
def test_spelling_does_not_matter(name: str) -> None:
    assert "gross beispiel" == plain(name)


@pytest.mark.parametrize(
    ("given", "equal"), [("Amina Sara", [True]), ("Sara", [False]), ("Petra", [])]
)
def test_one_of_several_given_names_is_similar(
    tmp_path: Path, given: str, equal: list[bool]
) -> None:
    search = Search("Gross Beispiel", given, "2015-03-09", "", ())

    assert equal == [hit.equal for hit in find(load(tmp_path, PERSON), search)]
