"""All routes, read from ``mappings/routes.toml`` and cross-checked with what they name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct

from hub.core.errors import Misconfigured
from hub.core.findings import Finding
from hub.core.validity import Validity
from hub.routing.route import InRoute, OutRoute


class Named(Protocol):
    """A catalog, as far as routes look into it."""

    def names(self) -> Collection[str]:
        """Return the names of all it holds."""
        ...


class Dated(Protocol):
    """The catalogue of formats, as far as routes ask it for days."""

    def validity(self, name: str) -> Validity:
        """Return when a format is in force."""
        ...


class Versioned(Protocol):
    """The catalogue of mappings, as far as routes ask it for versions."""

    def versions(self, name: str) -> Sequence[tuple[str, Validity]]:
        """Return the versions of a mapping, each with the days it is in force."""
        ...


Way = TypeVar("Way", InRoute, OutRoute)


class _File(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"incoming": "in", "outgoing": "out"},
):
    """``routes.toml``."""

    incoming: tuple[InRoute, ...]
    outgoing: tuple[OutRoute, ...]


@dataclass(frozen=True)
class Routes:
    """Every way in and out."""

    ways_in: tuple[InRoute, ...]
    ways_out: tuple[OutRoute, ...]

    @classmethod
    def load(cls, path: Path) -> Routes:
        """Read the table.

        Raises:
            Misconfigured: the file is missing or holds something that is no route.
        """
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            table = msgspec.convert(raw, _File)
        except FileNotFoundError as exc:
            raise Misconfigured(
                "routes_missing",
                "Die Datei mit den Routen fehlt.",
                place=str(path),
                remedy="folders.mappings in hub.toml prüfen.",
            ) from exc
        except (ValueError, msgspec.ValidationError) as exc:
            raise Misconfigured(
                "routes_invalid",
                f"Die Datei mit den Routen ist fehlerhaft: {_in_german(str(exc))}.",
                place=str(path),
                remedy="Die genannte Route berichtigen; „aktenhub check“ prüft alle.",
            ) from exc
        return cls(table.incoming, table.outgoing)

    def within(self, formats: Dated, mappings: Versioned) -> Routes:
        """Return the routes narrowed to the days their formats and mappings are in force.

        A mapping with several versions makes several routes, one per version.

        Raises:
            Misconfigured: a catalogue of days cannot be read.
        """
        return Routes(
            tuple(way for route in self.ways_in for way in _narrowed(route, formats, mappings)),
            tuple(way for route in self.ways_out for way in _narrowed(route, formats, mappings)),
        )

    @cached_property
    def _by_channel(self) -> dict[str, list[InRoute]]:
        ways: dict[str, list[InRoute]] = {}
        for route in self.ways_in:
            ways.setdefault(route.channel, []).append(route)
        return ways

    def incoming(self, channel: str, accepted: date, data: bytes = b"") -> tuple[InRoute, ...]:
        """Return the ways a message on this channel may take; its bytes decide between them.

        Args:
            channel: the door it came through.
            accepted: day of its acceptance.
            data: its bytes, in which a route may look for the day the message bears.
        """
        return tuple(
            route
            for route in self._by_channel.get(channel, ())
            if route.is_valid(route.day_of(data, accepted))
        )

    def out_of_force(self, channel: str, accepted: date, data: bytes) -> tuple[InRoute, ...]:
        """Return the ways a message might take on another day, to tell its sender so."""
        return tuple(
            route
            for route in self._by_channel.get(channel, ())
            if not route.is_valid(route.day_of(data, accepted))
        )

    def outgoing(self, role: str, partner: str, kind: str, on: date) -> OutRoute:
        """Return the one way a record takes.

        Raises:
            Misconfigured: there is none, or more than one (``route_missing``,
                ``route_ambiguous``).
        """
        ways = [
            route
            for route in self.ways_out
            if route.role == role
            and route.partner == partner
            and kind in route.kinds
            and route.is_valid(on)
        ]
        if len(ways) == 1:
            return ways[0]
        what = f"{kind} an {partner} ({role}) am {on:%d.%m.%Y}"
        if not ways:
            raise Misconfigured(
                "route_missing",
                f"Es gibt keine Route für {what}.",
                remedy="Route in mappings/routes.toml ergänzen.",
                place=f"{role}/{partner}/{kind}",
            )
        raise Misconfigured(
            "route_ambiguous",
            f"Es gibt mehrere Routen für {what}.",
            remedy="Gültigkeit der Routen in mappings/routes.toml abgrenzen.",
            place=f"{role}/{partner}/{kind}",
        )

    def check(self, formats: Named, mappings: Named) -> tuple[Finding, ...]:
        """Return what contradicts the catalogs or itself."""
        known_formats, known_mappings = set(formats.names()), set(mappings.names())
        return (
            *self._unknown(known_formats, known_mappings),
            *(_ambiguous(a.why, b.why) for a, b in self._same_way_in()),
            *(_ambiguous(a.why, b.why) for a, b in self._same_way_out()),
        )

    def idle(self, formats: Dated, mappings: Versioned) -> tuple[Finding, ...]:
        """Return the routes whose own days share none with those of format and mapping."""
        routes: tuple[InRoute | OutRoute, ...] = (*self.ways_in, *self.ways_out)
        return tuple(
            Finding(
                "route_never_in_force",
                "Die Route gilt nie: Sie, ihr Format und ihr Mapping haben keinen gemeinsamen "
                f"Tag ({route.why}).",
                path=route.format,
            )
            for route in routes
            if all(span.is_empty() for _, span in _spans(route, formats, mappings))
        )

    def _unknown(self, formats: set[str], mappings: set[str]) -> Iterator[Finding]:
        routes: tuple[InRoute | OutRoute, ...] = (*self.ways_in, *self.ways_out)
        for route in routes:
            if route.format not in formats:
                message = f"Die Route nennt ein Format, das es nicht gibt: {route.why}."
                yield Finding("route_format_unknown", message, path=route.format)
            if route.mapping not in mappings:
                message = f"Die Route nennt ein Mapping, das es nicht gibt: {route.why}."
                yield Finding("route_mapping_unknown", message, path=route.mapping)

    def _same_way_in(self) -> Iterator[tuple[InRoute, InRoute]]:
        """Two readings of the same format on one channel could both claim a message."""
        for a, b in combinations(self.ways_in, 2):
            if (a.channel, a.format) == (b.channel, b.format) and a.meets(b):
                yield a, b

    def _same_way_out(self) -> Iterator[tuple[OutRoute, OutRoute]]:
        for a, b in combinations(self.ways_out, 2):
            same = (a.role, a.partner) == (b.role, b.partner) and set(a.kinds) & set(b.kinds)
            if same and a.meets(b):
                yield a, b


def _spans(
    route: InRoute | OutRoute, formats: Dated, mappings: Versioned
) -> Iterator[tuple[str, Validity]]:
    """Yield the versions of a route's mapping with the days it can be used on the route."""
    for version, span in mappings.versions(route.mapping):
        yield version, route.validity.within(formats.validity(route.format), span)


def _narrowed(route: Way, formats: Dated, mappings: Versioned) -> Iterator[Way]:
    for version, days in _spans(route, formats, mappings):
        if not days.is_empty():
            yield msgspec.structs.replace(
                route, mapping=version, valid_from=days.since, valid_to=days.until
            )


def _ambiguous(first: str, second: str) -> Finding:
    return Finding("route_ambiguous", f"Zwei Routen gelten zugleich: {first} | {second}.")


def _in_german(text: str) -> str:
    """Put the reader's words into German, the place it names in front."""
    match = re.fullmatch(r"(.*?)(?: - at `\$\.?(.*)`)?", text, re.DOTALL)
    words, place = (match[1], match[2]) if match else (text, None)
    words = re.sub(r"Object contains unknown field `(\w+)`", r"unbekannter Schlüssel „\1“", words)
    words = re.sub(r"Object missing required field `(\w+)`", r"Schlüssel „\1“ fehlt", words)
    return f"{place}: {words}" if place else words
