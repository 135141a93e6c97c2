"""Jobs that behave as hostile documents make parsers behave."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

Answer = tuple[dict[str, Any], bytes]


def echo(params: dict[str, Any], data: bytes) -> Answer:
    return params, data


def fail(_params: dict[str, Any], _data: bytes) -> Answer:
    raise AssertionError("a parser's own assertion")


def locked(_params: dict[str, Any], _data: bytes) -> Answer:
    error = ValueError("locked")
    error.code = "document_locked"  # type: ignore[attr-defined]  # as the drawing module's faults carry it
    raise error


def die(_params: dict[str, Any], _data: bytes) -> Answer:
    os._exit(3)


def sleep(_params: dict[str, Any], _data: bytes) -> Answer:
    time.sleep(60)
    return {}, b""


def spin(_params: dict[str, Any], _data: bytes) -> Answer:
    while True:
        pass


def devour(_params: dict[str, Any], _data: bytes) -> Answer:
    return {"size": len(bytearray(3 * 1024**3))}, b""


def chatter(_params: dict[str, Any], data: bytes) -> Answer:
    return {}, data


def write(params: dict[str, Any], _data: bytes) -> Answer:
    Path(params["path"]).write_bytes(b"x" * 100)
    return {}, b""


def environment(_params: dict[str, Any], _data: bytes) -> Answer:
    return {"names": sorted(os.environ)}, b""


def who(_params: dict[str, Any], _data: bytes) -> Answer:
    return {"pid": os.getpid()}, b""


JOBS = {
    f.__name__: f
    for f in (echo, fail, locked, die, sleep, spin, devour, chatter, write, environment, who)
}
