"""A mail taken apart: its head, its words, and what hangs on it. Runs in the limited child only.

The standard library reads it; it knows every oddity of mails and fails on some of them in many
ways, which the child turns into one fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

_HEAD = (
    ("From", "Von"), ("To", "An"), ("Cc", "Kopie"), ("Date", "Datum"), ("Subject", "Betreff"),
)  # fmt: skip
_MOST_PARTS = 200
_MOST_ATTACHMENTS = 50
_MOST_BYTES = 64 * 1024 * 1024
_MOST_CHARACTERS = 1_000_000
_NAME_LENGTH = 120
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\\ud800-\udfff]+")
_UNSEEN = frozenset({"script", "style", "head", "title", "template"})
_CELLS = frozenset({"td", "th"})
_LINES = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table"})


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that hangs on a mail."""

    name: str
    mime: str
    """What the mail says of it."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as people read it."""

    head: tuple[tuple[str, str], ...]
    """Label and value of each line of the head."""
    body: str
    attachments: tuple[Attachment, ...]
    more: bool
    """Whether something hangs on it that was too much to be taken off."""


def read(data: bytes) -> Mail:
    """Take a mail apart; what cannot be decoded is marked, nothing is fetched."""
    message = BytesParser(policy=policy.default).parsebytes(data)
    parts = [part for _, part in zip(range(_MOST_PARTS), _leaves(message), strict=False)]
    spoken = _spoken(parts)
    attachments: list[Attachment] = []
    left, more = _MOST_BYTES, len(parts) == _MOST_PARTS
    for number, part in enumerate((one for one in parts if one is not spoken), 1):
        content = _bytes(part)
        if _is_other_wording(part, spoken) or not content:
            continue
        if len(attachments) == _MOST_ATTACHMENTS or len(content) > left:
            more = True
            continue
        left -= len(content)
        attachments.append(Attachment(_name(part, number), part.get_content_type(), content))
    body = _text(spoken) if spoken is not None else ""
    return Mail(_head(message), body[:_MOST_CHARACTERS], tuple(attachments), more)


def _leaves(message: Message) -> Iterator[Message]:
    """Yield what a mail consists of; a mail within is one piece, whatever it holds."""
    if message.get_content_maintype() != "multipart":
        yield message
        return
    payload = message.get_payload()
    for part in payload if isinstance(payload, list) else ():
        if isinstance(part, Message):
            yield from _leaves(part)


def _spoken(parts: list[Message]) -> Message | None:
    """Return the part that holds the words: plain text before HTML."""
    shown = [one for one in parts if one.get_content_disposition() != "attachment"]
    for wanted in ("text/plain", "text/html"):
        for part in shown:
            if part.get_content_type() == wanted:
                return part
    return None


def _is_other_wording(part: Message, spoken: Message | None) -> bool:
    """An HTML body beside the plain one says the same and is no attachment."""
    return (
        spoken is not None
        and part.get_content_type() == "text/html"
        and part.get_content_disposition() != "attachment"
        and not part.get_filename()
    )


def _head(message: Message) -> tuple[tuple[str, str], ...]:
    lines = []
    for name, label in _HEAD:
        value = message.get(name)
        if value is not None:
            text = " ".join(str(value).split())[:2000]
            lines.append((label, _day(text) if name == "Date" else text))
    return tuple(lines)


def _day(text: str) -> str:
    """Return a date as people read it here; one that is none stays as it is."""
    try:
        return f"{parsedate_to_datetime(text):%d.%m.%Y, %H:%M Uhr (%z)}".replace(" ()", "")
    except ValueError:
        return text


def _bytes(part: Message) -> bytes:
    if part.get_content_maintype() == "message":
        payload = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        return inner.as_bytes() if isinstance(inner, Message) else b""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message) -> str:
    data = _bytes(part)
    charset = part.get_content_charset() or "utf-8"
    try:
        text = data.decode(charset, "replace")
    except LookupError:
        text = data.decode("cp1252", "replace")
    return words_of_html(text) if part.get_content_type() == "text/html" else text


def _name(part: Message, number: int) -> str:
    given = part.get_filename() or ""
    if not given and isinstance(part, EmailMessage) and part.get_content_maintype() == "message":
        given = f"Nachricht {number}.eml"
    kept = _UNFIT.sub("_", given).strip(". ")
    stem, dot, ending = kept.rpartition(".")
    if len(kept) > _NAME_LENGTH and dot and len(ending) <= 8:  # noqa: PLR2004  no ending is longer
        kept = f"{stem[: _NAME_LENGTH - len(ending) - 1]}.{ending}"
    return kept[:_NAME_LENGTH] or f"Anlage {number}"


def words_of_html(text: str) -> str:
    """Return the words of an HTML text, line by line; nothing of it is run or fetched."""
    reader = _Words()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Words(HTMLParser):
    """Keeps the words and drops what is not shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  the library's signature
        self._unseen += tag in _UNSEEN
        if tag in _LINES:
            self.pieces.append("\n")
        elif tag in _CELLS:
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        if tag in _LINES:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data.replace("\n", " "))
