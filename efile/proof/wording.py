"""Times as they stand in signed statements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc(at_us: int) -> str:
    """Return microseconds since the epoch as ISO 8601 to the second, UTC."""
    return f"{_EPOCH + timedelta(seconds=at_us // 1_000_000):%Y-%m-%dT%H:%M:%SZ}"


def moment(said: str) -> int:
    """Return the microseconds since the epoch of what :func:`utc` wrote.

    Raises:
        ValueError: it is no such time.
    """
    found = datetime.strptime(said, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return (found - _EPOCH) // timedelta(microseconds=1)


def whole_second(at_us: int) -> int:
    """Return a moment as :func:`utc` can tell it."""
    return at_us // 1_000_000 * 1_000_000
