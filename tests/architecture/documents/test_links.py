"""Links between documents lead somewhere."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import files, name_of

DOCUMENTS = [p for p in files() if p.suffix == ".md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    links = LINK.findall(CODE.sub("", path.read_text(encoding="utf-8")))

    assert [] == [link for link in links if not _leads_somewhere(path, link)]


def _leads_somewhere(path: Path, link: str) -> bool:
    if link.startswith(("https://", "mailto:")):
        return True
    target, _, heading = link.partition("#")
    place = path.parent / target if target else path
    return place.exists() and (not heading or heading in _headings(place))


def _headings(path: Path) -> set[str]:
    lines = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}
