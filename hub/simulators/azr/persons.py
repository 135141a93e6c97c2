"""The persons of the register, from a JSON file the operator of the simulator brings.

The file is a list of objects::

    {"azr_number": "151103000001",            12 digits
     "former_azr_numbers": ["..."],           optional: numbers of merged records
     "family_name": "...", "given_names": "...", "birth_name": "...",   the last optional
     "birth": "2015-03-09",                   or "2015-03", "2015"; null when unknown
     "birth_place": "...",                    optional: unknown
     "birth_country": "475",                  three digits
     "sex": "w",                              m, w, d, x; optional: not known
     "nationality": ["475"],                  up to four
     "record_authority": "654321",            optional: who keeps the file
     "residence_title": {"kind": "aufenthaltserlaubnis", "code": "01",
                         "since": "2025-02-01", "until": "2028-01-31"},  optional; dates too
     "blocks": ["06"],                        optional: Uebermittlungssperren
     "benefits": [{"kind": "02", "begin": "2024-07-01", "end": "2026-06-30",
                   "authority": "777777", "file_reference": "BG-55555"}]}  optional; end, too

Names are compared without case and diacritics. Residual risk: the register's own similarity
search is not public; this one is a plain approximation.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

SIMILAR = 0.8
RESIDENCE_KINDS = frozenset(
    {
        "aufenthaltserlaubnis",
        "aufenthaltsgestattung",
        "aufenthaltsrechtEU",
        "aufenthaltsstatus",
        "aktuelleDuldung",
        "niederlassungserlaubnis",
    }
)
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
NUMBER = r"[0-9]{12}"
UNCLEAR_NATIONALITIES = frozenset({"998", "999"})


class PersonFault(Exception):
    """Die Personendatei hat eine andere Gestalt als beschrieben."""


@dataclass(frozen=True)
class Residence:
    """A residence title; ``kind`` is the element of the answer."""

    kind: str
    code: str
    since: str
    until: str


@dataclass(frozen=True)
class Benefit:
    """A benefit interval as the file brings it; ``end`` empty: open."""

    kind: str
    begin: str
    end: str
    authority: str
    file_reference: str


@dataclass(frozen=True)
class Person:
    """One record of the register. Empty text: not known."""

    azr_number: str
    former_azr_numbers: tuple[str, ...]
    family_name: str
    given_names: str
    birth_name: str
    birth: str
    birth_place: str
    birth_country: str
    sex: str
    nationality: tuple[str, ...]
    record_authority: str
    residence: Residence | None
    blocks: tuple[str, ...]
    benefits: tuple[Benefit, ...]


@dataclass(frozen=True)
class Search:
    """Personal data of a query. Empty text: not known."""

    family_name: str
    given_names: str
    birth: str
    sex: str
    nationality: tuple[str, ...]


@dataclass(frozen=True)
class Hit:
    """A person a search found; ``equal`` or only similar."""

    person: Person
    equal: bool


def load_persons(path: Path) -> tuple[Person, ...]:
    """Read the file; raises :class:`PersonFault` naming the entry and the field."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PersonFault(f"{path}: nicht lesbar: {error}") from error
    if not isinstance(entries, list):
        raise PersonFault(f"{path}: keine Liste")
    persons = tuple(
        _person(_Entry(entry, f"Eintrag {at}")) for at, entry in enumerate(entries, start=1)
    )
    numbers = [number for person in persons for number in all_numbers(person)]
    if len(numbers) != len(set(numbers)):
        raise PersonFault(f"{path}: eine AZR-Nummer steht zweimal")
    return persons


def all_numbers(person: Person) -> tuple[str, ...]:
    """The current number of a person and those of merged records."""
    return (person.azr_number, *person.former_azr_numbers)


def find(persons: tuple[Person, ...], search: Search) -> list[Hit]:
    """Equal and similar persons, equal ones first."""
    hits = [Hit(person, _is_equal(person, search)) for person in persons if _fits(person, search)]
    return sorted(hits, key=lambda hit: not hit.equal)


def plain(name: str) -> str:
    """A name without case, diacritics and punctuation, for comparing."""
    folded = unicodedata.normalize("NFD", name.casefold())
    kept = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[\W_]", " ", kept).split())


def _fits(person: Person, search: Search) -> bool:
    return (
        _births_agree(person.birth, search.birth)
        and (not person.sex or not search.sex or person.sex == search.sex)
        and _similar(person.family_name, search.family_name)
        and _similar(person.given_names, search.given_names)
    )


def _is_equal(person: Person, search: Search) -> bool:
    unclear = UNCLEAR_NATIONALITIES.union(person.nationality)
    return (
        bool(person.birth and search.birth)
        and plain(person.family_name) == plain(search.family_name)
        and plain(person.given_names) == plain(search.given_names)
        and (not search.nationality or not unclear.isdisjoint(search.nationality))
    )


def _births_agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _similar(one: str, other: str) -> bool:
    first, second = plain(one), plain(other)
    if set(first.split()) & set(second.split()):
        return True
    return SequenceMatcher(None, first, second).ratio() >= SIMILAR


def _person(entry: _Entry) -> Person:
    title = entry.value("residence_title")
    person = Person(
        azr_number=entry.text("azr_number", NUMBER),
        former_azr_numbers=entry.texts("former_azr_numbers", NUMBER),
        family_name=entry.text("family_name", ".+"),
        given_names=entry.text("given_names", ".*"),
        birth_name=entry.text("birth_name", ".*", optional=True),
        birth=entry.text("birth", r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", optional=True),
        birth_place=entry.text("birth_place", ".*", optional=True),
        birth_country=entry.text("birth_country", "[0-9]{3}"),
        sex=entry.text("sex", "[mwdx]", optional=True),
        nationality=entry.texts("nationality", "[0-9]{3}"),
        record_authority=entry.text("record_authority", "[0-9]{6}", optional=True),
        residence=None if title is None else _residence(_Entry(title, entry.place)),
        blocks=entry.texts("blocks", "[0-9]{2}"),
        benefits=tuple(_benefit(_Entry(raw, entry.place)) for raw in entry.members("benefits")),
    )
    entry.end()
    return person


def _residence(entry: _Entry) -> Residence:
    residence = Residence(
        kind=entry.text("kind", "|".join(RESIDENCE_KINDS)),
        code=entry.text("code", ".+"),
        since=entry.text("since", DAY, optional=True),
        until=entry.text("until", DAY, optional=True),
    )
    entry.end()
    return residence


def _benefit(entry: _Entry) -> Benefit:
    benefit = Benefit(
        kind=entry.text("kind", "0[1-5]"),
        begin=entry.text("begin", DAY),
        end=entry.text("end", DAY, optional=True),
        authority=entry.text("authority", "[0-9]{6}"),
        file_reference=entry.text("file_reference", ".*", optional=True),
    )
    entry.end()
    return benefit


class _Entry:
    """One JSON object, read key by key; a key nobody read is a fault."""

    def __init__(self, raw: object, place: str) -> None:
        if not isinstance(raw, dict):
            raise PersonFault(f"{place}: kein Objekt")
        self.place = place
        self._rest: dict[str, object] = dict(raw)

    def value(self, name: str) -> object:
        """Take a value of any shape; ``None`` when absent."""
        return self._rest.pop(name, None)

    def text(self, name: str, form: str, *, optional: bool = False) -> str:
        """Take a text of a form; empty when absent and optional."""
        value = self.value(name)
        if value is None and optional:
            return ""
        if not isinstance(value, str) or not re.fullmatch(form, value):
            raise PersonFault(f"{self.place}, {name}: nicht in der Form {form}")
        return value

    def texts(self, name: str, form: str) -> tuple[str, ...]:
        """Take a list of texts of a form; empty when absent."""
        members = self.members(name)
        return tuple(_Entry({name: text}, self.place).text(name, form) for text in members)

    def members(self, name: str) -> list[object]:
        """Take a list; empty when absent."""
        value = self.value(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise PersonFault(f"{self.place}, {name}: keine Liste")
        return value

    def end(self) -> None:
        """Refuse keys that were not read."""
        if self._rest:
            raise PersonFault(f"{self.place}: unbekannte Angabe {min(self._rest)}")
