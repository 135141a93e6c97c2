"""The glossary names identifiers that exist."""

import re

from tests.architecture.tree import ROOT, modules, name_of

GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
CELLS = re.findall(r"^\| [^|]+ \| ([^|]+) \|", GLOSSARY, re.MULTILINE)
IDENTIFIERS = {name for cell in CELLS for name in re.findall(r"`(\w+)`", cell)}


def test_every_identifier_exists() -> None:
    code = " ".join(f"{name_of(p)} {p.read_text(encoding='utf-8')}" for p in modules())

    assert IDENTIFIERS
    assert set() == IDENTIFIERS - set(re.findall(r"\w+", code))


def test_a_term_is_explained_once() -> None:
    terms = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|", GLOSSARY, re.MULTILINE)
    terms = [term for term in terms if term not in {"German", "---"}]

    assert len(set(terms)) == len(terms)
