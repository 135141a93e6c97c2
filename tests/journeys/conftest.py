"""The whole story, played once for all tests of the journey."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.demo.performance import start_everything
from hub.demo.stage import Stage
from hub.demo.story import play
from hub.demo.verify import Check, verify


@dataclass(frozen=True)
class Played:
    """A played story whose hub still runs."""

    stage: Stage
    checks: list[Check]

    @property
    def viewer(self) -> str:
        """Address of the staff pages."""
        return f"http://127.0.0.1:{self.stage.ports.web}"

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``aktenhub`` on the story's installation."""
        line = [sys.executable, "-m", "hub", "--settings", str(self.stage.settings_file)]
        return subprocess.run(
            [*line, *arguments], capture_output=True, text=True, check=False, env=dict(os.environ)
        )


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Play the story and keep everything running until the tests are done."""
    folder = tmp_path_factory.mktemp("story") / "demo"
    with asyncio.Runner() as runner:
        stage = runner.run(_play(folder))
        try:
            checks, _ = runner.run(verify(stage))
            yield Played(stage, checks)
        finally:
            runner.run(stage.stop())


async def _play(folder: Path) -> Stage:
    stage = await start_everything(folder, web_port=0)
    await play(stage, lambda _: None)
    return stage
