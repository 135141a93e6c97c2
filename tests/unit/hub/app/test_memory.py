"""A process with many threads keeps its memory in few places."""

import subprocess
import sys

THREADS = 12
PROGRAM = f"""
import ctypes, sys, threading
from hub.app import memory

if sys.argv[1] == "shared":
    memory.share()
meeting = threading.Barrier({THREADS})

def work():
    meeting.wait()
    held = bytearray(1000)
    meeting.wait()

threads = [threading.Thread(target=work) for _ in range({THREADS})]
for one in threads:
    one.start()
for one in threads:
    one.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


def arenas(manner: str) -> int:
    """Return from how many arenas a program with many threads took its memory."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, manner], check=True, capture_output=True, text=True
    )
    return run.stdout.count("<heap nr=")


def test_threads_share_two_arenas_where_they_would_have_one_each() -> None:
    assert 2 >= arenas("shared")
    assert 2 < arenas("as usual")
