"""Calls commands as the shell would, in this process: starting Python costs a second."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from hub.cli import main
from tests.crash.house import House
from tests.s3_server import ACCESS_KEY, SECRET_KEY, S3Server, start_rclone

AWAY = S3Server("127.0.0.1:9", ACCESS_KEY, SECRET_KEY, Path("/nonexistent"))
"""A storage nobody answers for."""
OFFICE = "beispielhausen"


@dataclass(frozen=True)
class Answer:
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """Commands for one installation."""

    house: House
    capsys: pytest.CaptureFixture[str]

    @property
    def settings(self) -> Path:
        return self.house.folder / "hub.toml"

    def __call__(self, *arguments: object) -> Answer:
        self.capsys.readouterr()
        with quiet_logging():
            try:
                code = main(["--settings", str(self.settings), *map(str, arguments)])
            except SystemExit as exc:
                code = int(exc.code or 0)
        return Answer(code, *self.capsys.readouterr())


@contextmanager
def quiet_logging() -> Iterator[None]:
    """Give back what the command line makes of the process-wide logging."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


@contextmanager
def copy_of(house: House, folder: Path) -> Iterator[House]:
    """Copy an installation with its objects, behind a server of its own."""
    shutil.copytree(house.folder, folder / "house")
    shutil.copytree(house.buckets, folder / "buckets")
    settings = folder / "house" / "hub.toml"
    text = settings.read_text(encoding="utf-8")
    former = text.partition('endpoint = "')[2].partition('"')[0]
    # A running server would not see objects that appear in its folder.
    with start_rclone(folder / "buckets") as server:
        settings.write_text(text.replace(former, server.endpoint), encoding="utf-8")
        yield replace(house, folder=folder / "house", buckets=folder / "buckets")
