"""The report of a check as one page that needs nothing else: to read, to send on, to print.

It says what the report in words says, and nothing more of the content.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from hub.core.clock import BERLIN
from hub.web.presentation.remedies import RULES, Rule
from hub.web.presentation.rendering import environment, static_files
from hub.web.presentation.words import Word

VERDICTS: Mapping[str, Word] = {
    "passed": Word("bestanden", "good", "✓"),
    "failed": Word("nicht bestanden", "bad", "✗"),
    "not_checkable": Word("nicht prüfbar", "warn", "?"),
}
WHAT_TO_DO: Mapping[str, str] = {
    "passed": "Die Datei entspricht dem Schema und allen Regeln der Stufe Fehler.",
    "failed": "Die Stellen der Stufe Fehler berichtigen und die Datei erneut prüfen. Warnungen und "
    "Hinweise verhindern die Annahme nicht.",
    "not_checkable": "Die Prüfung konnte nicht laufen; das gilt nie als bestanden. Der Betrieb "
    "behebt den genannten Grund, danach erneut prüfen.",
}
LEVELS: Mapping[str, Word] = {
    "error": Word("Fehler", "bad", "✗"),
    "warning": Word("Warnung", "warn", "!"),
    "info": Word("Hinweis", "calm", "i"),
}
COLUMNS: Mapping[str, str] = {
    "line": "Zeile", "column": "Spalte", "row": "Satz", "field": "Feld", "path": "Ort",
    "message": "Befund",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one rule."""

    rule: str
    level: Word
    count: int
    """How often the rule was broken; more than are listed, where there are very many."""
    known: Rule | None
    """What the error catalogue says; the rules of an interface say it in their message."""
    columns: Mapping[str, str]
    """Those that say something here."""
    findings: Sequence[Mapping[str, Any]]


def check_page(reports: Sequence[Mapping[str, Any]]) -> str:
    """Return the page of what ``validate`` found in files (its stable keys)."""
    style = static_files()["check.css"].decode()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        environment()
        .get_template("check.html")
        .render(
            reports=[_told(report) for report in reports],
            style=Markup(f"<style>{style}</style>"),  # noqa: S704  our own stylesheet
            style_digest=digest,
        )
    )


def _told(report: Mapping[str, Any]) -> dict[str, Any]:
    groups = list(_groups(report))
    shown = len(report["findings"])
    at = datetime.fromisoformat(report["checked_at"]).astimezone(BERLIN)
    return {
        "file": printable(report["file"]),
        "verdict": VERDICTS[report["verdict"]],
        "what_to_do": WHAT_TO_DO[report["verdict"]],
        "facts": {
            "Schema": report["schema"],
            "Geprüft mit": report["engine"],
            "Geprüft am": f"{at:%d.%m.%Y, %H:%M:%S} Uhr",
        },
        "sha256": report["sha256"],
        "bytes": report["bytes"],
        "groups": groups,
        "shown": shown,
        "total": max(shown, sum(report["counts"].values())),
    }


def _groups(report: Mapping[str, Any]) -> Iterable[Group]:
    """Yield what was found by rule, the gravest first, in the order of the file."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for finding in report["findings"]:
        found.setdefault((str(finding["level"]), finding["rule"]), []).append(finding)
    listed = {rule for _, rule in found}
    for level in LEVELS:
        for (its_level, rule), findings in found.items():
            if its_level == level:
                count = max(report["counts"].get(rule, 0), len(findings))
                yield _group(rule, LEVELS[level], count, findings)
    for rule, count in sorted(report["counts"].items()):
        if rule not in listed:
            yield _group(rule, Word("nur gezählt"), count, ())


def _group(rule: str, level: Word, count: int, findings: Sequence[Mapping[str, Any]]) -> Group:
    columns = {
        key: label
        for key, label in COLUMNS.items()
        if any(finding.get(key) not in (None, "") for finding in findings)
    }
    cells = [{key: _cell(finding.get(key)) for key in columns} for finding in findings]
    return Group(printable(rule), level, count, RULES.get(rule), columns, cells)


def _cell(value: object) -> str:
    return "–" if value is None or value == "" else printable(str(value))


def printable(text: str) -> str:
    """Return a sender's words without what would steer a screen or turn the writing round."""
    return "".join(c if c.isprintable() else "?" for c in text)
