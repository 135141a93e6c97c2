"""Every package is pinned by digest, justified, and installed by the one vocabulary."""

import re
import tomllib

from tests.architecture.tree import ROOT

PINS = (ROOT / "constraints.txt").read_text()
SETUP = "".join((ROOT / f"constraints-{name}.txt").read_text() for name in ("setup", "trial"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DEPENDENCIES = (ROOT / "docs/adr/0012-dependencies.md").read_text()


def _direct() -> set[str]:
    """Return the packages the project names itself."""
    project = PROJECT["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    groups.append(PROJECT["build-system"]["requires"])
    return {re.split(r"[<>=\[; ]", line)[0].lower() for group in groups for line in group}


def _system() -> set[str]:
    """Return the Debian packages the Makefile may install."""
    return set(re.findall(r'missing\+=" ([a-z0-9-]+)"', (ROOT / "Makefile").read_text()))


def test_every_direct_dependency_is_pinned() -> None:
    assert set() == _direct() - set(re.findall(r"^([a-z0-9-]+)==", PINS, re.MULTILINE))


def _fetched() -> set[str]:
    """Return what only set-up and trials fetch: with pip, and with npm."""
    npm = {line.split()[1] for line in (ROOT / "pdfjs.sha512").read_text().splitlines()}
    pip = set(re.findall(r"^([a-z0-9-]+)==", SETUP, re.MULTILINE))
    return pip | {name.rpartition("-")[0] for name in npm}


def test_every_pin_has_a_digest() -> None:
    blocks = re.split(r"^(?=[a-z0-9-]+==)", PINS + SETUP, flags=re.MULTILINE)[1:]

    assert [] == [block.split()[0] for block in blocks if "--hash=sha256:" not in block]


def test_the_server_built_for_tests_is_made_of_digested_modules_only() -> None:
    wanted = re.findall(
        r"^\t(\S+ v\S+)", (ROOT / "tests/versitygw/go.mod").read_text(), re.MULTILINE
    )
    digests = (ROOT / "tests/versitygw/go.sum").read_text()

    assert [] == [name for name in wanted if f"{name} h1:" not in digests]


def test_pins_name_no_place() -> None:
    assert [] == re.findall(r".*(?:://|@|^-).*", PINS + SETUP, re.MULTILINE)


def test_every_dependency_is_justified() -> None:
    justified = set(re.findall(r"^\| `([\w-]+)` \| \S", DEPENDENCIES, re.MULTILINE))

    assert _direct() | _system() | _fetched() == justified
