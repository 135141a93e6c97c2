"""The glossary names identifiers that exist."""

import re

import pytest

from tests.architecture.tree import ROOT, modules, name_of

GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
CELLS = re.findall(r"^\| [^|]+ \| ([^|]+) \|", GLOSSARY, re.MULTILINE)
IDENTIFIERS = sorted({name for cell in CELLS for name in re.findall(r"`(\w+)`", cell)})


@pytest.fixture(scope="module")
def names() -> set[str]:
    code = " ".join(f"{name_of(p)} {p.read_text(encoding='utf-8')}" for p in modules())
    return set(re.findall(r"\w+", code))


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_the_identifier_exists(identifier: str, names: set[str]) -> None:
    assert identifier in names


def test_a_term_is_explained_once() -> None:
    terms = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|", GLOSSARY, re.MULTILINE)
    terms = [term for term in terms if term not in {"German", "---"}]

    assert len(set(terms)) == len(terms)
