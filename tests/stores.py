"""The stores every contract of objects holds on: a folder, and S3 servers of two kinds."""

from __future__ import annotations

import pytest

STORES = [
    "folder",
    pytest.param("s3", marks=pytest.mark.s3),
    pytest.param("versioned", marks=pytest.mark.versioned),
]
"""For ``@pytest.fixture(params=…)``."""
SERVERS = {"s3": "s3_server", "versioned": "versioned_server"}
"""The fixture of each server."""
