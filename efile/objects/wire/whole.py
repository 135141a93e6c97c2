"""Whole objects: fetched, and stored in one request.

The library takes over a millisecond of processor time for each request, most of it for what a
whole object does not need; filing sends five, and verification one for each object there is.
So these two go over lines of our own. Whatever else is asked of a server goes through the library.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from efile.integrity.digest import sha256_hex
from efile.objects.layout import checked_key
from efile.objects.wire.lines import Answer, Lines
from efile.objects.wire.signing import Signer

_OK, _PARTIAL, _NOT_IMPLEMENTED = 200, 206, 501
_EMPTY = hashlib.sha256(b"").hexdigest()


class Refused(Exception):
    """The server answered, but not with what was asked for."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"HTTP {answer.status}")
        self.status = answer.status
        self.body = answer.body.decode(errors="replace")


class WholeObjects:
    """GET and PUT of one object; calls block and may come from several threads."""

    def __init__(self, lines: Lines, signer: Signer, locate: Callable[[str], str]) -> None:
        """``locate`` returns the address of a bucket, with a slash at its end."""
        self._lines = lines
        self._signer = signer
        self._locate = locate
        self._places: dict[str, tuple[str, str]] = {}

    def get(self, bucket: str, key: str, start: int = 0, length: int = 0) -> bytes:
        """Return bytes of an object; without a length all of it.

        Raises:
            Refused: the server does not give them.
            OSError: it does not answer.
        """
        fields = {"range": f"bytes={start}-{start + length - 1}"} if length else {}
        answer = self._ask("GET", bucket, key, fields, b"", _EMPTY)
        # Some servers send a part and say 200; whether ranges work, the probe tries out.
        if answer.status not in {_OK, _PARTIAL}:
            raise Refused(answer)
        return answer.body

    def put_if_absent(self, bucket: str, key: str, data: bytes) -> None:
        """Store an object where none lies (``If-None-Match: *``).

        Servers that do not know the condition ignore it or answer 501; then it is left out.

        Raises:
            Refused: the server does not take it; with 412 something lies there.
            OSError: it does not answer.
        """
        try:
            self.put(bucket, key, data, {"if-none-match": "*"})
        except Refused as exc:
            if exc.status != _NOT_IMPLEMENTED:
                raise
            self.put(bucket, key, data)

    def put(
        self, bucket: str, key: str, data: bytes, fields: Mapping[str, str] | None = None
    ) -> None:
        """Store an object.

        Raises:
            Refused: the server does not take it.
            OSError: it does not answer.
        """
        said = {**(fields or {}), "content-length": str(len(data))}
        if self._lines.secure:
            # Some servers demand it where objects are locked; the library says it, too.
            md5 = hashlib.md5(data, usedforsecurity=False).digest()
            said["content-md5"] = base64.b64encode(md5).decode()
        answer = self._ask("PUT", bucket, key, said, data, sha256_hex(data))
        if answer.status != _OK:
            raise Refused(answer)

    def close(self) -> None:
        """Hang up."""
        self._lines.close()

    def _ask(
        self, method: str, bucket: str, key: str, fields: Mapping[str, str], body: bytes, sha: str
    ) -> Answer:
        if bucket not in self._places:
            address = urlsplit(self._locate(bucket))
            self._places[bucket] = address.netloc, address.path
        host, folder = self._places[bucket]
        head = self._signer.head(method, host, folder + checked_key(key), fields, sha)
        return self._lines.ask(host, head, body)
