"""A real S3 server that knows versions, object lock and conditional writes: versitygw.

``make gateway`` builds it from the digests in ``tests/versitygw`` and keeps it beside the user's other
caches. Where it could not be built, its tests are left out, and the end of their report says what
is thereby not proven.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.s3_server import ACCESS_KEY, SECRET_KEY, S3Server, free_port, serving

_PINS = Path(__file__).with_name("versitygw")
MARKER = "versioned"
SECTION = "S3 with versions"
WHAT = "versions, object lock and conditional writes on a real S3 server"


def gateway_program() -> Path | None:
    """Return the program that was built from the pins as they are, if there is one."""
    pins = b"".join((_PINS / name).read_bytes() for name in ("go.mod", "go.sum"))
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    program = caches / "aktenhub" / f"versitygw-{hashlib.sha256(pins).hexdigest()[:16]}"
    return program if os.access(program, os.X_OK) else None


def keeps_attributes(folder: Path) -> bool:
    """Tell whether the file system keeps extended attributes, where versitygw notes versions."""
    try:
        os.setxattr(folder, "user.aktenhub", b"1")
    except OSError:
        return False
    return True


@contextmanager
def start_versitygw(program: Path, directory: Path) -> Iterator[S3Server]:
    """Serve a folder as S3, with its versions in another beside it, until the block ends."""
    folders = {name: directory / name for name in ("buckets", "versions")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    endpoint = f"127.0.0.1:{free_port()}"
    command = [
        str(program), "--port", endpoint, "--region", "eu-central-1", "--quiet", "posix",
        "--versioning-dir", str(folders["versions"]), str(folders["buckets"]),
    ]  # fmt: skip
    credentials = {"ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}
    with serving(command, endpoint, os.environ | credentials):
        yield S3Server(endpoint, ACCESS_KEY, SECRET_KEY, folders["buckets"])


def summary(outcomes: Iterable[str]) -> str:
    """Say what the outcomes of its tests (``passed``, ``skipped``, …) prove."""
    outcomes = list(outcomes)
    if set(outcomes) == {"passed"}:
        return f"proven: {WHAT} (versitygw {_version()}, {len(outcomes)} tests)"
    passed = outcomes.count("passed")
    return f"NOT PROVEN: {WHAT} ({passed} of {len(outcomes)} tests passed: see above)"


def _version() -> str:
    found = re.search(r"versity/versitygw (v\S+)", (_PINS / "go.mod").read_text())
    return found[1] if found else "?"
