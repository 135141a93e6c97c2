"""Houses for runs with faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.house import House, build_house
from tests.s3_server import S3Server


@pytest.fixture
def house(tmp_path: Path, s3_server: S3Server) -> House:
    """An installation without a word processor."""
    return build_house(tmp_path / "house", s3_server)
