"""Structured logging: one JSON object per line, ids and stable words, no social data.

The formatter takes only a fixed set of fields. Free text from messages never reaches
the log: an exception is logged by its type and code, not by its words.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from hub.core.clock import iso_utc
from hub.core.errors import HubError

_context: ContextVar[dict[str, str]] = ContextVar("log_context")

FIELDS = (
    "message_id", "promise_id", "correlation_id", "tenant", "partner", "channel",
    "kind", "queue", "state", "code", "count", "seconds", "place", "error",
)  # fmt: skip
"""The only extra fields a line may carry."""


class JsonLine(logging.Formatter):
    """Format a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return time, level, logger, action (the stable word) and the known fields."""
        line: dict[str, object] = {
            "at": iso_utc(int(record.created * 1_000_000)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "action": record.getMessage(),
        }
        line |= _context.get({})
        line |= {k: record.__dict__[k] for k in FIELDS if k in record.__dict__}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["place"] = _innermost(record)
            if isinstance(record.exc_info[1], HubError):
                line["code"] = record.exc_info[1].code
        # A value of another type must not make the logger print its own words instead.
        return json.dumps(line, ensure_ascii=False, default=str)


def _innermost(record: logging.LogRecord) -> str:
    """Return file and line where the exception was raised; never its words."""
    trace = record.exc_info[2] if record.exc_info else None
    if trace is None:
        return ""
    while trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"


@contextmanager
def log_context(**fields: str | None) -> Iterator[None]:
    """Add ids to every line logged inside."""
    known = {k: v for k, v in fields.items() if v is not None and k in FIELDS}
    token = _context.set({**_context.get({}), **known})
    try:
        yield
    finally:
        _context.reset(token)


def set_up_logging(level: str) -> None:
    """Send everything to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Third parties write addresses with keys and names into their info lines.
    for name in ("aiohttp", "urllib3", "minio", "watchdog", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
