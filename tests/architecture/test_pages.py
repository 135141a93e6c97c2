"""Pages obey the content security policy: nothing inline, nothing from elsewhere."""

import re

import pytest

from tests.architecture.tree import files, name_of

PAGES = [
    p for p in files() if p.suffix in {".html", ".jinja", ".j2"} and name_of(p).startswith("hub/")
]
BANNED = {
    "a script without a source": r"<script(?![^>]*\bsrc=)",
    "an inline style": r"<style\b|\sstyle\s*=",
    "an inline event handler": r"<[^>]*\son[a-z]+\s*=",
    "a script address": r"javascript:",
    "something from elsewhere": r"\b(src|href|action)\s*=\s*[\"']?(https?:)?//",
    "a quote behind a backslash": r"\\[\"']",
    "unescaped text": r"\|\s*safe\b|autoescape\s+false",
}


@pytest.mark.parametrize("what", BANNED)
def test_no_page_has(what: str) -> None:
    found = [
        f"{name_of(page)}: {hit[0]}"
        for page in PAGES
        for hit in re.finditer(BANNED[what], page.read_text(encoding="utf-8"), re.IGNORECASE)
    ]

    assert [] == found


def test_there_are_pages() -> None:
    assert PAGES
