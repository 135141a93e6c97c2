"""Listens to what a hub says, to know where it is."""

from __future__ import annotations

import json

from tests.crash.house import House


class Ear:
    """Listens to what the hub says."""

    def __init__(self, house: House) -> None:
        self._path = house.folder / "hub.log"
        self._read = self._path.stat().st_size if self._path.exists() else 0
        self.heard: list[str] = []

    def listen(self) -> bool:
        """Take in what was said since, and tell whether anything was."""
        with self._path.open("rb") as log:
            log.seek(self._read)
            whole = log.read().rpartition(b"\n")[0]
        lines = [line for line in whole.split(b"\n") if line.startswith(b"{")]
        if whole:
            self._read += len(whole) + 1
        self.heard += [str(json.loads(line).get("action", "?")) for line in lines]
        return bool(lines)
