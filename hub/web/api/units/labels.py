"""What a part of a unit says of itself: its role, its name, its media type.

Names are metadata: they never become a path. Rules for them are those of the watched folders,
so that a unit means the same whichever way it comes.
"""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from hub.channels.inbound.rules import is_taken
from hub.channels.inbound.sidecar import is_sidecar
from hub.web.api.parameters import file_name, parsed, without_escapes
from hub.web.api.problems import Problem

ANYTHING = "application/octet-stream"
LONGEST_NAME_BYTES = 255
"""What file systems allow, so that an archived unit can be unpacked anywhere."""

_FIELD = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):(.*)")
_PLAIN = frozenset({"7bit", "8bit", "binary"})
"""Transfer encodings that change nothing."""
_LENGTH = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Label:
    """The headers of a part, understood."""

    field: str
    """``message`` or ``attachment``; anything else is for the caller to refuse."""
    name: str
    """File name without any folder; empty: none was given."""
    media_type: str
    """In small letters, without parameters; empty: none was given."""
    length: int | None
    """How many bytes the sender says will come."""


def read_label(raw: bytes, part: int) -> Label:
    """Understand the headers of a part; ``part`` is its number for the sender.

    Raises:
        Problem: they are no headers of a form part, or the content is packed or nested.
    """
    try:
        headers = _headers(raw)
        kind, parameters = parsed(headers.get("content-disposition", ""))
        media_type, _ = parsed(headers["content-type"]) if "content-type" in headers else ("", {})
    except ValueError as exc:
        raise Problem("multipart_invalid", members={"part": part}) from exc
    if kind != "form-data":
        raise Problem("multipart_invalid", members={"part": part})
    if media_type.startswith("multipart/"):
        raise Problem("part_nested", members={"part": part})
    _demand_plain(headers, part)
    name = plain_name(without_escapes(file_name(parameters)))
    return Label(parameters.get("name", ""), name, media_type, _length(headers, part))


def _headers(raw: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in raw.decode().split("\r\n") if raw else ():
        # A line that goes on, and one with a lone line end, have more than one reading.
        field = _FIELD.fullmatch(line) if not _has_controls(line) else None
        if not field or field[1].lower() in found:
            raise ValueError("no list of different headers")
        found[field[1].lower()] = field[2].strip(" \t")
    return found


def _has_controls(line: str) -> bool:
    return any(unicodedata.category(c) == "Cc" and c != "\t" for c in line)


def _demand_plain(headers: Mapping[str, str], part: int) -> None:
    transfer = headers.get("content-transfer-encoding", "binary").lower()
    content = headers.get("content-encoding", "identity").lower()
    if transfer not in _PLAIN or content != "identity":
        raise Problem("part_encoded", members={"part": part})


def _length(headers: Mapping[str, str], part: int) -> int | None:
    said = headers.get("content-length")
    if said is None:
        return None
    if not _LENGTH.fullmatch(said):
        raise Problem("multipart_invalid", members={"part": part})
    return int(said)


def plain_name(given: str) -> str:
    """Return a sender's file name as text to show: composed, printable, without any folder."""
    printable = "".join(c for c in given if c.isprintable())
    return re.split(r"[/\\]", unicodedata.normalize("NFC", printable))[-1].strip()


def attachment_name(label: Label, part: int) -> str:
    """Return the name of an attachment.

    Raises:
        Problem: it has none, or one that no file of a folder unit may have.
    """
    name = label.name
    if not name or len(name.encode()) > LONGEST_NAME_BYTES or not is_taken(name):
        raise Problem("attachment_name_invalid", members={"part": part})
    if is_sidecar(name):
        raise Problem("attachment_name_invalid", members={"part": part})
    return name


def attachment_type(label: Label, name: str) -> str:
    """Return the media type of an attachment; where the sender says nothing, that of its name."""
    if label.media_type not in {"", ANYTHING}:
        return label.media_type
    return mimetypes.guess_type(name)[0] or ANYTHING
