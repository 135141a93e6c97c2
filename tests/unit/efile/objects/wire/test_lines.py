"""Lines to a server: what counts as an answer, what is refused, when a line is used again."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from efile.objects.wire.lines import Answer, Lines

HEAD = b"GET /x HTTP/1.1\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"


@dataclass
class Script:
    """A server that gives each line these answers, one for each request, then hangs up."""

    answers: tuple[bytes, ...]
    lines: int = 0
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @contextmanager
    def serving(self) -> Iterator[str]:
        thread = threading.Thread(target=self._serve)
        thread.start()
        try:
            yield f"127.0.0.1:{self._listener.getsockname()[1]}"
        finally:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            thread.join()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.lines += 1
            with line:
                for answer in self.answers:
                    if not line.recv(65536):
                        break
                    line.sendall(answer)


@contextmanager
def lines() -> Iterator[Lines]:
    opened = Lines(secure=False, connect_s=30, read_s=30)
    try:
        yield opened
    finally:
        opened.close()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (OK, Answer(200, b"body")),
        (b"HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n", Answer(200, b"")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, b"")),
        (b"HTTP/1.0 200 OK\r\n\r\nto the end", Answer(200, b"to the end")),
        (
            b"HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nNoSu\r\nA;x=y\r\nchKey\r\n123\r\n0\r\n\r\n",
            Answer(404, b"NoSuchKey\r\n123"),
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000,
            Answer(200, b"x" * 200_000),
        ),
    ],
    ids=["length", "empty", "nothing", "until the end", "chunks", "larger than a head"],
)
def test_an_answer_is_read_to_its_end(answer: bytes, expected: Answer) -> None:
    with Script((answer,)).serving() as host, lines() as ours:
        assert expected == ours.ask(host, HEAD)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"220 mail.example ESMTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody!",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbo",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nbody\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody!!0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000,
    ],
    ids=["nothing", "mail", "cut off", "two lengths", "length and chunks", "coded", "half a chunk",
         "no chunk", "chunk too long", "endless head"],
)  # fmt: skip
def test_what_is_no_answer_is_an_error_of_the_line(answer: bytes) -> None:
    with Script((answer,)).serving() as host, lines() as ours, pytest.raises(OSError, match=r"\w"):
        ours.ask(host, HEAD)


def test_a_line_is_used_again() -> None:
    script = Script((OK, OK, OK))
    with script.serving() as host, lines() as ours:
        assert [b"body"] * 3 == [ours.ask(host, HEAD).body for _ in range(3)]

    assert 1 == script.lines


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody",
        b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody",
        OK + b"and more than was asked for",
    ],
    ids=["says so", "old server", "says too much"],
)
def test_a_line_that_ends_or_says_too_much_is_not_used_again(answer: bytes) -> None:
    script = Script((answer, answer))
    with script.serving() as host, lines() as ours:
        assert [b"body"] * 2 == [ours.ask(host, HEAD).body for _ in range(2)]

    assert 2 == script.lines


def test_a_line_the_server_ended_meanwhile_is_not_used_again() -> None:
    script = Script((OK,))
    with script.serving() as host, lines() as ours:
        assert b"body" == ours.ask(host, HEAD).body
        (line,) = ours._idle[host]
        assert select.select([line._connection], [], [], 30)[0]

        assert b"body" == ours.ask(host, HEAD).body


def test_a_refusal_is_heard_although_the_server_would_not_read_on() -> None:
    refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"
    with Script((refusal,)).serving() as host, lines() as ours:
        assert 403 == ours.ask(host, HEAD, b"small").status
