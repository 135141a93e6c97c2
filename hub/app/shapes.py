"""What is read of each kind of record, for those who write mappings."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from hub.partners.azr import records as azr
from hub.partners.case_core import records as case_core
from hub.partners.cash import records as cash
from hub.pipeline.decision.mind import handlers


def record_shapes() -> Mapping[str, type[Struct]]:
    """Return, by kind, the fields the one who decides on such records reads."""
    return {
        kind: shape
        for kind in handlers()
        for module in (case_core, cash, azr)
        if isinstance(shape := getattr(module, kind, None), type)
    }
