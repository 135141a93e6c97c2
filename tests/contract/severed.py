"""A line to a PostgreSQL server that can be cut between a commit and its answer."""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

from hub.store.engines.session import Address

SOCKET = ".s.PGSQL.5432"


class SeveredLine:
    """Hands bytes on in both directions until it is told to cut."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._folder = Path(tempfile.mkdtemp(prefix="line-", dir="/tmp"))
        self._listener = socket.socket(socket.AF_UNIX)
        self._armed = threading.Event()
        self.cuts = 0

    def address(self, address: Address) -> Address:
        """Return the same database behind this line."""
        return Address(address.dsn.replace(str(self._server), str(self._folder)))

    def cut_at_next_commit(self) -> None:
        """Bring the next COMMIT to the server, and no answer back."""
        self._armed.set()

    def __enter__(self) -> Self:
        self._listener.bind(str(self._folder / SOCKET))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        shutil.rmtree(self._folder)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(str(self._server / SOCKET))
            threading.Thread(target=self._up, args=(near, far), daemon=True).start()
            threading.Thread(target=self._down, args=(far, near), daemon=True).start()

    def _up(self, near: socket.socket, far: socket.socket) -> None:
        # Either end may go first, at any moment: the server ends sessions, the client gives up.
        with near, suppress(OSError):
            while data := _received(near):
                if b"COMMIT\0" in data and self._armed.is_set():
                    self._armed.clear()
                    self.cuts += 1
                    # What comes back from here on is kept from the client.
                    near.shutdown(socket.SHUT_RDWR)
                far.sendall(data)
            far.shutdown(socket.SHUT_WR)

    def _down(self, far: socket.socket, near: socket.socket) -> None:
        with far:
            while data := _received(far):
                with suppress(OSError):
                    near.sendall(data)


def _received(line: socket.socket) -> bytes:
    try:
        return line.recv(65536)
    except OSError:
        return b""
