"""The catalogue of file kinds: one TOML file each, checked as a whole before it is used."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from efile.errors import InvalidRequest, RulesMisconfigured
from efile.kinds.numbering import Numbering
from efile.kinds.rule import RetentionRule, Text, Word
from efile.kinds.subfiles import Subfile, subfile_of

SHIPPED = Path(__file__).parent / "shipped"
"""Folder of the kinds that come with the program."""
FIRST_KIND = "uvg"
"""Kind of every file whose documents name none: they are of the time when there was no other."""


class FileKind(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kind of file (*Aktenart*)."""

    id: Word
    name: Text
    aktenplan: Annotated[str, Meta(min_length=1, max_length=200)]
    """Class in the Aktenplan."""
    wall: Word
    """Who may see such files: those who were let behind this wall, nobody else."""
    aktenzeichen: Annotated[str, Meta(min_length=1, max_length=60)]
    """Pattern of the names of new files."""
    events: dict[Word, Text]
    """What retention may depend on, and what people call it."""
    retention: Annotated[tuple[RetentionRule, ...], Meta(min_length=1)]
    """In the order of time, each beginning the day after the one before ended."""
    subfiles: tuple[Subfile, ...] = ()
    """Its parts (*Teilakten*), in the order people see them."""

    @property
    def numbering(self) -> Numbering:
        """How new files are named."""
        return Numbering.of(self.aktenzeichen)

    def subfile_to_say(self, asked: str, matter: str) -> str:
        """Return what a document's manifest says of its part: nothing where that follows anyway.

        Raises:
            InvalidRequest: such files have no such part.
        """
        if not asked:
            return ""
        if asked not in {one.id for one in self.subfiles}:
            raise _unknown_subfile(asked)
        found = subfile_of(self.subfiles, "", matter)
        return "" if found and found.id == asked else asked

    def rules_from(self, day: date) -> tuple[RetentionRule, ...]:
        """Return the rule in force on a day and those that follow; none before the first."""
        follows = tuple(rule for rule in self.retention if (rule.until or date.max) >= day)
        return follows if follows and follows[0].covers(day) else ()


@dataclass(frozen=True, slots=True)
class FileKinds:
    """Every kind an installation knows."""

    by_id: Mapping[str, FileKind]

    @classmethod
    def load(cls, folder: Path = SHIPPED) -> FileKinds:
        """Read a folder of kinds.

        Raises:
            RulesMisconfigured: a file cannot be read, or kinds contradict themselves.
        """
        kinds = [_read(path) for path in sorted(folder.glob("*.toml"))]
        if not any(kind.id == FIRST_KIND for kind in kinds):
            raise _wrong(folder, f"Die Aktenart „{FIRST_KIND}“ fehlt.")
        patterns: dict[str, str] = {}
        for kind in kinds:
            if other := patterns.get(kind.aktenzeichen):
                raise _wrong(folder, f"„{other}“ und „{kind.id}“ vergeben dieselben Aktenzeichen.")
            patterns[kind.aktenzeichen] = kind.id
        return cls({kind.id: kind for kind in kinds})

    def __contains__(self, name: object) -> bool:
        """Tell whether a kind is known."""
        return name in self.by_id

    def __iter__(self) -> Iterator[FileKind]:
        """Yield the kinds by their identifiers."""
        return iter(self.by_id.values())

    def find(self, name: str) -> FileKind | None:
        """Return the kind, if it is known."""
        return self.by_id.get(name)

    def kind(self, name: str) -> FileKind:
        """Return the kind.

        Raises:
            InvalidRequest: it is not known.
        """
        found = self.by_id.get(name)
        if found is None:
            raise unknown_kind(name)
        return found


def unknown_kind(name: str) -> InvalidRequest:
    """A kind nobody set up."""
    return InvalidRequest(
        "unknown_file_kind",
        "Diese Aktenart ist nicht eingerichtet.",
        remedy="„aktenhub efile kinds“ nennt die eingerichteten Aktenarten.",
        place=name[:40],
    )


def _unknown_subfile(name: str) -> InvalidRequest:
    return InvalidRequest(
        "unknown_subfile",
        "Akten dieser Art haben keine solche Teilakte.",
        remedy="„Verwaltung › Aktenarten“ nennt die Teilakten jeder Aktenart.",
        place=name[:40],
    )


def _read(path: Path) -> FileKind:
    try:
        kind = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), FileKind)
        _check(kind, path)
    except (ValueError, msgspec.ValidationError) as exc:
        raise _wrong(path, f"Die Aktenart ist nicht lesbar: {exc}.") from exc
    return kind


def _check(kind: FileKind, path: Path) -> None:
    """Refuse a kind that contradicts itself.

    Raises:
        ValueError: German.
    """
    if kind.id != path.stem:
        raise ValueError("id und Name der Datei sind verschieden")
    Numbering.of(kind.aktenzeichen)
    _check_subfiles(kind.subfiles)
    for rule in kind.retention:
        if unknown := set(rule.events) - kind.events.keys():
            raise ValueError(f"das Ereignis {min(unknown)} ist unter [events] nicht genannt")
        if (rule.since or date.min) > (rule.until or date.max):
            raise ValueError(f"die Regel „{rule.name}“ gilt an keinem Tag")
    for before, after in pairwise(kind.retention):
        joined = before.until and after.since and after.since - before.until == timedelta(days=1)
        if not joined:
            raise ValueError(f"„{after.name}“ schließt nicht lückenlos an „{before.name}“ an")
    if kind.retention[-1].until:
        raise ValueError("die letzte Regel hat ein Ende; danach gälte keine")


def _check_subfiles(subfiles: tuple[Subfile, ...]) -> None:
    ids, titles = [one.id for one in subfiles], [m for one in subfiles for m in one.matters]
    for words in (ids, titles):
        if twice := {word for word in words if words.count(word) > 1}:
            raise ValueError(f"„{min(twice)}“ ist unter [[subfiles]] zweimal genannt")


def _wrong(place: Path, message: str) -> RulesMisconfigured:
    return RulesMisconfigured(
        "file_kinds_invalid",
        re.sub(r"\.\.+\Z", ".", message),
        remedy="Die genannte Datei berichtigen; die mitgelieferten Aktenarten sind ein Muster.",
        place=str(place),
    )
