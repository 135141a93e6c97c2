"""Writes ``multipart/form-data`` as senders do, and as none should."""

from __future__ import annotations

from dataclasses import dataclass

BOUNDARY = "----grenze-7"


@dataclass(frozen=True)
class Field:
    """One part of a form."""

    data: bytes
    name: str = "attachment"
    file: str | None = None
    kind: str = ""
    more: tuple[str, ...] = ()
    """Further header lines."""

    @property
    def head(self) -> bytes:
        said = f'Content-Disposition: form-data; name="{self.name}"'
        said += f'; filename="{self.file}"' if self.file is not None else ""
        kind = (f"Content-Type: {self.kind}",) if self.kind else ()
        return "\r\n".join([said, *kind, *self.more]).encode()


def message(data: bytes, file: str | None = "a.xml", kind: str = "application/xml") -> Field:
    """Return the part that is the message."""
    return Field(data, "message", file, kind)


def written(*fields: Field, boundary: str = BOUNDARY) -> bytes:
    """Return the body of a form."""
    lines = [b"--%s\r\n%s\r\n\r\n%s\r\n" % (boundary.encode(), f.head, f.data) for f in fields]
    return b"".join(lines) + b"--%s--\r\n" % boundary.encode()


def headers(boundary: str = BOUNDARY) -> dict[str, str]:
    """Return the header that announces a form."""
    return {"Content-Type": f"multipart/form-data; boundary={boundary}"}
