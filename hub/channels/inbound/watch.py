"""File system events as a hint that a scan is worth while; the scan is the truth.

The kernel's queue of events overflows silently, shares send none: nothing is ever concluded
from an event that did not come.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from watchdog.events import (
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

log = logging.getLogger(__name__)

_TELLING = [FileCreatedEvent, FileMovedEvent, FileClosedEvent]
"""What a sender does when a file is complete. Asked of the kernel alone: whoever reads and
claims files himself would else be told of each of his own steps."""


class FolderWatch:
    """Wakes whoever scans."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._observer = Observer()
        self._handler = _Hint(wake)

    def add(self, folder: Path) -> None:
        """Watch a folder, not its subfolders."""
        self._observer.schedule(self._handler, str(folder), recursive=False, event_filter=_TELLING)

    def start(self) -> None:
        """Begin to watch; where the system refuses, the scan alone must do."""
        try:
            self._observer.start()
        except OSError:
            log.warning("folders_not_watched", exc_info=True)

    def stop(self) -> None:
        """Stop watching."""
        self._observer.stop()
        if self._observer.is_alive():
            self._observer.join()


class _Hint(FileSystemEventHandler):
    """All events mean the same: look."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:  # noqa: ARG002  all mean the same
        self._wake()
