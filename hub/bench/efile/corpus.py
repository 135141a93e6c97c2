"""Letters of an office by the thousand, invented by a seed: the same number, the same letter.

Words come as often as in life: a few everywhere, most hardly ever. What is asked for later is
known here: words of nearly all letters and of a handful, words in a row, beginnings, values.
"""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources

from efile import Direction, FilingRequest, Part
from hub.bench.efile.paper import pdf
from hub.demo.cast import iban

PER_FILE = 20
"""Documents of a file."""
LETTER_BYTES = 60_000
SEEN, UNSEEN, EVERY_UNSEEN = "uvg", "beistandschaft", 5
"""Kinds of files: every fifth is one that whoever asks may not see."""
ASKED = 20
"""Questions of each kind."""
_PARAGRAPHS, _WORDS = 3000, 45
_PER_LETTER = 5
_RARE = 30_000
"""Invented words that hardly ever come."""
_LISTS = {
    name: words.split()
    for name, words in re.findall(
        r"^(\w+): (.*?)(?=^\w|\Z)",
        (resources.files("hub.bench.efile") / "words.txt").read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
}
"""Words that come everywhere or often, and what names are made of."""
_EVERYWHERE, _COMMON = _LISTS["everywhere"], _LISTS["common"]
_NAMES, _FIRST, _SYLLABLES = _LISTS["names"], _LISTS["first"], _LISTS["syllables"]
_TITLES = ("Bescheid", "Anhörung", "Mitteilung", "Antrag", "Nachweis", "Mahnung", "Vermerk")
_DAY_US = 86_400_000_000
_FIRST_DAY_US = 1_600_000_000_000_000


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter and where it belongs."""

    number: int
    file: int
    title: str
    text: str


class Corpus:
    """Letters by number."""

    def __init__(self, tenant: str, seed: int = 4) -> None:
        self.tenant = tenant
        self._seed = seed

    @cached_property
    def paragraphs(self) -> list[str]:
        """Return the paragraphs letters are made of."""
        chance = random.Random(self._seed)  # noqa: S311  no secret
        rare = ["".join(chance.choices(_SYLLABLES, k=4)).capitalize() for _ in range(_RARE)]
        words = [*_EVERYWHERE, *_COMMON, *rare]
        weights = list(itertools.accumulate(1 / (place + 3) for place in range(len(words))))
        return [
            " ".join(chance.choices(words, cum_weights=weights, k=_WORDS)) + "."
            for _ in range(_PARAGRAPHS)
        ]

    def letter(self, number: int) -> Letter:
        """Return a letter."""
        chance = random.Random(self._seed * 1_000_003 + number)  # noqa: S311  no secret
        file = number // PER_FILE
        title = f"{_TITLES[chance.randrange(len(_TITLES))]} {_day(number)}"
        text = "\n\n".join(
            [
                f"{title}\n{self.person(file)}, Aktenzeichen {self.sign(file)}",
                *chance.choices(self.paragraphs, k=_PER_LETTER),
                (
                    f"Kassenzeichen {self.account(number)}, fällig {_day(number + 30)}, "
                    f"Konto {iban(number)}, Betrag {chance.randrange(100, 400)},00 EUR"
                ),
            ]
        )
        return Letter(number, file, title, text)

    def person(self, file: int) -> str:
        """Return whose file it is."""
        second = file // len(_NAMES)
        name = f"{_NAMES[file % len(_NAMES)]}{'' if second % 3 else '-' + _NAMES[second % 7]}"
        return f"{name}, {_FIRST[(file // 7) % len(_FIRST)]}"

    @staticmethod
    def sign(file: int) -> str:
        """Return the file's Aktenzeichen."""
        return f"UV-{2000 + file % 27}-{file:06d}"

    @staticmethod
    def account(number: int) -> str:
        """Return the letter's Kassenzeichen."""
        return f"{5100 + number % 50}.{number // 10_000:04d}.{number % 10_000:04d}"

    def request(self, number: int, part: Part, *, file: int | None = None) -> FilingRequest:
        """Return what files a letter, into its own file or another."""
        letter = self.letter(number)
        place = letter.file if file is None else file
        direction: Direction = "in" if number % 3 else "out"
        at_us = _FIRST_DAY_US + number * _DAY_US // 500
        return FilingRequest(
            tenant=self.tenant, aktenzeichen=self.sign(place), akte_title=self.person(place),
            aktenplan="", vorgang="Schriftverkehr", title=letter.title,
            doc_type=letter.title.split()[0], document_key=f"bench|{place}|{number}",
            source_id="", direction=direction, received_at_us=at_us, filed_at_us=at_us,
            actor="bench", parts=(part,), kind=kind_of(place),
        )  # fmt: skip

    def message(self, number: int) -> FilingRequest:
        """Return what files a small message, which shares an object with others."""
        asked = self.request(number, self.as_message(number))
        return replace(asked, packable=True, document_key=f"bench|message|{number}")

    def as_pdf(self, number: int, size_bytes: int = LETTER_BYTES, pages: int = 1) -> Part:
        """Return the letter on paper."""
        data = pdf(self.letter(number).text, size_bytes, number, pages)
        return Part("original", f"brief-{number}.pdf", "application/pdf", data)

    def as_text(self, number: int) -> Part:
        """Return the words of a letter alone."""
        text = self.letter(number).text.encode()
        return Part("original", f"brief-{number}.txt", "text/plain", text)

    def as_message(self, number: int) -> Part:
        """Return a message of a case core with the words of a letter."""
        text = self.letter(number).text
        data = f"<nachricht><nummer>{number}</nummer><text>{text}</text></nachricht>"
        return Part("message", f"nachricht-{number}.xml", "application/xml", data.encode())

    def questions(self, documents: int) -> dict[str, list[str]]:
        """Return what is asked, by kind; every kind finds something."""
        chance = random.Random(self._seed + 1)  # noqa: S311  no secret
        numbers = (chance.randrange(documents) for _ in itertools.count())
        seen = (number for number in numbers if kind_of(number // PER_FILE) == SEEN)
        letters = [self.letter(number) for number in itertools.islice(seen, ASKED)]
        rows = [one.text.split("\n\n")[1].split() for one in letters]
        common = [w for w in _COMMON if len(w) > 4] + [w for w in _EVERYWHERE if w[0].isupper()]  # noqa: PLR2004  no filler
        asked = chance.sample(common, ASKED)
        return {
            "common": asked,
            "two_common": [_two_common(one) for one in letters],
            "rare": [row[-2] for row in rows],
            "mixed": [f"{row[-2]} {row[0]}" for row in rows],
            "phrase": [f'"{row[3]} {row[4]} {row[5]}"' for row in rows],
            "beginning": [f"{word[:5]}*" for word in asked],
            "name": [self.person(one.file).split(",")[0] for one in letters],
            "file": [self.sign(one.file) for one in letters],
            "account": [self.account(one.number) for one in letters],
            "iban": [iban(one.number) for one in letters],
            "date": [_day(one.number + 30) for one in letters],
        }


def _two_common(letter: Letter) -> str:
    """Return two words of a letter that come in many."""
    found = [word for word in letter.text.split() if word in _COMMON or word in _EVERYWHERE]
    return " ".join(sorted(set(found), key=len)[-2:])


def kind_of(file: int) -> str:
    """Return of which kind a file is."""
    return SEEN if (file + 1) % EVERY_UNSEEN else UNSEEN


def _day(number: int) -> str:
    return f"{number % 28 + 1:02d}.{number % 12 + 1:02d}.{2000 + number % 27}"
