"""The report of a check as a page: all that was found, nothing else, nothing from elsewhere."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.findings import Finding, Level, Verdict
from hub.web.presentation.checks import LEVELS, VERDICTS, check_page

ROW = Finding("date_wrong", "Feld „Beginn“: den Tag gibt es nicht.", line=7, row=6, field="Beginn")
PLACE = Finding("xsd_type", "Kein Datum.", line=3, column=9, path="/bescheid/datum")
HINT = Finding("own_rule", "Bitte ergänzen.", Level.WARNING)


def report(*findings: Finding, verdict: Verdict = Verdict.FAILED, **more: Any) -> dict[str, Any]:
    counts = {
        rule: len([f for f in findings if f.rule == rule]) for rule in {f.rule for f in findings}
    }
    return {
        "file": "Bescheid_1.xml",
        "verdict": verdict.value,
        "findings": [finding.to_dict() for finding in findings],
        "counts": counts,
        "schema": "fachverfahren/Bescheid-1.0",
        "engine": "libxml2 2.14",
        "sha256": "ab" * 32,
        "bytes": 12_345,
        "checked_at": "2026-11-22T14:00:00Z",
    } | more  # fmt: skip


class Page(HTMLParser):
    """Elements, addresses and words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1] != "style" and data.strip():
            self.words.append(" ".join(data.split()))


@pytest.mark.parametrize("verdict", Verdict)
def test_a_page_says_what_was_checked_and_what_came_of_it(verdict: Verdict) -> None:
    words = Page(check_page([report(verdict=verdict)])).words

    assert {
        "Bescheid_1.xml", "fachverfahren/Bescheid-1.0", "libxml2 2.14", "ab" * 32, "12.345 Byte",
        "22.11.2026, 15:00:00 Uhr", VERDICTS[verdict.value].text,
    } <= set(words)  # fmt: skip
    others = {word.text for key, word in VERDICTS.items() if key != verdict.value}
    assert not others & set(words)


def test_a_page_needs_nothing_and_allows_nothing_from_elsewhere() -> None:
    text = check_page([report(ROW, PLACE, HINT)])
    page = Page(text)
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert not {"script", "link", "img", "iframe", "form", "a", "base"} & set(page.elements)
    assert not {"src", "href", "style", "onclick"} & {name for name, _ in page.attributes}
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in text
    assert "http://" not in text
    assert "https://" not in text


def test_findings_stand_by_rule_the_gravest_first_with_place_and_remedy() -> None:
    page = Page(check_page([report(HINT, ROW, PLACE, ROW)]))
    words = page.words

    assert words.index("date_wrong") < words.index("xsd_type") < words.index("own_rule")
    assert {"Zeile", "Spalte", "Satz", "Feld", "Ort", "Befund"} <= set(words)
    assert {"7", "6", "Beginn", "9", "/bescheid/datum", "2 Stellen", "Abhilfe:"} <= set(words)
    assert {LEVELS["error"].text, LEVELS["warning"].text} <= set(words)
    assert any("Datum berichtigen." in word for word in words)


def test_what_is_only_counted_is_told_as_such() -> None:
    words = Page(check_page([report(ROW, counts={"date_wrong": 1_501, "row_blank": 4})])).words

    assert any("1.505 Befunde nach Regeln; einzeln gezeigt werden die ersten 1" in w for w in words)
    assert "1.501 Stellen, 1 davon gezeigt" in words
    assert {"row_blank", "nur gezählt", "4"} <= set(words)


def test_many_files_have_one_page_with_an_overview() -> None:
    other = report(verdict=Verdict.PASSED, file="zwei.xml")
    words = Page(check_page([report(ROW), other])).words

    assert "Übersicht" in words
    assert 2 <= words.count("zwei.xml")
    assert "Übersicht" not in Page(check_page([other])).words


def test_only_columns_that_say_something_are_shown() -> None:
    words = Page(check_page([report(HINT)])).words

    assert "Befund" in words
    assert not {"Zeile", "Spalte", "Satz", "Feld", "Ort"} & set(words)


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_word_of_a_sender_becomes_a_part_of_the_page(name: str, said: str) -> None:
    plain = Page(check_page([report(Finding("own_rule", "x", path="y"))]))
    page = Page(
        check_page(
            [report(Finding("own_rule", f"{said}<b>", path=f"{name}<i>"), file=f"<u>{name}")]
        )
    )

    assert plain.elements == page.elements


def test_what_would_turn_the_writing_round_is_shown_as_a_question_mark() -> None:
    text = check_page([report(file="a\u202efdp.xml")])

    assert "a?fdp.xml" in text
