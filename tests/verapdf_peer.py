"""A checker of PDF/A that others wrote: veraPDF.

``make verapdf`` brings it with Maven, by the digests in ``tests/verapdf``, and keeps it beside the
user's other caches. Where it could not be brought, or there is no Java, its tests are left out,
and the end of their report says what is thereby not proven.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

_PINS = Path(__file__).with_name("verapdf")
MARKER = "verapdf"
SECTION = "PDF/A"
WHAT = "renditions are PDF/A in the eyes of a second checker"
_MAIN = "org.verapdf.apps.GreenfieldCliWrapper"


def installed() -> list[str] | None:
    """Return the command that was brought from the pins as they are, if it can run."""
    pins = b"".join((_PINS / name).read_bytes() for name in ("jars.sha256", "pom.xml"))
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    jars = caches / "aktenhub" / f"verapdf-{hashlib.sha256(pins).hexdigest()[:16]}"
    java = shutil.which("java")
    if java is None or not jars.is_dir():
        return None
    return [
        java,
        "-Xmx512m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        f"{jars}/*",
        _MAIN,
    ]


def judged(command: list[str], folder: Path, flavour: str) -> dict[str, str]:
    """Return ``PASS`` or ``FAIL`` for each PDF of a folder."""
    files = sorted(str(one) for one in folder.glob("*.pdf"))
    said = subprocess.run(
        [*command, "-f", flavour, "--format", "text", *files],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    rows = (line.split() for line in said.stdout.splitlines())
    return {Path(row[1]).stem: row[0] for row in rows if row and row[0] in {"PASS", "FAIL"}}


def summary(outcomes: Iterable[str]) -> str:
    """Say what the outcomes of its tests (``passed``, ``skipped``, …) prove."""
    outcomes = list(outcomes)
    found = re.search(r"<version>(\d\S*\.\S*)</version>", (_PINS / "pom.xml").read_text())
    if set(outcomes) == {"passed"}:
        return f"proven: {WHAT} (veraPDF {found[1] if found else '?'})"
    return f"NOT PROVEN: {WHAT} (no Java, no Maven, or no network at set-up; or a test failed)"
