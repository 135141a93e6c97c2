"""Folders that are still there after a power cut.

To sync a folder keeps the names in it, not its own name in the folder above. So whoever makes
a folder has to sync the way up to it, or everything in it may be gone with its name.

Residual risk: a folder somebody else replaces while we run is not synced a second time.
"""

from __future__ import annotations

import os
from pathlib import Path

_DURABLE: set[Path] = set()
"""Folders whose way down from the top this process has synced."""


def make(folder: Path) -> None:
    """Make a folder that stays, with those above it; one that is there is made to stay.

    Whoever made it may have died before syncing, so each process syncs the way once.

    Raises:
        OSError: the folder cannot be made or synced.
    """
    if folder in _DURABLE and folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for above in folder.parents:
        try:
            sync(above)
        except PermissionError:
            # Above what is ours; who may not look there has made nothing there.
            break
        if above in _DURABLE:
            break
    _DURABLE.update((folder, *folder.parents))


def sync(folder: Path) -> None:
    """Make the names in a folder durable.

    Raises:
        OSError: it cannot be opened or synced.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as exc:
        # Whoever reads of it must learn which folder.
        raise OSError(exc.errno, exc.strerror, str(folder)) from exc
    finally:
        os.close(descriptor)
