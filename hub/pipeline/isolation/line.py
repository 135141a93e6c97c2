"""The line between us and a child: whole messages, each within a time.

Whoever stops in the middle of a message, or takes none, counts as dead when the time is over:
a child that foreign bytes have taken over must not hold a thread of ours.
"""

from __future__ import annotations

import socket
import struct
import time

_HEAD = struct.Struct(">I")
"""Bytes of the message that follows."""
_MOST = 2 ** (8 * _HEAD.size) - 1
_PIECE = 1024 * 1024


class Line:
    """One end."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end

    def send(self, data: bytes, timeout_s: float | None = None) -> None:
        """Send a message, all of it within the time.

        Raises:
            OSError: the other side is gone, or takes it too slowly.
            ValueError: it is too long.
        """
        if len(data) > _MOST:
            raise ValueError("a message too long for the line")
        self._socket.settimeout(timeout_s)
        self._socket.sendall(_HEAD.pack(len(data)) + data)

    def receive(self, timeout_s: float | None = None, most: int = _MOST) -> bytes:
        """Return a message of at most so many bytes, all of it received within the time.

        Raises:
            EOFError: the other side is gone.
            OSError: it is silent, or stopped in the middle.
            ValueError: the message is longer.
        """
        until = None if timeout_s is None else time.monotonic() + timeout_s
        (size,) = _HEAD.unpack(self._take(_HEAD.size, until))
        if size > most:
            raise ValueError("a message longer than agreed")
        return self._take(size, until)

    def _take(self, size: int, until: float | None) -> bytes:
        taken = bytearray()
        while len(taken) < size:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            piece = self._socket.recv(min(size - len(taken), _PIECE))
            if not piece:
                raise EOFError
            taken += piece
        return bytes(taken)

    def close(self) -> None:
        """Close this end."""
        self._socket.close()
