"""The child: takes its limits, loads one module and serves its ``JOBS`` until stdin ends."""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from efile.isolation.pool import HEAD

Job = Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]]


def main(module: str, memory_mb: int, cpu_s: int, nice: int) -> None:
    """Serve the module's jobs on stdin and stdout."""
    os.nice(nice)
    jobs: Mapping[str, Job] = importlib.import_module(module).JOBS
    # Whatever a library prints must not end up between two answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit(memory_mb)
    while (asked := _read(sys.stdin.buffer)) is not None:
        _allow_cpu(cpu_s)
        _write(answers, *_answer(jobs, *asked))
        # Not held while the next one comes: a question may be a hundred megabytes.
        del asked


def _limit(memory_mb: int) -> None:
    size = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow_cpu(cpu_s: int) -> None:
    """Grant the next job its seconds on top of what earlier ones used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + cpu_s + 1, hard))


def _answer(
    jobs: Mapping[str, Job], head: dict[str, Any], data: bytes
) -> tuple[dict[str, Any], bytes]:
    try:
        return jobs[head["job"]](head["params"], data)
    except MemoryError:
        return {"fault": "document_reader_died"}, b""
    except Exception as exc:  # noqa: BLE001  parsers raise anything (AssertionError, TypeError …)
        return {"fault": str(getattr(exc, "code", "document_unreadable"))}, b""


def _read(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    lengths = stream.read(HEAD.size)
    if len(lengths) < HEAD.size:
        return None
    text_size, data_size = HEAD.unpack(lengths)
    return json.loads(stream.read(text_size)), stream.read(data_size)


def _write(stream: BinaryIO, head: dict[str, Any], body: bytes) -> None:
    text = json.dumps(head).encode()
    stream.write(HEAD.pack(len(text), len(body)) + text)
    stream.write(body)
    stream.flush()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
