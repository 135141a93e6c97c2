"""Runs of the hub under ``strace``: what it asked of the disk, and refusals put in its way."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from ast import literal_eval
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import ROOT
from tests.crash.house import House, clean_environment

PATIENCE_S = 180.0
DISK_CALLS = (
    "open", "openat", "creat", "mkdir", "mkdirat", "rmdir", "rename", "renameat", "renameat2",
    "link", "linkat", "unlink", "unlinkat", "truncate", "ftruncate", "fallocate", "write",
    "writev", "pwrite64", "pwritev", "copy_file_range", "sendfile", "fsync", "fdatasync",
    "syncfs", "sync",
)  # fmt: skip


@dataclass(frozen=True)
class Call:
    """A system call that ended well."""

    name: str
    arguments: tuple[str, ...]
    """As strace prints them, strings in quotation marks, descriptors with their paths."""
    result: str


def can_trace() -> bool:
    """Tell whether calls of a child can be traced and refused here."""
    strace = shutil.which("strace")
    if strace is None:
        return False
    probe = [strace, "-qq", "-e", "inject=fdatasync:error=EIO:when=99", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def traced(options: Sequence[str], arguments: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a Python program under strace; what it says is added to a log."""
    command = ["strace", "-f", "-qq", *options, sys.executable, "-m", *arguments]
    with log.open("ab") as said:
        return subprocess.Popen(
            command, cwd=ROOT, env=clean_environment(), stdin=subprocess.DEVNULL,
            stdout=said, stderr=said,
        )  # fmt: skip


def hub(house: House, *command: str) -> list[str]:
    """Return the arguments that start a command of the hub."""
    return ["hub", "--settings", str(house.folder / "hub.toml"), *command]


def record(arguments: Sequence[str], log: Path, calls: Path, kill: str = "") -> int:
    """Run a program and write down every call that touches a disk; return how it ended.

    With ``kill``, which is ``name:n``, it dies on entering the n-th such call of one thread.
    """
    name, _, number = kill.partition(":")
    options = [
        "-y",
        "-xx",
        "-s",
        "4000000",
        "-o",
        str(calls),
        "-e",
        "trace=" + ",".join(DISK_CALLS),
    ]
    options += ["-e", f"inject={name}:signal=KILL:when={number}"] if kill else []
    return traced(options, arguments, log).wait(PATIENCE_S)


_LINE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\w+)(<.*>)?(?: .*)?$", re.DOTALL)
_BEGUN = re.compile(r"(\d+) +(.*) <unfinished \.\.\.>$", re.DOTALL)
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)$", re.DOTALL)


def calls_in(record: Path) -> Iterator[Call]:
    """Yield the calls in the order in which they ended; failed ones are left out."""
    begun: dict[str, str] = {}
    for line in record.read_text(encoding="latin-1").splitlines():
        whole = line
        if found := _BEGUN.match(line):
            begun[found[1]] = found[2]
            continue
        if found := _RESUMED.match(line):
            whole = f"{found[1]} {begun.pop(found[1])}{found[2]}"
        if (found := _LINE.match(whole)) and not found[4].startswith("-"):
            yield Call(found[2], tuple(_split(found[3])), found[4] + (found[5] or ""))


def _split(text: str) -> list[str]:
    """Split arguments at commas; with every string in hex no string holds one."""
    return [part.strip() for part in text.split(", ")]


def text_of(argument: str) -> bytes:
    """Return the bytes of a string argument."""
    if not (argument.startswith('"') and argument.endswith('"')):
        msg = f"no whole string: {argument[-40:]}"
        raise ValueError(msg)
    value = literal_eval("b" + argument)
    assert isinstance(value, bytes)
    return value


def path_of(descriptor: str) -> Path | None:
    """Return the path of a descriptor; ``None`` for sockets, pipes and deleted files."""
    found = re.match(r"(?:\d+|AT_FDCWD)<(.*?)>(\(deleted\))?$", descriptor)
    if not found or found[2]:
        return None
    name = literal_eval(f'b"{found[1]}"').decode("utf-8", "surrogateescape")
    return Path(name) if name.startswith("/") else None
