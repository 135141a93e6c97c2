"""``POST /api/v1/messages``: refuse unread what can be, make the rest durable, then answer.

A request sent again with its ``Idempotency-Key`` gets the message of the first one, also when
the first answer was lost, because key and message are written in one unit of work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from aiohttp import web

from hub.core import failpoint
from hub.core.errors import Conflict
from hub.core.ids import uuid7
from hub.pipeline.intake import Accepted, Arrival, accept
from hub.store.database import Row, Transaction
from hub.store.senders import credentials, posts
from hub.store.senders.credentials import Credential
from hub.store.senders.posts import Post
from hub.web.api import fates
from hub.web.api.bodies import chunks_of, demand_fit, invite, is_unit, media_type_of, name_of
from hub.web.api.fates import Entered
from hub.web.api.identity import sender_of
from hub.web.api.problems import RETRY_AFTER_S, Problem
from hub.web.api.services import DOOR, Door
from hub.web.api.units.receiving import Received, receive

failpoint.declare("post_before_answer")

KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class _Request:
    """One request to take a message in, its body already kept."""

    credential: Credential
    key: str | None
    received: Received

    @property
    def fingerprint(self) -> str:
        """Digest of all that makes the request what it is, however it was cut into parts."""
        unit = self.received
        words = [unit.media_type, unit.name, unit.kept.sha256]
        for one in unit.attachments:
            words += [one.name, one.media_type, one.sha256]
        return hashlib.sha256("\0".join(words).encode()).hexdigest()


async def post_message(request: web.Request) -> web.Response:
    """Take a message in and tell what became of it, as far as the sender waits for that."""
    door, credential = request.app[DOOR], await sender_of(request)
    key = _key_of(request, door)
    demand_fit(request, door.rules)
    if door.shut.is_set():
        raise Problem("door_shut", headers={"Retry-After": str(RETRY_AFTER_S)})
    if obstacle := await door.house.pressure.obstacle(credential.tenant, credential.channel):
        raise obstacle
    with ExitStack() as inside:
        with door.turnstile.holding(credential, key):
            inside.enter_context(door.turnstile.passing(credential))
            wanted = await _received(request, door, credential, key)
            entered = await _entered(wanted, door)
            failpoint.reach("post_before_answer")
        # Whoever waits for the verdict is still inside, but a repetition need not wait.
        return await fates.answer_to_post(request, credential, entered)


async def _received(
    request: web.Request, door: Door, credential: Credential, key: str | None
) -> _Request:
    """Invite the body and keep it."""
    await invite(request)
    received = await (receive if is_unit(request) else _receive_alone)(request, door)
    sizes = [received.kept.size, *(one.size_bytes for one in received.attachments)]
    door.figures.received_bytes += sum(sizes)
    return _Request(credential, key, received)


async def _receive_alone(request: web.Request, door: Door) -> Received:
    """Keep a body that is the message itself."""
    kept = await door.house.payloads.keep_stream(chunks_of(request, door.rules))
    return Received(kept, name_of(request), media_type_of(request))


def _key_of(request: web.Request, door: Door) -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is None:
        if door.rules.idempotency_key == "required":
            raise Problem("idempotency_key_missing")
        return None
    if not 0 < len(key) <= LONGEST_KEY or not all("!" <= c <= "~" for c in key):
        raise Problem("idempotency_key_invalid")
    return key


async def _entered(wanted: _Request, door: Door) -> Entered:
    """Return the message of a request, and whether an earlier request had brought it."""
    try:
        found = await door.house.together.do(_enter_all, wanted, door)
    except Conflict as exc:
        if exc.code != "post_key_taken":
            raise
        # Another node took the same key meanwhile; its message is durable by now.
        known = await door.house.database.read(lambda tx: _find(tx, wanted))
        if known is None:
            raise
        found = known
    if isinstance(found, Accepted):
        return Entered(found.message.id, found)
    if found["fingerprint"] != wanted.fingerprint:
        raise Problem("idempotency_key_reused")
    return Entered(found["message_id"])


async def _enter_all(wanted: Sequence[_Request], door: Door) -> list[Accepted | Row]:
    """Accept what is new; of what an earlier request had brought return what was remembered."""
    known = await door.house.database.read(lambda tx: [_find(tx, one) for one in wanted])
    new = [one for one, row in zip(wanted, known, strict=True) if row is None]
    arrivals = [_arrival(one, door) for one in new]
    accepted = iter(await accept(arrivals, door.house) if arrivals else ())
    door.wake()
    return [next(accepted) if row is None else row for row in known]


def _find(tx: Transaction, wanted: _Request) -> Row | None:
    if wanted.key is None:
        return None
    by = wanted.credential
    return posts.find(tx, tenant=by.tenant, channel=by.channel, sender=by.sender, key=wanted.key)


def _arrival(wanted: _Request, door: Door) -> Arrival:
    credential, now_us = wanted.credential, door.house.clock.now_us()
    unit = wanted.received
    is_empty = unit.kept.size == 0
    facts: dict[str, object] = {"sender": credential.sender, "credential": credential.id}
    if unit.attachments:
        facts["attachments"] = len(unit.attachments)

    def remember(tx: Transaction, accepted: Accepted) -> None:
        post = _post(wanted, accepted.message.id, now_us)
        if not posts.remember(tx, post):
            raise Conflict("post_key_taken", "Dieser Schlüssel wurde eben vergeben.")
        credentials.note_use(tx, credential, now_us)

    return Arrival(
        id=uuid7(now_us),
        tenant=credential.tenant,
        channel=credential.channel,
        name=unit.name,
        size=unit.kept.size,
        kept=unit.kept,
        fault="empty_file" if is_empty else None,
        facts=facts,
        attachments=() if is_empty else unit.attachments,
        within=remember,
    )


def _post(wanted: _Request, message_id: str, now_us: int) -> Post:
    credential = wanted.credential
    return Post(
        tenant=credential.tenant,
        channel=credential.channel,
        sender=credential.sender,
        post_key=wanted.key or message_id,
        fingerprint=wanted.fingerprint,
        message_id=message_id,
        posted_us=now_us,
    )
