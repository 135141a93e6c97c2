"""The operations manual and the example know every key of ``hub.toml``."""

import re
import tomllib
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from hub.core.settings import Settings, read_settings
from tests.architecture.tree import ROOT

MANUAL = (ROOT / "docs/betriebshandbuch/README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "hub.example.toml"


def _choices(section: type[msgspec.Struct], prefix: str = "") -> dict[str, set[str]]:
    """Return the keys that take one of a few words, and those words."""
    found: dict[str, set[str]] = {}
    for field in msgspec.structs.fields(section):
        inner = _section(field.type)
        if inner is not None:
            found |= _choices(inner, f"{prefix}{field.name}.")
        elif get_origin(field.type) is Literal:
            found[prefix + field.name] = set(get_args(field.type))
    return found


def _keys(section: type[msgspec.Struct], prefix: str = "") -> dict[str, object]:
    """Return every key with its dotted path and its default."""
    found: dict[str, object] = {}
    for field in msgspec.structs.fields(section):
        inner = _section(field.type)
        if inner is None:
            found[prefix + field.name] = field.default
        else:
            found |= _keys(inner, f"{prefix}{field.name}.")
    return found


def _section(kind: Any) -> type[msgspec.Struct] | None:
    """Return the section a type is, or is a list of."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    if get_origin(kind) in {tuple, Union, UnionType, Annotated}:
        return next(filter(None, map(_section, get_args(kind))), None)
    return None


def _plain(default: object) -> bool:
    return isinstance(default, str | int | float)


KEYS = _keys(Settings)
CHOICES = _choices(Settings)


def test_the_manual_explains_every_key() -> None:
    explained = set(re.findall(r"^\| `([a-z0-9_.]+)` \| [^|]+ \| \S", MANUAL, re.MULTILINE))

    assert set() == set(KEYS) - explained


def test_the_manual_states_every_default() -> None:
    rows = dict(re.findall(r"^\| `([a-z0-9_.]+)` \| `([^|`]*)` \|", MANUAL, re.MULTILINE))
    stated = {key: tomllib.loads(f"value = {rows[key]}")["value"] for key in rows if key in KEYS}

    assert {key: default for key, default in KEYS.items() if _plain(default)} == stated


def test_the_manual_names_the_choices_of_a_key() -> None:
    meanings = dict(re.findall(r"^\| `([a-z0-9_.]+)` \| [^|]+ \| (.*) \|$", MANUAL, re.MULTILINE))
    named = {key: set(re.findall(r"`([^`]+)`", meanings[key])) for key in CHOICES}

    assert named == CHOICES


def test_the_manual_explains_no_key_that_does_not_exist() -> None:
    named = re.findall(r"^\| `([a-z0-9_.]+)` \| (?:`|Pflicht|keine)", MANUAL, re.MULTILINE)

    assert [] == [key for key in named if key not in KEYS]


def test_the_example_is_accepted_and_shows_every_section() -> None:
    settings = read_settings(Path(EXAMPLE))
    shown = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))

    assert settings.tenants
    assert {key.split(".")[0] for key in KEYS} == set(shown)
