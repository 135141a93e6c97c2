"""The door as an application: one way in for every request, one shape for every refusal."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from hub.core.log import log_context
from hub.web.api import openapi
from hub.web.api.problems import answer, problem_of
from hub.web.api.routes import ROUTES
from hub.web.api.services import DOOR, Door

log = logging.getLogger(__name__)

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
}
OURS = 500
"""From this status on the fault is ours."""
AWAY = 503
"""Something is in the way, and senders come again."""


def build_api(door: Door) -> web.Application:
    """Return the door."""
    site = web.Application(middlewares=[_pass])
    site[DOOR] = door
    site[openapi.RULES] = door.rules
    for route in ROUTES:
        site.router.add_route(
            route.method, route.path, route.handler, name=route.name, expect_handler=_say_nothing
        )
    return site


async def _say_nothing(request: web.Request) -> None:
    """Invite no body yet: whether it may come is decided first."""


@web.middleware
async def _pass(request: web.Request, handler: Next) -> web.StreamResponse:
    door = request.app[DOOR]
    correlation = f"{door.name}-{next(door.numbers)}"
    with log_context(correlation_id=correlation):
        response = await _answered(request, handler, correlation)
    response.headers.update(HEADERS)
    name = request.match_info.route.name or "unknown"
    door.figures.answers[name, response.status] += 1
    if not request.content.is_eof():
        # What comes of a body nobody reads must not be taken for the next request.
        response.force_close()
    return response


async def _answered(request: web.Request, handler: Next, correlation: str) -> web.StreamResponse:
    try:
        return await handler(request)
    except Exception as error:
        problem = problem_of(error)
        if problem.code == "door_shut":
            _note_shut(request.app[DOOR])
        elif problem.kind.status == AWAY:
            _note_away(request.app[DOOR], problem.code)
        elif problem.kind.status >= OURS:
            log.exception("request_failed", extra={"code": problem.code})
        return answer(problem, correlation)


def _note_away(door: Door, code: str) -> None:
    """Senders come again and again while something is in the way: a line a minute is enough."""
    if door.is_news(code):
        log.warning("requests_turned_away", extra={"code": code})


def _note_shut(door: Door) -> None:
    """Say it of a door that was open or should be; one that is opening needs no word."""
    if door.is_shut_against_hope():
        log.error("door_shut")
