"""Which test runs where and when: what shares a long preparation stays together, the longest go first.

The processes take work as they get free, in random order otherwise. A test of a minute that began
last would leave all others waiting for it.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = (
    "tests/journeys/", "tests/integration/cli/", "tests/integration/letters/",
    "tests/integration/intake/test_bad_files.py", "tests/crash/test_checker.py",
    "tests/browser/test_proof_package.py", "tests/unit/efile/verifier/",
)  # fmt: skip
"""What one process prepares once for all tests below it."""
LONGEST = (
    "tests/crash/test_kill_loop.py",
    "tests/browser/test_accessibility.py",
    "tests/integration/bench/",
)
"""Whose tests take half a minute and more."""


class Schedule(LoadScopeScheduling):
    """Deals out single tests, and whole suites where they belong together."""

    def _split_scope(self, nodeid: str) -> str:
        """Return what is dealt out with this test."""
        return next((suite for suite in TOGETHER if nodeid.startswith(suite)), nodeid)


def put_first(items: list[pytest.Item]) -> None:
    """Bring the longest tests to the front, whatever order chance gave them."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
