"""What stands in a lane: something that will be done, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct, field

from hub.store.database import Row

Lane = tuple[str, str, str]
"""Tenant, queue and key."""


class Promise(Struct, frozen=True):
    """Something that will be done, once."""

    id: str
    """Never changes over retries: the idempotency key towards partners."""
    tenant: str
    message_id: str
    kind: str
    queue: str
    lane_key: str
    """The case number, or what stands for it; unique within office and queue."""
    spec: Mapping[str, Any] = field(default_factory=dict)
    payload_sha256: str | None = None
    attempts: int = 0
    epoch: int = 0
    """Fencing token of the lease it was claimed with."""
    lane_seq: int = 0
    made_us: int = 0
    deadline_us: int = 0

    @property
    def lane(self) -> Lane:
        """The line it stands in."""
        return self.tenant, self.queue, self.lane_key


def by_lane(promises: Iterable[Promise]) -> dict[Lane, list[Promise]]:
    """Return promises per lane, each in the order given."""
    lines: dict[Lane, list[Promise]] = {}
    for promise in promises:
        lines.setdefault(promise.lane, []).append(promise)
    return lines


COLUMNS = ", ".join(f"promise.{name}" for name in Promise.__struct_fields__ if name != "epoch")
"""Of a promise, as :func:`to_promise` reads them."""


def to_promise(row: Row, epoch: int = 0) -> Promise:
    """Return a promise from its row."""
    spec = row["spec"]
    return Promise(
        id=row["id"], tenant=row["tenant"], message_id=row["message_id"], kind=row["kind"],
        queue=row["queue"], lane_key=row["lane_key"],
        spec=msgspec.json.decode(spec) if spec != "{}" else {},
        payload_sha256=row["payload_sha256"], attempts=row["attempts"], epoch=epoch,
        lane_seq=row["lane_seq"], made_us=row["made_us"], deadline_us=row["deadline_us"],
    )  # fmt: skip
