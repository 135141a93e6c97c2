"""Records as typed values. Mappings guarantee the shape, so a wrong one is an operator's matter."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from hub.core.errors import Misconfigured
from hub.core.record import Record

T = TypeVar("T")


def read_record(record: Record, shape: type[T]) -> T:
    """Return the data of a record as the given struct.

    Raises:
        Misconfigured: the mapping yields something else than the catalogue (``record_shape``).
    """
    try:
        return msgspec.convert(dict(record.data), shape)
    except msgspec.ValidationError as exc:
        # The reader's words name types and places; a value it quotes stays out of logs.
        words = re.sub(r"'[^']*'", "…", str(exc))
        raise Misconfigured(
            "record_shape",
            f"Die Zuordnung liefert keinen gültigen Datensatz „{record.kind}“: {words}.",
            remedy="Zuordnung in mappings/ berichtigen, danach die Nachricht erneut verarbeiten.",
            place=record.kind,
        ) from exc


def without_blanks(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values without empty text and ``None``: absent fields are left out."""
    return {key: value for key, value in values.items() if value not in (None, "")}
