"""The project speaks of itself alone, and every exception to a rule says why."""

import re

import pytest

from tests.architecture.tree import modules, name_of, texts

SELF = "tests/architecture/test_words.py"
REGISTRIES = r"pypi\.org|pythonhosted|npmjs|registry\.|proxy\.golang|crates\.io|deb\.debian\.org"
FORBIDDEN = {
    "an address of a package registry": rf"{REGISTRIES}|--(extra-)?index-url|--find-links|--trusted-host",
    "a path of one machine": r"/work/|/tmp/(setup|bash)|/home/\w|/root/|/Users/",
    "a word about who wrote it": (
        r"\b(claude|anthropic|openai|chatgpt|copilot|gpt-\d)\b|language model|co-authored-by|generated with"
        r"|\b(?-i:AI|LLM)\b|shared/guide"
    ),
    "a conflict mark": r"^(<{7}|>{7}) ",
}
CODES = r"[A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*"
NOQA = re.compile(rf"# noqa: {CODES}\W+\w.{{5,}}")
IGNORE = re.compile(r"# type: ignore\[[a-z-]+(, ?[a-z-]+)*\]\W+\w.{5,}")
EXCEPTION = re.compile(r"#\s*(noqa\b|type:\s*ignore|ruff:\s*noqa|mypy:\s*ignore)", re.IGNORECASE)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], re.IGNORECASE | re.MULTILINE)
    found = [
        f"{name}:{text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}"
        for name, text in texts()
        if name != SELF
        for hit in pattern.finditer(text)
    ]

    assert [] == found


def test_every_exception_names_its_rule_and_its_reason() -> None:
    bare = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in modules("hub", "efile", "tests")
        if name_of(path) != SELF
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if EXCEPTION.search(line) and not (NOQA.search(line) or IGNORE.search(line))
    ]

    assert [] == bare


def test_every_text_is_utf_8_and_ends_with_a_line_feed() -> None:
    written = {".py", ".md", ".toml", ".sql", ".html", ".css", ".js", ".yaml", ""}
    wrong = [
        name
        for name, text in texts()
        if ("." + name.rpartition(".")[2] if "." in name else "") in written
        and text
        and ("\ufffd" in text or not text.endswith("\n"))
    ]

    assert [] == wrong
