"""Examples beside the mappings: ``examples/<Kind>/NN.in.*`` becomes ``NN.out.*``.

Reading mappings: a partner's file in, ``{"records": […], "batch": {…}}`` out. Writing
mappings: ``{"records": […], "context": {…}}`` in, the partner's file out, byte for byte.
They run as tests and in ``aktenhub check``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.core.errors import HubError, Misconfigured
from hub.core.findings import Finding, Verdict
from hub.core.record import Record
from hub.mapping.base import Mapping
from hub.mapping.versions import base_name


@dataclass(frozen=True)
class Example:
    """One pair of files."""

    mapping: str
    source: Path
    target: Path


def examples_of(name: str, directory: Path) -> Iterator[Example]:
    """Yield the examples of a mapping, in their order.

    Raises:
        Misconfigured: an input has no output.
    """
    for source in sorted(_folder_of(name, directory).glob("*.in.*")):
        number = source.name.split(".")[0]
        targets = sorted(source.parent.glob(f"{number}.out.*"))
        if len(targets) != 1:
            raise Misconfigured(
                "example_incomplete", f"Zum Beispiel {source.name} gehört genau eine Ausgabe."
            )
        yield Example(name, source, targets[0])


def _folder_of(name: str, directory: Path) -> Path:
    """Return where the examples lie: a version's own, else those it shares with the others."""
    folder, kind = name.split("/")
    own = directory / folder / "examples" / kind
    return own if own.is_dir() else directory / folder / "examples" / base_name(kind)


def outcome(mapping: Mapping, example: Example) -> tuple[Any, Any]:
    """Return what the example expects and what the mapping makes of it.

    Raises:
        HubError: the mapping cannot be run on the example.
    """
    given, wanted = example.source.read_bytes(), example.target.read_bytes()
    if "-to-hub/" in mapping.name:
        return json.loads(wanted), _read(mapping, given)
    loaded = json.loads(given)
    records = [Record(item["kind"], item["data"]) for item in loaded["records"]]
    return wanted, mapping.format.write(mapping.from_records(records, loaded["context"]))


def _read(mapping: Mapping, given: bytes) -> dict[str, Any]:
    reading = mapping.format.read(given)
    if reading.verdict is not Verdict.PASSED:
        raise Misconfigured("example_invalid", reading.findings[0].message)
    records = mapping.to_records(reading.document)
    made: dict[str, Any] = {"records": [{"kind": r.kind, "data": r.data} for r in records]}
    facts = mapping.batch_facts(reading.document)
    return made | ({"batch": dict(facts)} if facts else {})


def check_examples(mapping: Mapping, directory: Path) -> list[Finding]:
    """Return what is wrong with a mapping or its examples."""
    findings: list[Finding] = []
    try:
        examples = list(examples_of(mapping.name, directory))
        _ = mapping.format
    except HubError as exc:
        return [Finding(exc.code, exc.message, path=mapping.name)]
    if not examples:
        findings.append(Finding("example_missing", "Kein Beispiel vorhanden.", path=mapping.name))
    for example in examples:
        place = f"{mapping.name}/{example.source.name}"
        try:
            wanted, made = outcome(mapping, example)
        except (HubError, ValueError, KeyError) as exc:
            findings.append(
                Finding("example_failed", f"Das Beispiel läuft nicht: {exc}", path=place)
            )
            continue
        if wanted != made:
            message = "Das Ergebnis entspricht nicht dem Beispiel."
            findings.append(Finding("example_differs", message, path=place))
    return findings
