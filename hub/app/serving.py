"""Works and serves until told to stop: workers, staff pages, monitoring, the door."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial

from aiohttp import web

from hub.app import memory
from hub.app.alerts import watch_of
from hub.app.anchors import Anchors
from hub.app.annex.keeper import annex_of
from hub.app.evidence import duties, open_archive_desk, open_packages
from hub.app.kek import kek_of
from hub.app.place import CLOCK, Place
from hub.app.rooms import efile_of, open_center, open_desk, open_house
from hub.app.upkeep.keeper import LOOK_S, Keeper
from hub.certificates.door import DoorContext, DoorContexts
from hub.certificates.keystore import FactorVault
from hub.certificates.revocation.lists import RevocationLists
from hub.certificates.trust import TrustFolder
from hub.core.errors import Misconfigured
from hub.core.settings import Intake, service_manager
from hub.formats.catalog import Catalog
from hub.pipeline.balance import standing_balance
from hub.pipeline.desk.correcting import Corrections
from hub.pipeline.desk.rows import RowCorrections
from hub.pipeline.desk.viewing import Viewing
from hub.pipeline.house import House
from hub.store.database import Database
from hub.web.api.listener import Listener
from hub.web.api.services import Door
from hub.web.api.site import build_api
from hub.web.federation.provider import Provider
from hub.web.ops import build_ops_site
from hub.web.server import build_site
from hub.web.services import SiteServices
from hub.workers.ending import Remains
from hub.workers.lifesigns import ServiceManager
from hub.workers.loops import Workers

log = logging.getLogger(__name__)


async def run_once(place: Place) -> None:
    """Do everything that is due, then return."""
    async with open_house(place) as house:
        await Workers(house, duties(place, house)).run_once()


async def serve(place: Place) -> Remains:
    """Work and serve the staff pages until told to stop; return what remained to be done."""
    manager = ServiceManager(*service_manager())
    async with open_house(place) as house, AsyncExitStack() as stack:
        workers = Workers(house, duties(place, house), annex_of(place))
        lists = revocation_lists(place)
        workers.look_after(watch_of(place, house, workers, lists))
        keeper = Keeper(place, house.database, efile_of(house))
        stack.push_async_callback(keeper.end)
        workers.look_after(("upkeep", keeper.round, LOOK_S))
        services = _services(place, house, workers)
        door = Door.before(house, place.settings.intake, workers.wake, lists)
        door.close()
        # Before anything listens: the first look at everything that was loaded takes a moment.
        memory.settle()
        if place.settings.intake.enabled:
            services = replace(services, door=door.figures)
            contexts = door_contexts(place, place.settings.intake, house.database)
            current = partial(current_context, contexts, lists)
            await stack.enter_async_context(Listener(build_api(door), current))
        web_settings, ops = place.settings.web, place.settings.ops
        await _listen(stack, build_site(services), web_settings.host, web_settings.port)
        await _listen(stack, build_ops_site(services), ops.host, ops.port)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, partial(_end, workers, manager, door))
        log.info("serving", extra={"place": f"{web_settings.host}:{web_settings.port}"})
        async with manager.watching(workers.alive):
            remains = await workers.run(partial(_ready, manager, door))
    log.info("stopped")
    return remains


def _ready(manager: ServiceManager, door: Door) -> None:
    """What a crash left is in order: messages may come in."""
    door.open()
    manager.say("READY=1")


def _end(workers: Workers, manager: ServiceManager, door: Door) -> None:
    door.close()
    manager.say("STOPPING=1")
    workers.stop()


def _services(place: Place, house: House, workers: Workers) -> SiteServices:
    room = efile_of(house)

    async def storage() -> None:
        await room.ping(place.settings.tenants[0].id)

    return SiteServices(
        database=house.database,
        efile=room,
        settings=place.settings,
        clock=CLOCK,
        balance=standing_balance,
        vault=FactorVault(kek_of(place)),
        desk=open_desk(place, house.database),
        viewing=Viewing(house.database, house.journal, CLOCK, house.payloads),
        corrections=Corrections(house.database, house.journal, CLOCK, house.payloads),
        anchors=Anchors(place),
        rows=RowCorrections(
            house.database, house.journal, CLOCK, house.payloads, Catalog.load(place.schemas)
        ),
        packages=open_packages(place, house.database, room),
        archive=open_archive_desk(place, house.database),
        parts={"workers": workers.ping, "storage": storage},
        paused=lambda: house.pressure.paused,
        provider=_provider(place),
        data=place.data,
    )


def _provider(place: Place) -> Provider | None:
    rules = place.settings.oidc
    if rules is None or not rules.enabled:
        return None
    authorities = place.base / rules.authorities if rules.authorities else None
    return Provider(rules, place.secret("oidc_client").decode(), authorities)


def door_contexts(place: Place, rules: Intake, database: Database) -> DoorContexts:
    """Return what shows the door's certificate and knows the senders' CAs."""
    own = rules.certificate
    files = (place.base / own, place.base / rules.key) if own else None
    return open_center(place, database).door_contexts(files)


def revocation_lists(place: Place) -> RevocationLists | None:
    """Return the lists the door looks at; ``None`` where it looks at none."""
    rules = place.settings.intake
    if not (rules.enabled and rules.crls):
        return None
    trust = TrustFolder(place.base / place.settings.folders.certs / "trust")
    return RevocationLists(place.base / rules.crls, trust.everyone, CLOCK)


async def current_context(contexts: DoorContexts, lists: RevocationLists | None) -> DoorContext:
    """Look at what the door stands on, lists included."""
    if lists is not None:
        await asyncio.to_thread(lists.refresh)
    return await contexts.current()


async def _listen(stack: AsyncExitStack, site: web.Application, host: str, port: int) -> None:
    runner = web.AppRunner(site, access_log=None, handle_signals=False)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as exc:
        raise Misconfigured(
            "address_unusable",
            "An dieser Adresse lässt sich kein Dienst anbieten; vielleicht ist sie belegt.",
            place=f"{host}:{port}",
            remedy="In hub.toml unter [web] und [ops] eine freie Adresse dieses Rechners angeben.",
        ) from exc
