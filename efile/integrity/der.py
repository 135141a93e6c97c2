"""The little of DER (X.690) that evidence records need, written and read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SEQUENCE, OCTETS, OBJECT = 0x30, 0x04, 0x06
_LONG = 0x80
_TAGS_OF_MANY_BYTES = 0x1F


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it stands in a record."""

    tag: int
    content: bytes
    whole: bytes
    """With tag and length."""

    def parts(self) -> tuple[Value, ...]:
        """Return what a constructed value is made of.

        Raises:
            ValueError: it is not made of values.
        """
        return tuple(_each(self.content))


def value(tag: int, *contents: bytes) -> bytes:
    """Return a value with this tag."""
    content = b"".join(contents)
    return bytes([tag]) + _length(len(content)) + content


def number(of: int) -> bytes:
    """Return a small whole number."""
    return value(0x02, bytes([of]))


def implicit(place: int, *contents: bytes) -> bytes:
    """Return a constructed value whose own tag is replaced by its place."""
    return value(0xA0 + place, *contents)


def read(data: bytes) -> Value:
    """Return the one value these bytes are.

    Raises:
        ValueError: they are none, or more than one.
    """
    values = tuple(_each(data))
    if len(values) != 1:
        raise ValueError("not one value")
    return values[0]


def _each(data: bytes) -> Iterator[Value]:
    at = 0
    while at < len(data):
        start = at
        tag, at = data[at], at + 1
        if tag & _TAGS_OF_MANY_BYTES == _TAGS_OF_MANY_BYTES or at >= len(data):
            raise ValueError("no such tag")
        size, at = data[at], at + 1
        if size & _LONG:
            many = size & ~_LONG
            if not 1 <= many <= 4 or at + many > len(data):  # noqa: PLR2004  4 GiB are enough
                raise ValueError("no such length")
            size, at = int.from_bytes(data[at : at + many]), at + many
        if at + size > len(data):
            raise ValueError("cut off")
        yield Value(tag, data[at : at + size], data[start : at + size])
        at += size


def _length(size: int) -> bytes:
    if size < _LONG:
        return bytes([size])
    many = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([_LONG | len(many)]) + many
