"""Keeping promises one by one: ask, put aside. Groups, letters and cash files have own pages.

Each promise is claimed with a lease, done outside any transaction, and ended in one unit of
work that is fenced by the lease's epoch. Doing it twice has the effect of doing it once,
because its id names the file, the document, the request.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from hub.core import failpoint
from hub.core.errors import Conflict, HubError, Unavailable
from hub.core.log import log_context
from hub.pipeline.fulfilment.asking import ask, target_of
from hub.pipeline.fulfilment.ending import end
from hub.pipeline.fulfilment.groups import deliver_files
from hub.pipeline.house import House
from hub.pipeline.setbacks import give_up, ids_of, try_again, unforeseen
from hub.store.lanes import Promise
from hub.store.targets import breaker

failpoint.declare("refuse_before", "refuse_after")

log = logging.getLogger(__name__)


async def fulfil(promise: Promise, house: House) -> None:
    """Keep one claimed promise, or write down why not and when next."""
    ids = await house.database.read(lambda tx: ids_of(tx, promise))
    with log_context(**ids):
        try:
            await _ACTS[promise.kind](promise, house)
        except Unavailable as exc:
            await try_again(promise, exc, house)
        except HubError as exc:
            await give_up(promise, exc, "dead", house)
        except Exception as exc:  # one promise must never stop the others
            log.exception("promise_failed")
            await give_up(promise, unforeseen(exc), "dead", house)


async def _deliver(promise: Promise, house: House) -> None:
    """Bring bytes to a partner's folder, or ask a partner who answers at once."""
    if promise.spec["door"] != "https":
        await deliver_files((promise,), house)
        await _pass_the_probe_on(promise, house)
        return
    if promise.payload_sha256 is None:
        raise Conflict("promise_without_payload", "Der Lieferung fehlen ihre Nutzdaten.")
    data = await house.payloads.get(promise.tenant, promise.payload_sha256)
    await ask(promise, data, house)


async def _pass_the_probe_on(promise: Promise, house: House) -> None:
    """A file says nothing about the line to the same partner: the next delivery is the probe."""
    target = target_of(promise, house)
    if target is not None:
        now_us = house.clock.now_us()
        await house.database.write(
            lambda tx: breaker.put_off(tx, target.name, breaker.PARTNER, now_us)
        )


async def _refuse(promise: Promise, house: House) -> None:
    """Keep refused bytes in the quarantine, with the reason beside them."""
    folder = house.inboxes.get((promise.tenant, str(promise.spec["channel"])))
    failpoint.reach("refuse_before")
    if folder and promise.payload_sha256:
        data = await house.payloads.get(promise.tenant, promise.payload_sha256)
        reason: Mapping[str, object] = promise.spec["reason"]
        name = f"{promise.message_id}__{_plain(str(reason['datei']))}"
        try:
            folder.quarantine(str(promise.spec["day"]), name, data, reason)
        except OSError as exc:
            raise Unavailable("quarantine_unavailable", "Die Quarantäne ist voll.") from exc
    failpoint.reach("refuse_after")
    await end(promise, house, "quarantined")


def _plain(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)[:120]


_ACTS: dict[str, Callable[[Promise, House], Awaitable[None]]] = {
    "deliver": _deliver,
    "refuse": _refuse,
}
