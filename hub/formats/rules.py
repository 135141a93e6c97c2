"""Business rules beside a schema: what an XSD or a layout cannot say.

``<Kind>-<version>.rules.toml`` lists them with an id, a German sentence and a level. Rules run
only on what the schema has passed. A rule that cannot run makes the document *not checkable*,
never *passed*; levels may be graded anew by route or office.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from hub.core.errors import Misconfigured
from hub.core.findings import Level

Levels = Mapping[str, Level]
"""Levels graded anew, by the id of the rule."""

AS_DECLARED: Levels = {}

RuleId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)+$")]
Condition = tuple[str | int | list[str], ...]
"""``[field, operator]`` or ``[field, operator, other field, number or list]``."""


class Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rule; of XML it has ``context`` and ``test``, of tables ``when`` and ``require``."""

    id: RuleId
    text: Annotated[str, Meta(min_length=1)]
    """German sentence for the sender: what is wrong and what to do."""
    level: Literal["error", "warning", "info"] = "error"
    context: str = ""
    """XPath of the elements the rule is for."""
    test: str = ""
    """XPath that must be true for each of them."""
    record: str = ""
    """Record type of a table; every row where not given."""
    when: tuple[Condition, ...] = ()
    """Only rows that meet all of these."""
    require: tuple[Condition, ...] = ()
    """All of these must be met."""

    def graded(self, levels: Levels) -> Level:
        """Return the level, graded anew where somebody said so."""
        return levels.get(self.id, Level(self.level))


class RuleFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole ``.rules.toml``."""

    rules: tuple[Rule, ...]
    namespaces: dict[str, str] = {}
    """By the prefix used in ``context`` and ``test``."""


NO_RULES = RuleFile(rules=())


def read_rules(path: Path) -> RuleFile:
    """Read the rules beside a schema; none when there is no such file.

    Raises:
        Misconfigured: it holds something that is no rule, or an id twice.
    """
    try:
        found = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), RuleFile)
    except FileNotFoundError:
        return NO_RULES
    except (OSError, ValueError) as exc:
        raise faulty(path, str(exc)) from exc
    ids = [rule.id for rule in found.rules]
    if len(ids) != len(set(ids)):
        raise faulty(path, "eine Kennung kommt doppelt vor")
    return found


def faulty(path: Path, reason: str) -> Misconfigured:
    """Return the error for rules that cannot be used."""
    return Misconfigured(
        "rules_invalid",
        f"Die Regeln {path.name} sind fehlerhaft: {reason}",
        place=str(path),
        remedy="Regel berichtigen; docs/development/mappings.md beschreibt die Form.",
    )
