"""Intake: bytes become a message, durably, before anybody is told.

One unit of work carries envelope, payload, memory of duplicates, journal entry and the
message's place in the lane of its case, for a whole round of files at once. A message's id
is given when its file is claimed, so that a crash at any point leads to the same message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from hub.core import failpoint
from hub.core.clock import local_date
from hub.core.ids import derived_uuid
from hub.core.message import Message
from hub.pipeline.house import House
from hub.routing.route import InRoute, cheap_key
from hub.store import lanes, messages
from hub.store.database import Transaction
from hub.store.inbox import attachments
from hub.store.inbox.attachments import Attachment
from hub.store.lanes import Promise
from hub.store.messages import Arrived
from hub.store.payloads import Kept, Payloads

failpoint.declare("intake_before_payload", "intake_before_commit", "intake_after_commit")

CASE_KEY = re.compile(r"[A-Z0-9][A-Z0-9-]{2,29}")
"""What a case number looks like; anything else is left to the check to refuse."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Bytes that came through a door."""

    id: str
    """UUIDv7 given by the door; becomes the id of the message."""
    tenant: str
    channel: str
    name: str
    size: int
    data: bytes | None = None
    kept: Kept | None = None
    """Instead of the bytes: what the door has already put into the payload store."""
    fault: str | None = None
    """Why the door could not read the bytes; the message is then refused at once."""
    causation_id: str | None = None
    correlation_id: str | None = None
    case_key: str | None = None
    """Given when the door knows the case, for example for the answer to a request."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """What the journal shall say of the arrival, for example who sent it."""
    attachments: tuple[Attachment, ...] = ()
    """What came with the message as one unit."""
    within: Callable[[Transaction, Accepted], None] | None = None
    """What the door has to write in the same unit of work; if it raises, nothing was accepted."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of an arrival."""

    message: Message
    state: str
    """``received``, ``duplicate`` or ``refused``."""
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """An arrival with its envelope, its large bytes already durable."""

    message: Message
    kept: Kept | None
    fault: str | None
    in_channel_order: bool
    facts: Mapping[str, object]
    within: Callable[[Transaction, Accepted], None] | None
    attachments: tuple[Attachment, ...]


async def accept(arrivals: Sequence[Arrival], house: House) -> list[Accepted]:
    """Make arrivals durable and return what they are. Only then may the door acknowledge.

    Raises:
        Unavailable: nothing could be made durable; the files stay where they are.
    """
    failpoint.reach("intake_before_payload")
    ready = [await prepare(arrival, house) for arrival in arrivals]
    failpoint.reach("intake_before_commit")
    now_us = house.clock.now_us()
    accepted = await house.database.write(lambda tx: enter_all(tx, ready, house, now_us))
    failpoint.reach("intake_after_commit")
    for one in accepted:
        if one.state == "received":
            message = one.message
            house.pressure.took(message.tenant, message.channel, 1, message.size_bytes)
    return accepted


async def prepare(arrival: Arrival, house: House) -> Ready:
    """Build the envelope and make large payloads durable."""
    kept = arrival.kept
    if kept is None and arrival.data is not None:
        kept = await house.payloads.keep(arrival.data)
    head = kept.head if kept else b""
    routes = house.routes.incoming(arrival.channel, local_date(house.clock.now_us()), head)
    case_key = arrival.case_key or _case_key(head, routes)
    message = Message(
        id=arrival.id,
        tenant=arrival.tenant,
        partner=arrival.channel,
        channel=arrival.channel,
        kind=None,
        case_key=case_key,
        sha256=kept.sha256 if kept else "",
        size_bytes=arrival.size,
        received_us=house.clock.now_us(),
        original_name=arrival.name,
        correlation_id=arrival.correlation_id or arrival.id,
        causation_id=arrival.causation_id,
        attachments=len(arrival.attachments),
    )
    in_order = any(route.split for route in routes)
    return Ready(
        message, kept, arrival.fault, in_order, arrival.facts, arrival.within, arrival.attachments
    )


def enter_all(tx: Transaction, ready: Sequence[Ready], house: House, now_us: int) -> list[Accepted]:
    """Enter prepared arrivals within a unit of work, in their order; what is there stays."""
    accepted: dict[tuple[str, str], Accepted] = {}
    named = _named(tx, ready, accepted)
    new = {m.key: (one, m) for one, m in zip(ready, named, strict=True) if m.key not in accepted}
    accepted |= {key: _judged(*one) for key, one in new.items()}
    Payloads.name_all(tx, ((m.tenant, one.kept) for one, m in new.values() if one.kept), now_us)
    _recognise_repeated(tx, new, accepted, house)
    _write(tx, [(one, accepted[key]) for key, (one, _) in new.items()], house, now_us)
    result = [accepted[message.key] for message in named]
    for one, what in zip(ready, result, strict=True):
        if one.within:
            one.within(tx, what)
    return result


def _named(
    tx: Transaction, ready: Sequence[Ready], accepted: dict[tuple[str, str], Accepted]
) -> list[Message]:
    """Return the messages under their final ids, and note what became of known ones before."""
    _note_known(tx, [one.message for one in ready], accepted)
    named: list[Message] = []
    taken = {key: what.message for key, what in accepted.items()}
    for message in (one.message for one in ready):
        other = taken.get(message.key)
        if other and not _is_same(other, message):
            # A claimed file under a copied or forged name: other bytes are another message.
            own_id = derived_uuid(message.id, message.tenant, message.channel, message.sha256)
            message = replace(message, id=own_id)  # noqa: PLW2901  the same message, renamed
            _note_known(tx, [message], accepted)
        taken.setdefault(message.key, message)
        named.append(message)
    return named


def _note_known(
    tx: Transaction, wanted: Sequence[Message], accepted: dict[tuple[str, str], Accepted]
) -> None:
    for tenant in {message.tenant for message in wanted}:
        ids = [message.id for message in wanted if message.tenant == tenant]
        for row in messages.find_all(tx, tenant, ids).values():
            known = messages.to_message(row)
            accepted[known.key] = Accepted(known, row["state"], row["code"])


def _judged(ready: Ready, message: Message) -> Accepted:
    if ready.fault:
        return Accepted(message, "refused", ready.fault)
    return Accepted(message, "received")


def _recognise_repeated(
    tx: Transaction,
    new: Mapping[tuple[str, str], tuple[Ready, Message]],
    accepted: dict[tuple[str, str], Accepted],
    house: House,
) -> None:
    """Remember the bytes, and find those that are only recorded because they came before."""
    whole = [message for one, message in new.values() if not one.fault]
    fresh = messages.remember_bytes(tx, whole)
    for message in whole:
        came_with = new[message.key][0].attachments
        if message.key not in fresh and _is_only_recorded(tx, message, came_with, house):
            accepted[message.key] = Accepted(message, "duplicate", "duplicate_bytes")


def _write(
    tx: Transaction, entered: Sequence[tuple[Ready, Accepted]], house: House, now_us: int
) -> None:
    house.messages.add_all(tx, [_arrived(*one) for one in entered], now_us)
    received = [(one, what.message) for one, what in entered if what.state == "received"]
    for one, message in received:
        if one.attachments:
            attachments.add(tx, message, one.attachments, now_us)
    promises = [
        travel_promise(message, house, now_us, in_order=one.in_channel_order)
        for one, message in received
    ]
    lanes.add_all(tx, promises, now_us)


def _arrived(ready: Ready, accepted: Accepted) -> Arrived:
    code = {"code": accepted.code} if accepted.code else {}
    return Arrived(accepted.message, accepted.state, {**ready.facts, **code})


def _is_same(known: Message, message: Message) -> bool:
    return (known.tenant, known.channel, known.sha256) == (
        message.tenant,
        message.channel,
        message.sha256,
    )


def travel_promise(message: Message, house: House, now_us: int, *, in_order: bool) -> Promise:
    """Return the promise to take a message through the journey, in the lane of its case."""
    # Files that hold many cases are read one after the other, so that the rows of a later
    # file cannot overtake those of an earlier one.
    alone = f"#{message.channel}" if in_order else f"~{message.id}"
    return Promise(
        id=message.id,
        tenant=message.tenant,
        message_id=message.id,
        kind="travel",
        queue="travel",
        lane_key=message.case_key or alone,
        deadline_us=house.deadline_us(now_us),
    )


def _is_only_recorded(
    tx: Transaction, message: Message, came_with: Sequence[Attachment], house: House
) -> bool:
    """Tell whether bytes that the channel saw before are only recorded.

    Where repetitions shall be refused the journey refuses them, so that the sender is told.
    """
    channels = house.settings.tenant(message.tenant).channels
    policy = next((c.duplicates for c in channels if c.name == message.channel), "accept")
    if policy != "record":
        return False
    # The same letter with other enclosures is another one.
    first = messages.first_of(tx, message) or ""
    return attachments.digests(tx, message.tenant, first) == tuple(a.sha256 for a in came_with)


def _case_key(data: bytes, routes: Sequence[InRoute]) -> str | None:
    """Take the case number from the bytes without parsing them.

    Parsing foreign bytes happens in isolation and later; the place in the lane must be taken
    now. The journey refuses a message whose content names another case.
    """
    for route in routes:
        found = cheap_key(data, route.case_key)
        if found and CASE_KEY.fullmatch(found):
            return found
    return None
