"""Versions of mappings: which one reads or writes on which day.

``mappings/versions.toml`` lists, per mapping, spans in their order of time. A version lies
beside the mapping under its name with a number (``Bescheid-2.xslt``); one that no span names
is a draft: checked and rehearsed, but used by no route. Going back to the version before is a
new span, so that the table also tells what was in force when.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.core.errors import Misconfigured
from hub.core.findings import Finding
from hub.core.validity import Validity, gaps

FILE = "versions.toml"
_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)*$")
_DAY = timedelta(days=1)
_HEAD = """\
# Welche Fassung einer Übersetzung an welchen Tagen gilt; „aktenhub map --activate“ und
# „aktenhub map --roll-back“ schreiben diese Datei. Was hier nicht steht, hat nur eine Fassung.
"""


def base_name(name: str) -> str:
    """Return the name of a mapping without the number of its version."""
    return _NUMBER.sub("", name)


class Span(Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """Days on which one version is in force."""

    version: str
    """Name of the file without its endings, for example ``Bescheid-2``."""
    since: date | None = None
    until: date | None = None

    @property
    def validity(self) -> Validity:
        """The days."""
        return Validity(self.since, self.until)


class Versions:
    """The table of versions."""

    def __init__(self, path: Path, spans: Mapping[str, tuple[Span, ...]]) -> None:
        self._path = path
        self._spans = dict(spans)

    @classmethod
    def read(cls, directory: Path) -> Versions:
        """Read the table; where there is none, every mapping has one version.

        Raises:
            Misconfigured: it is no such table.
        """
        path = directory / FILE
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            return cls(path, msgspec.convert(raw, dict[str, tuple[Span, ...]]))
        except FileNotFoundError:
            return cls(path, {})
        except (OSError, ValueError) as exc:
            raise Misconfigured(
                "versions_invalid",
                f"Das Verzeichnis der Fassungen ist fehlerhaft: {exc}",
                place=str(path),
                remedy="Die Stelle nach docs/development/mappings.md berichtigen.",
            ) from exc

    def of(self, name: str) -> tuple[tuple[str, Validity], ...]:
        """Return the versions of a mapping in their order of time; nothing when it has one."""
        folder = name.split("/", maxsplit=1)[0]
        return tuple(
            (f"{folder}/{span.version}", span.validity) for span in self._spans.get(name, ())
        )

    def activate(self, name: str, version: str, first_day: date) -> None:
        """Let a version be in force from a day on; the one before ends the day before.

        Spans that would have begun later are dropped: what was planned before is replaced.

        Args:
            name: the mapping as routes name it.
            version: name of the version's file without its endings.
            first_day: its first day.
        """
        earlier = self._spans.get(name) or (Span(base_name(name).split("/")[1]),)
        kept = [span for span in earlier if (span.since or date.min) < first_day]
        if kept and kept[-1].validity.covers(first_day):
            kept[-1] = msgspec.structs.replace(kept[-1], until=first_day - _DAY)
        self._spans[name] = (*kept, Span(version, since=first_day))
        self._write()

    def roll_back(self, name: str, today: date) -> str:
        """Bring the version before the present one back from today on, and return its name.

        Raises:
            Misconfigured: there is none before it (``version_missing``).
        """
        begun = [s for s in self._spans.get(name, ()) if (s.since or date.min) <= today]
        before = [span for span in begun[:-1] if span.version != begun[-1].version]
        if not before:
            raise Misconfigured(
                "version_missing",
                f"Vor der heutigen Fassung von {name} gab es keine andere.",
                place=str(self._path),
                remedy="Mit „aktenhub map --activate“ die gewünschte Fassung nennen.",
            )
        version = before[-1].version
        self._spans[name] = tuple(begun)
        self.activate(name, version, today)
        return version

    def check(self, names: Collection[str]) -> tuple[Finding, ...]:
        """Return what is wrong with the table, given the mappings that exist."""
        return tuple(
            finding for name, spans in self._spans.items() for finding in _check(name, spans, names)
        )

    def _write(self) -> None:
        text = _HEAD + "".join(
            f'\n[["{name}"]]\n{_lines(span)}'
            for name, spans in self._spans.items()
            for span in spans
        )
        temporary = self._path.with_name(f".{FILE}.tmp")
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)


def _lines(span: Span) -> str:
    days = {"from": span.since, "until": span.until}
    said = [f"{word} = {day}\n" for word, day in days.items() if day]
    return f'version = "{span.version}"\n' + "".join(said)


def _check(name: str, spans: tuple[Span, ...], names: Collection[str]) -> Iterator[Finding]:
    folder = name.split("/", maxsplit=1)[0]
    for span in spans:
        if f"{folder}/{span.version}" not in names:
            message = f"Die Fassung {span.version} gibt es nicht."
            yield Finding("version_missing", message, path=name)
        if span.validity.is_empty():
            yield Finding(
                "validity_wrong", f"Die Gültigkeit von {span.version} ist leer.", path=name
            )
    for one, other in pairwise(spans):
        if one.validity.meets(other.validity):
            message = f"Die Fassungen {one.version} und {other.version} gelten an denselben Tagen."
            yield Finding("validity_overlaps", message, path=name)
    for gap in gaps([span.validity for span in spans]):
        yield Finding("validity_gap", f"Keine Fassung gilt {gap}.", path=name)
