"""Fixtures that several rooms use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.s3_server import S3Server, start_rclone


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3 server for this test process; each test takes its own bucket prefix."""
    with start_rclone(tmp_path_factory.mktemp("s3") / "buckets") as server:
        yield server
