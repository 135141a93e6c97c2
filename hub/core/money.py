"""Euro amounts as whole cents; never floating point."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"(-)?(\d+)(?:\.(\d{1,2}))?", re.ASCII)


def format_german(cents: int) -> str:
    """Return ``1.234,56`` without a currency sign."""
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    return f"{sign}{euros:,}".replace(",", ".") + f",{rest:02d}"


def parse_plain(text: str) -> int:
    """Return the cents of ``1234.56`` or ``1234``.

    Raises:
        ValueError: the text is not such an amount.
    """
    match = _PLAIN.fullmatch(text.strip())
    if match is None:
        msg = f"kein Betrag: {text!r}"
        raise ValueError(msg)
    sign, euros, cents = match.groups()
    value = int(euros) * 100 + int((cents or "0").ljust(2, "0"))
    return -value if sign else value
