"""HTTP/1.1 as far as whole objects need it, over lines that are kept open.

A request is sent once: nothing here asks again. What is no plain answer, or ends before its end,
is an error of the line (``OSError``), which is then given up.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_HEAD_BYTES = 64 * 1024
"""No answer's head is longer; what comes of its body meanwhile is taken along."""
_JOINED = 256 * 1024
"""Bodies up to this size go out in one piece with their head."""
_MOST_IDLE = 32
_STATUS = re.compile(rb"HTTP/1\.([01]) ([2-5]\d\d)[ \r]")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*(?=\r\n)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n", re.IGNORECASE)
_CODED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection:[^\r]*close", re.IGNORECASE)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r]*)?\r\n")
_NO_CONTENT = 204


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered."""

    status: int
    body: bytes


@dataclass(slots=True, kw_only=True)
class Lines:
    """Lines to servers, shared by threads; each is in the hands of one at a time."""

    secure: bool
    connect_s: float
    read_s: float
    """Longest silence, and longest time to send a request."""
    _idle: dict[str, deque[_Line]] = field(default_factory=dict)
    _tls: ssl.SSLContext | None = None

    def ask(self, host: str, head: bytes, body: bytes = b"") -> Answer:
        """Send a request to ``host`` (with a port, where it is not the usual one) once.

        Raises:
            OSError: nobody answers, or what comes is no answer.
        """
        line = self._taken(host) or self._opened(host)
        try:
            answer, stays = line.ask(head, body)
        except BaseException:
            line.close()
            raise
        idle = self._idle.setdefault(host, deque())
        if stays and len(idle) < _MOST_IDLE:
            idle.append(line)
        else:
            line.close()
        return answer

    def close(self) -> None:
        """Hang up every line nobody uses."""
        for idle in self._idle.values():
            while idle:
                idle.pop().close()

    def _taken(self, host: str) -> _Line | None:
        """Return a line the server has not ended meanwhile."""
        idle = self._idle.get(host)
        while idle:
            try:
                line = idle.pop()
            except IndexError:
                # Another thread was quicker.
                return None
            if line.is_quiet():
                return line
            line.close()
        return None

    def _opened(self, host: str) -> _Line:
        address = urlsplit(f"//{host}")
        port = address.port or (443 if self.secure else 80)
        try:
            connection = socket.create_connection((address.hostname or "", port), self.connect_s)
        except UnicodeError as exc:
            raise ConnectionError("no name of a server") from exc
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.secure:
                self._tls = self._tls or ssl.create_default_context()
                connection = self._tls.wrap_socket(connection, server_hostname=address.hostname)
            connection.settimeout(self.read_s)
        except BaseException:
            connection.close()
            raise
        return _Line(connection)


class _Line:
    """One connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray(_HEAD_BYTES)
        self._begun = b""
        """What came behind what was read so far."""

    def is_quiet(self) -> bool:
        """Tell whether nothing came since the last answer; an ended line is not quiet."""
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def ask(self, head: bytes, body: bytes) -> tuple[Answer, bool]:
        """Send a request; return the answer and whether the line can be used again."""
        taken = self._send(head, body)
        top = self._top()
        status = _STATUS.match(top)
        if status is None:
            raise ConnectionError("no answer in HTTP/1.1")
        lengths = set(_LENGTH.findall(top))
        if len(lengths) > 1 or (_CODED.search(top) and (lengths or not _CHUNKED.search(top))):
            raise ConnectionError("an answer of unclear length")
        stays = taken and status[1] == b"1" and not _CLOSES.search(top)
        code = int(status[2])
        if code == _NO_CONTENT:
            found = b""
        elif _CODED.search(top):
            found = b"".join(iter(self._chunk, b""))
        elif lengths:
            found = self._exactly(int(lengths.pop()))
        else:
            found, stays = self._everything(), False
        return Answer(code, found), stays and not self._begun

    def _send(self, head: bytes, body: bytes) -> bool:
        """Send; say False where the server would not hear it to the end: it may say why."""
        try:
            if len(body) <= _JOINED:
                self._connection.sendall(head + body)
            else:
                self._connection.sendall(head)
                self._connection.sendall(body)
        except BrokenPipeError:
            return False
        return True

    def _top(self) -> bytes:
        """Return the head of an answer, up to and with the end of its last line."""
        filled, end, view = 0, -1, memoryview(self._buffer)
        while end < 0:
            if filled == _HEAD_BYTES:
                raise ConnectionError("an answer's head without an end")
            got = self._connection.recv_into(view[filled:])
            if not got:
                raise _cut_off()
            end = self._buffer.find(b"\r\n\r\n", max(0, filled - 3), filled + got)
            filled += got
        self._begun = bytes(view[end + 4 : filled])
        return bytes(view[: end + 2])

    def _exactly(self, length: int) -> bytes:
        """Return so many bytes."""
        begun = self._begun
        if length <= len(begun):
            self._begun = begun[length:]
            return begun[:length]
        found, at = bytearray(length), len(begun)
        found[:at] = begun
        view = memoryview(found)
        while at < length:
            got = self._connection.recv_into(view[at:])
            if not got:
                raise _cut_off()
            at += got
        self._begun = b""
        return bytes(found)

    def _chunk(self) -> bytes:
        """Return the next chunk; the last is empty."""
        while (size := _CHUNK.match(self._begun)) is None:
            if b"\r\n" in self._begun or len(self._begun) > _HEAD_BYTES:
                raise ConnectionError("no chunk")
            self._more()
        self._begun = self._begun[size.end() :]
        length = int(size[1], 16)
        found = self._exactly(length)
        if self._exactly(2) != b"\r\n":
            # Lines behind the last chunk, which nobody here sends, end up here, too.
            raise ConnectionError("a chunk without an end")
        return found

    def _everything(self) -> bytes:
        """Return what comes until the server hangs up."""
        found = [self._begun]
        while piece := self._connection.recv(_HEAD_BYTES):
            found.append(piece)
        self._begun = b""
        return b"".join(found)

    def _more(self) -> None:
        piece = self._connection.recv(_HEAD_BYTES)
        if not piece:
            raise _cut_off()
        self._begun += piece


def _cut_off() -> ConnectionError:
    return ConnectionError("the answer ended before its end")
