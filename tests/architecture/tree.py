"""The project's own tree, read as text and as syntax."""

import ast
import shutil
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("hub", "efile")
_GENERATED = {"__pycache__", "node_modules"}
_OUTPUT = {"build", "demo"}
"""What `make` leaves behind, at the top only: `hub/demo` is ours."""


@cache
def files() -> tuple[Path, ...]:
    """Return every file of the project: what git tracks, or all of an exported tree."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
        listed = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        found = (ROOT / name for name in listed.split("\0") if name)
    else:
        found = (path for path in ROOT.rglob("*") if not _generated(path))
    return tuple(sorted(path for path in found if path.is_file()))


def _generated(path: Path) -> bool:
    folders = path.relative_to(ROOT).parts[:-1]
    return bool(_OUTPUT & set(folders[:1])) or any(
        part in _GENERATED or part.endswith("egg-info") or (part.startswith(".") and part != ".ci")
        for part in folders
    )


def name_of(path: Path) -> str:
    """Return the path as people write it."""
    return path.relative_to(ROOT).as_posix()


def texts() -> list[tuple[str, str]]:
    """Return name and content of every text file."""
    found = []
    for path in files():
        raw = path.read_bytes()
        if b"\0" not in raw:
            found.append((name_of(path), raw.decode("utf-8", errors="replace")))
    return found


def modules(*tops: str) -> list[Path]:
    """Return the Python files below the given folders; hub and efile when none is given."""
    wanted = tops or PACKAGES
    return [p for p in files() if p.suffix == ".py" and name_of(p).split("/")[0] in wanted]


@cache
def syntax(path: Path) -> ast.Module:
    """Return the parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
