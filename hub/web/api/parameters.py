"""Header values with parameters: ``form-data; name="message"; filename*=UTF-8''M%C3%BCller.xml``.

Strict on purpose: what is no list of different parameters has none, and no character set but
the two of RFC 5987 is decoded. A library that reads mail does more, and fails on some of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

_SIGNS = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_VALUE = re.compile(rf"[ \t]*({_SIGNS}(?:/{_SIGNS})?)[ \t]*")
_PARAMETER = re.compile(
    rf';[ \t]*({_SIGNS})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;"\s]*))[ \t]*', re.DOTALL
)
_ESCAPED = re.compile(r'\\(["\\])')
_EXTENDED = re.compile(r"(utf-8|iso-8859-1)'[A-Za-z0-9-]*'(.*)", re.IGNORECASE | re.DOTALL)
_WHOLE = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*", re.DOTALL)
"""Text in which every percent sign begins an escape."""


def parsed(header: str) -> tuple[str, dict[str, str]]:
    """Return the value, in small letters, and its parameters under names in small letters.

    Raises:
        ValueError: it is no value with different parameters.
    """
    found = _VALUE.match(header)
    if not found:
        raise ValueError("no value")
    parameters: dict[str, str] = {}
    at = found.end()
    while at < len(header):
        one = _PARAMETER.match(header, at)
        if not one or one[1].lower() in parameters:
            raise ValueError("no list of different parameters")
        quoted = one[2]
        # A backslash that escapes nothing is one: older browsers send whole Windows paths.
        value = one[3] if quoted is None else _ESCAPED.sub(r"\1", quoted)
        parameters[one[1].lower()] = value
        at = one.end()
    return found[1].lower(), parameters


def file_name(parameters: Mapping[str, str]) -> str:
    """Return the file name of a disposition, ``filename*`` before ``filename``; empty: none.

    Some libraries put a substitute for mail into ``filename`` and the name into ``filename*``.
    """
    found = _EXTENDED.fullmatch(parameters.get("filename*", ""))
    if found and _WHOLE.fullmatch(found[2]):
        try:
            return unquote_to_bytes(found[2]).decode(found[1])
        except UnicodeDecodeError:
            pass
    return parameters.get("filename", "")


def without_escapes(name: str) -> str:
    """Return a name of a form without its percent escapes (RFC 7578, 2), if it has such.

    A name with a percent sign that escapes nothing, or bytes that are no text, stays as it is.
    """
    if not _WHOLE.fullmatch(name):
        return name
    try:
        return unquote_to_bytes(name).decode()
    except UnicodeDecodeError:
        return name
