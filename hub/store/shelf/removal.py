"""Takes files out of the payload folder without ever losing one that is wanted again.

Whoever keeps bytes that lie there already touches their file before a row names them, and
files touched within a day stay. A file is therefore first hidden under a name nobody else
uses, then looked at once more: whoever touched it before it was hidden makes it stay, whoever
comes later finds nothing and writes the bytes anew. What a crash leaves hidden is put back or
removed by the next look; until then readers find it.

Residual risk: removing a file does not overwrite the disk's blocks.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from hub.core import failpoint

failpoint.declare("removal_hidden")

FRESH_S = 86_400.0
"""No body takes a day; what was touched later may be about to be named."""


def remove_file(path: Path, *, fresh_s: float = FRESH_S) -> bool:
    """Remove a file no row names, unless somebody is about to; tell whether it is gone.

    Any number of nodes may do so at once.
    """
    if _is_fresh(path, fresh_s):
        return False
    hidden = path.with_name(f".{path.name}.{os.urandom(8).hex()}.removed")
    with suppress(FileNotFoundError):
        path.rename(hidden)
    failpoint.reach("removal_hidden")
    gone = [_settle(one, path, fresh_s) for one in hidden_files(path)]
    return bool(gone) and all(gone)


def put_back(path: Path) -> None:
    """Give a file that is named after all its name back, where a crash left it hidden."""
    for hidden in hidden_files(path):
        _show(hidden, path)


def hidden_files(path: Path) -> list[Path]:
    """Return where bytes lie that somebody was about to remove."""
    return sorted(path.parent.glob(f".{path.name}.*.removed"))


def hidden_name(name: str) -> str | None:
    """Return the visible name of a hidden file; ``None`` for any other."""
    if name.startswith(".") and name.endswith(".removed"):
        return name[1:].partition(".")[0]
    return None


def old_names(folder: Path, fresh_s: float = FRESH_S) -> set[str]:
    """Return the names of the files of a folder that nobody is about to name, also hidden ones."""
    return {hidden_name(path.name) or path.name for path in _old(folder, fresh_s)}


def _old(folder: Path, fresh_s: float) -> Iterable[Path]:
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            if entry.is_file(follow_symlinks=False) and not _is_fresh(path, fresh_s):
                yield path


def _is_fresh(path: Path, fresh_s: float) -> bool:
    """Tell whether a file was touched lately; one that is gone was not."""
    try:
        touched_s = path.stat().st_mtime
    except FileNotFoundError:
        return False
    return time.time() - touched_s < fresh_s  # noqa: TID251  compared with the file system's clock


def _settle(hidden: Path, path: Path, fresh_s: float) -> bool:
    """Remove a hidden file or put it back; tell whether it is gone for good."""
    if _is_fresh(hidden, fresh_s):
        _show(hidden, path)
        return False
    hidden.unlink(missing_ok=True)
    return True


def _show(hidden: Path, path: Path) -> None:
    # Whoever wrote the bytes anew meanwhile wrote the same; another node may have been first.
    with suppress(FileNotFoundError):
        hidden.rename(path)
