"""The operations manual knows what an operator sees: measures, storage features, secrets."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import ROOT, modules, name_of, syntax

MANUAL = (ROOT / "docs/betriebshandbuch/README.md").read_text(encoding="utf-8")


def _arguments(function: str, position: int, *paths: Path) -> Iterator[str]:
    """Return the text constants given to a function at a position."""
    for path in paths or modules():
        for node in ast.walk(syntax(path)):
            if not isinstance(node, ast.Call) or len(node.args) <= position:
                continue
            value, name = (
                node.args[position],
                getattr(node.func, "id", getattr(node.func, "attr", "")),
            )
            if (
                name == function
                and isinstance(value, ast.Constant)
                and isinstance(value.value, str)
            ):
                yield value.value


def _rows(pattern: str) -> set[str]:
    return set(re.findall(rf"^\| `({pattern})` \| \S", MANUAL, re.MULTILINE))


def test_every_measure_is_explained() -> None:
    measures = {f"aktenhub_{name}" for name in _arguments("_gauge", 0, ROOT / "hub/web/ops.py")}

    assert measures
    assert measures == _rows("aktenhub_[a-z_]+")


def test_every_feature_of_the_storage_is_explained() -> None:
    card = MANUAL.partition("**Fähigkeitskarte**")[2].partition("\n## ")[0]
    probes = syntax(ROOT / "efile/objects/probe.py")
    trials = [n.elts[0] for n in ast.walk(probes) if isinstance(n, ast.Tuple) and len(n.elts) == 4]
    named = {n.value for n in trials if isinstance(n, ast.Constant)}
    named |= set(_arguments("Capability", 0, ROOT / "efile/objects/probe.py"))

    assert {"round_trip", "versioning"} <= named
    assert named == set(re.findall(r"^\| `([a-z_]+)` \|", card, re.MULTILINE))


def test_every_secret_is_explained() -> None:
    table = MANUAL.partition("## Geheimnisse")[2].partition("\n## ")[0]
    secrets = set(_arguments("secret", 0))

    assert secrets
    assert secrets == set(re.findall(r"^\| `([a-z0-9_]+)` \| \S", table, re.MULTILINE))


def test_the_program_reads_the_environment_in_one_place() -> None:
    readers = [
        name_of(path)
        for path in modules()
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text(encoding="utf-8"))
    ]

    assert ["hub/core/settings/environment.py"] == readers
