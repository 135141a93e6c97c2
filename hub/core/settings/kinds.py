"""The kinds of values the tables of ``hub.toml`` are made of, each with its bounds."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{1,30}\Z")]
"""Names become folder, bucket and metric names, so they are narrow."""
YEAR_S = 31_536_000.0
Seconds = Annotated[float, Meta(gt=0, le=YEAR_S)]
Pause = Annotated[float, Meta(ge=0, le=YEAR_S)]
Count = Annotated[int, Meta(gt=0, le=1_000_000_000)]
Bytes = Annotated[int, Meta(gt=0, le=1_000_000_000_000_000)]
Port = Annotated[int, Meta(ge=0, le=65535)]


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of ``hub.toml``; a key that is not listed is refused."""
