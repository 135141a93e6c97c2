"""Whose particulars a file holds, what of them somebody else must not read, and on what ground.

Particulars come from structured data: nobody has to read the file to know what to look for.
What the person who asks knows of themselves is never proposed, even where it is another's too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Final

from efile.inspection.spelling import Token, Wording, text_tokens

GROUNDS: Final = {
    "A": "Schutzwürdige Angaben Dritter: § 25 Abs. 3 SGB X, § 35 SGB I",
    "B": "Anvertraute Angaben: § 25 Abs. 3 SGB X, § 65 SGB VIII",
    "C": "Auskunftssperre oder Schutz vor Gefahr: § 25 Abs. 3 SGB X, § 51 BMG",
    "D": "Gesundheit, durch einen Arzt zu eröffnen: § 25 Abs. 2 SGB X",
    "E": "Entwürfe und Vorarbeiten: § 25 Abs. 1 Satz 2 SGB X",
    "F": "Nicht Teil dieses Verfahrens: § 25 Abs. 1 Satz 1 SGB X",
    "T": "Als Seite nicht darstellbar; Original in der Akte",
}
"""Code on the black box, and what the law says. ``T`` holds for whole documents only."""
KINDS: Final = {
    "name": "Name", "given_name": "Vorname", "address": "Anschrift", "place": "Postleitzahl, Ort",
    "city": "Ort", "birth_date": "Geburtsdatum", "iban": "Bankverbindung", "phone": "Telefon",
    "email": "E-Mail", "employer": "Arbeitgeber", "other": "Text",
}  # fmt: skip
ROLES: Final = {
    "carer": "betreuender Elternteil", "other_parent": "anderer Elternteil (§ 7 UVG)",
    "child": "Kind", "other": "andere Person",
}  # fmt: skip
"""As what somebody stands in the case."""
OFFICE: Final = "office"
"""The office itself: what stands in its letterhead is no secret."""
_ALWAYS = frozenset({"address", "place", "birth_date", "iban", "phone", "email", "employer"})
_EVERYTHING = _ALWAYS | {"name", "given_name", "city"}
_MONTHS = (
    "januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september",
    "oktober", "november", "dezember",
)  # fmt: skip
_STREET = re.compile(
    r"(?<=\w)(stra(?:ss|ß)e|str\.?|weg|platz|allee|gasse|ring|damm)\b", re.IGNORECASE
)
_IBAN_DE = re.compile(r"DE\d{2}(\d{8})(\d{10})")
_SHORTEST_ACCOUNT = 6
_SHORTEST_PHONE = 6


@dataclass(frozen=True, slots=True)
class Particular:
    """Something known of a person from structured data."""

    person: str
    """One of :data:`ROLES`, or :data:`OFFICE`."""
    kind: str
    """One of :data:`KINDS`."""
    value: str


@dataclass(frozen=True, slots=True)
class Term:
    """What is looked for in the documents."""

    id: str
    """The same for the same value of the same person."""
    person: str
    kind: str
    value: str
    ground: str

    def wordings(self) -> list[Wording]:
        """Return the ways it may be written."""
        return list(_wordings(self.kind, self.value))


def term(person: str, kind: str, value: str, ground: str) -> Term:
    """Return a term under the name it always has."""
    clean = " ".join(value.split())
    name = hashlib.sha256(f"{person}|{kind}|{clean.casefold()}".encode()).hexdigest()[:16]
    return Term(name, person, kind, clean, ground)


def proposed(asker: str, known: Sequence[Particular], *, blocked: bool) -> list[Term]:
    """Return what somebody in this role must not read of the others.

    Parents know each other's names and the child's; where a block protects a person the town
    alone is too much already.
    """
    own = {text_form(one.value) for one in known if one.person in {asker, OFFICE}}
    kinds = _EVERYTHING if asker == "other" or blocked else _ALWAYS
    if blocked and asker != "other":
        kinds = kinds - {"name", "given_name"}
    found: dict[str, Term] = {}
    for one in known:
        mine = text_form(one.value) in own
        if mine or one.kind not in kinds or not text_form(one.value) or _is_own(one, asker):
            continue
        ground = "C" if blocked and one.kind in {"address", "place", "city"} else "A"
        made = term(one.person, one.kind, one.value, ground)
        found.setdefault(made.id, made)
    return list(found.values())


def _is_own(one: Particular, asker: str) -> bool:
    """The birthday of the child is no secret to its parents."""
    return asker in {"carer", "other_parent"} and (one.person, one.kind) == ("child", "birth_date")


def text_form(value: str) -> str:
    """Return a text in the one form for all spellings."""
    return "".join(one.form for one in text_tokens(value))


def _wordings(kind: str, value: str) -> Iterator[Wording]:
    if kind == "birth_date":
        yield from _days(value)
    elif kind == "iban":
        yield from _accounts(value)
    elif kind == "phone":
        yield from _numbers(value)
    elif kind == "email":
        yield Wording(text_form(value), loose=True)
    elif kind in {"address", "place"}:
        yield from _places(value)
    else:
        yield _wording(value, inflected=kind in {"name", "given_name", "city", "employer"})


def _wording(text: str, *, inflected: bool = False) -> Wording:
    found = text_tokens(text)
    return Wording(_joined(found), _breaks(found), inflected=inflected)


def _days(value: str) -> Iterator[Wording]:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        yield _wording(value)
        return
    days, months = {f"{day:%d}", str(day.day)}, {f"{day:%m}", str(day.month)}
    month = _MONTHS[day.month - 1]
    months |= {month, month[:3]}
    for d in sorted(days):
        for m in sorted(months):
            for y in (f"{day:%Y}", f"{day:%y}"):
                yield _exact(d, m, y)
    yield _exact(f"{day:%Y}", f"{day:%m}", f"{day:%d}")
    yield Wording(f"{day:%d%m%Y}", exact=True)


def _accounts(value: str) -> Iterator[Wording]:
    yield Wording(text_form(value), loose=True)
    german = _IBAN_DE.fullmatch(re.sub(r"\W", "", value).upper())
    number = german[2].lstrip("0") if german else ""
    if len(number) >= _SHORTEST_ACCOUNT:
        yield Wording(number, exact=True)


def _numbers(value: str) -> Iterator[Wording]:
    digits = re.sub(r"\D", "", value)
    core = re.sub(r"^(00)?49|^0", "", digits)
    if len(core) >= _SHORTEST_PHONE:
        for front in ("0", "49", "0049"):
            yield Wording(front + core, loose=True)


def _places(value: str) -> Iterator[Wording]:
    """The street as a word of its own or not, short or long."""
    spread = _STREET.sub(lambda hit: f" {hit[1]}", value)
    for text in (spread, re.sub(r"(?i)\bstra(ss|ß)e\b", "str", spread),
                 re.sub(r"(?i)\bstr\b\.?", "straße", spread)):  # fmt: skip
        yield _wording(text)


def _exact(*parts: str) -> Wording:
    found = [one for part in parts for one in text_tokens(part)]
    return Wording(_joined(found), _breaks(found), exact=True)


def _joined(found: Iterable[Token]) -> str:
    return "".join(one.form for one in found)


def _breaks(found: Sequence[Token]) -> frozenset[int]:
    return frozenset(accumulate(len(one.form) for one in found[:-1]))
