"""An e-file on either engine and either store."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile.objects.s3 import S3Access, S3Store
from tests.efile_house import EFileHouse, open_house
from tests.engines import Engine


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.s3)])
async def either_house(
    engine: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[EFileHouse]:
    """An empty house on a folder or a server."""
    objects = None
    if request.param == "s3":
        server = request.getfixturevalue("s3_server")
        access = S3Access(
            endpoint=server.endpoint, access_key=server.access_key,
            secret_key=server.secret_key, secure=False, prefix=f"t{uuid.uuid4().hex[:12]}",
        )  # fmt: skip
        objects = S3Store(access)
    async with open_house(tmp_path, objects, engine.open()) as opened:
        yield opened
