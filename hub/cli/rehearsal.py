"""``map --rehearse``, ``--activate``, ``--roll-back``: the life of a mapping's versions."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from hub.app import CLOCK, Place, open_database, open_routes, recollection, start_isolation
from hub.cli.access import Look, log_look
from hub.cli.command import place_of, scope_of, show_json, show_table
from hub.core.clock import local_date
from hub.core.errors import Misconfigured
from hub.formats.catalog import Catalog
from hub.mapping.catalog import Mappings
from hub.mapping.examples import check_examples
from hub.mapping.versions import Versions, base_name
from hub.pipeline.decision.reading import Leg
from hub.pipeline.rehearsal import Comparison, Rehearsal, rehearse
from hub.routing.table import Routes
from hub.store.payloads import Payloads

DAY_US = 86_400_000_000
_SUFFIXES = (".xslt", ".map.toml")


async def run_rehearsal(options: argparse.Namespace) -> int:
    """Run a candidate over archived messages; 1 when something becomes invalid."""
    place = place_of(options)
    scope = scope_of(options, place)
    with tempfile.TemporaryDirectory(prefix="aktenhub-rehearsal-") as folder:
        mappings = Path(folder) / "mappings"
        await asyncio.to_thread(shutil.copytree, place.mappings, mappings)
        candidate = _candidate(options.rehearse, options.candidate, mappings)
        formats = Catalog.load(place.schemas)
        known = Mappings.load(mappings, formats)
        case = Rehearsal(
            in_force=_in_force(open_routes(place), base_name(options.rehearse)),
            candidate=Leg(known.mapping(candidate).format.name, candidate),
            channels=_channels(place, base_name(options.rehearse)),
            tenants=(scope,) if scope else tuple(one.id for one in place.settings.tenants),
            since_us=CLOCK.now_us() - options.days * DAY_US,
        )
        found = await _rehearsed(case, place, mappings, options)
    if options.json:
        show_json(_document(found, options))
    else:
        _print(found, values=options.values)
    return 1 if found.invalid else 0


async def _rehearsed(
    case: Rehearsal, place: Place, mappings: Path, options: argparse.Namespace
) -> Comparison:
    async with open_database(place) as database:
        for tenant in case.tenants:
            # Written down before a byte of content is read.
            look = Look(
                "mapping_rehearsed", "mapping", options.rehearse, tenant, purpose=options.reason
            )
            await log_look(database, look)
        payloads = Payloads(database, place.payloads)
        sources = replace(place.sources, mappings=mappings)
        isolation = start_isolation(place, recollection(database, payloads), sources)
        try:
            return await rehearse(case, database, payloads, isolation, _progress(options.json))
        finally:
            await isolation.close()


def _candidate(name: str, given: str, mappings: Path) -> str:
    """Return the name of the candidate: a version that lies there, or a file put beside it.

    Raises:
        Misconfigured: it is neither.
    """
    folder, kind = base_name(name).split("/")
    if any((mappings / folder / f"{given}{suffix}").is_file() for suffix in _SUFFIXES):
        return f"{folder}/{given}"
    path = Path(given)
    suffix = next((one for one in _SUFFIXES if path.name.endswith(one)), None)
    if suffix is None or not path.is_file():
        raise Misconfigured(
            "version_missing",
            f"„{given}“ ist weder eine Fassung von {name} noch eine Datei.",
            remedy="Fassung („Bescheid-2“) oder Datei (.xslt, .map.toml) nennen.",
        )
    shutil.copyfile(path, mappings / folder / f"{kind}-0{suffix}")
    return f"{folder}/{kind}-0"


def _in_force(routes: Routes, name: str) -> Callable[[str, date, bytes], tuple[Leg, ...]]:
    """Return how the journey itself would read a message with this mapping."""

    def legs(channel: str, accepted: date, data: bytes) -> tuple[Leg, ...]:
        ways = routes.incoming(channel, accepted, data)
        return tuple(Leg(w.format, w.mapping) for w in ways if base_name(w.mapping) == name)

    return legs


def _channels(place: Place, name: str) -> tuple[str, ...]:
    """Return the channels a mapping reads on.

    Raises:
        Misconfigured: it reads on none.
    """
    ways = open_routes(place).ways_in
    channels = tuple({way.channel for way in ways if base_name(way.mapping) == name})
    if not channels:
        raise Misconfigured(
            "mapping_not_on_channel",
            f"Mit „{name}“ wird auf keinem Kanal gelesen.",
            remedy="Proben lassen sich Abbildungen, die Eingänge lesen; Namen in "
            "mappings/routes.toml nachsehen.",
        )
    return channels


def _progress(quiet: bool) -> Callable[[int], None]:  # noqa: FBT001 - a flag of the command line
    def tell(count: int) -> None:
        if not quiet:
            sys.stderr.write(f"\r{_grouped(count)} Nachrichten verglichen")
            sys.stderr.flush()

    return tell


def _document(found: Comparison, options: argparse.Namespace) -> dict[str, object]:
    document: dict[str, object] = {
        "mapping": options.rehearse,
        "candidate": Path(options.candidate).name,
        "days": options.days,
        "messages": found.messages,
        "unchanged": found.unchanged,
        "changed": found.changed,
        "invalid": found.invalid,
        "repaired": found.repaired,
        "faulty": found.faulty,
        "gone": found.gone,
        "sentence": sentence(found),
        "fields": _listed(found.fields.most_common(), found, "field"),
        "reasons": _listed(found.reasons.most_common(), found, "code"),
    }
    if options.values:
        document["values"] = {
            path: [{"before": one.before, "after": one.after} for one in shown]
            for path, shown in found.values.items()
        }
    return document


def _listed(counts: list[tuple[str, int]], found: Comparison, key: str) -> list[dict[str, object]]:
    return [
        {key: what, "messages": count, "samples": found.samples.get(what, [])}
        for what, count in counts
    ]


def sentence(found: Comparison) -> str:
    """Say it in one sentence: 37 von 12.480 Ergebnissen ändern sich, 2 werden ungültig."""
    changed, invalid = _grouped(found.changed), _grouped(found.invalid)
    change = "ändert sich" if found.changed == 1 else "ändern sich"
    become = "wird" if found.invalid == 1 else "werden"
    text = f"{changed} von {_grouped(found.messages)} Ergebnissen {change}, {invalid} {become} "
    repaired = f", {_grouped(found.repaired)} erstmals gültig" if found.repaired else ""
    return f"{text}ungültig{repaired}."


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _print(found: Comparison, *, values: bool) -> None:
    sys.stderr.write("\n")
    print(sentence(found))
    if found.gone:
        print(f"Von {_grouped(found.gone)} Nachrichten sind die Bytes nicht mehr aufbewahrt.")
    columns = {"messages": "Nachrichten", "what": "Feld oder Grund", "samples": "zum Beispiel"}
    rows = [
        {"messages": count, "what": what, "samples": ", ".join(found.samples[what][:2])}
        for counts in (found.fields, found.reasons)
        for what, count in counts.most_common()
    ]
    if rows:
        show_table(rows, columns)
    if values and found.values:
        shown = [
            {"field": path, "before": one.before, "after": one.after}
            for path, several in found.values.items()
            for one in several
        ]
        show_table(shown, {"field": "Feld", "before": "bisher", "after": "künftig"})


async def run_activation(options: argparse.Namespace) -> int:
    """Let a version be in force from a day on, once its examples run."""
    place = place_of(options)
    name = base_name(options.activate)
    version = f"{name.split('/')[0]}/{options.candidate}"
    mappings = Mappings.load(place.mappings, Catalog.load(place.schemas))
    faults = check_examples(mappings.mapping(version), place.mappings)
    if faults:
        raise Misconfigured(
            "version_faulty",
            f"Die Fassung läuft nicht: {faults[0].message}",
            place=faults[0].path or version,
            remedy="Fassung und Beispiele berichtigen; „aktenhub check“ nennt alle Befunde.",
        )
    first_day = options.first_day or local_date(CLOCK.now_us())
    Versions.read(place.mappings).activate(name, options.candidate, first_day)
    print(f"{version} gilt ab dem {first_day:%d.%m.%Y}; der laufende Dienst liest es beim "
          "nächsten Start.")  # fmt: skip
    return 0


async def run_roll_back(options: argparse.Namespace) -> int:
    """Bring the version before the present one back."""
    place = place_of(options)
    today = local_date(CLOCK.now_us())
    version = Versions.read(place.mappings).roll_back(base_name(options.roll_back), today)
    print(f"Ab heute gilt wieder {version}; der laufende Dienst liest es beim nächsten Start.")
    return 0
