"""The maps of the house show the house as it is."""

import re

import pytest

from tests.architecture.tree import PACKAGES, ROOT

MAP = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _rooms() -> set[str]:
    return {
        f"{top}/{room.parent.name}"
        for top in PACKAGES
        for room in (ROOT / top).glob("*/__init__.py")
    }


def test_the_architecture_page_explains_every_room() -> None:
    explained = set(re.findall(r"^\| `((?:hub|efile)/[a-z]+)` \| \S", MAP, re.MULTILINE))

    assert _rooms() == explained


def test_the_tree_in_the_readme_is_true() -> None:
    missing = [path for path in _tree() if not (ROOT / path).exists()]

    assert [] == missing


def test_the_tree_in_the_readme_shows_every_folder_and_every_room() -> None:
    shown = {path.rstrip("/") for path in _tree()}
    folders = {
        "hub",
        "efile",
        "schemas",
        "mappings",
        "templates",
        "inbox",
        "outbox",
        "certs",
        "docs",
        "tests",
    }

    assert folders | _rooms() <= shown


@pytest.mark.parametrize(
    "place", ["README.md", "CONTRIBUTING.md", "docs/betriebshandbuch/README.md"]
)
def test_every_make_target_named_exists(place: str) -> None:
    text = (ROOT / place).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))

    assert set() == set(re.findall(r"\bmake ([a-z]+)", code)) - targets


def _tree() -> list[str]:
    """Return the paths of the README's tree: indented names, two spaces before what they are."""
    block = re.search(r"```tree\n(.*?)```", README, re.DOTALL)
    assert block, "the README has no ```tree block"
    paths, stack = [], []
    for line in block[1].splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        stack[depth:] = [line.split()[0]]
        paths.append("".join(stack))
    return paths
