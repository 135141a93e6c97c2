"""Links between documents lead somewhere."""

import re
from pathlib import Path

from tests.architecture.tree import files, name_of

DOCUMENTS = [p for p in files() if p.suffix == ".md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def test_every_link_leads_somewhere() -> None:
    broken = [
        f"{name_of(path)}: {link}"
        for path in DOCUMENTS
        for link in LINK.findall(CODE.sub("", path.read_text(encoding="utf-8")))
        if not _leads_somewhere(path, link)
    ]

    assert [] == broken


def _leads_somewhere(path: Path, link: str) -> bool:
    if link.startswith(("https://", "mailto:")):
        return True
    target, _, heading = link.partition("#")
    place = path.parent / target if target else path
    return place.exists() and (not heading or heading in _headings(place))


def _headings(path: Path) -> set[str]:
    lines = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}
