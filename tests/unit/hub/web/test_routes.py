"""The authorisation matrix, made from the route table."""

import re

import pytest
from aiohttp.test_utils import TestServer

from hub.web.policy import SAFE, Route
from hub.web.routes import ROUTES
from hub.web.visit import csrf_token
from tests.disposal_desk import RUN, keep_runs
from tests.small_house import (
    CLEARING,
    CORRECTION,
    EMERGENCY,
    EXPORT,
    FILE_HOLD,
    GROUP,
    HOLD,
    INSPECTION,
    JOB,
    NOTE,
    OFFICE,
    PEOPLE,
    PROCESS,
    TASK,
    SmallHouse,
    Visitor,
    hold_a_file,
    hold_a_message,
    keep_an_export,
    keep_beside,
    keep_inspections,
    offer_to_archive,
)
from tests.unit.hub.web.conftest import Arrive, LogOf

CLOSED = sorted(
    (route for route in ROUTES if not route.policy.public),
    key=lambda route: route.name == "signout",
)
"""Every route that needs a session; the one that ends it comes last."""


def address(route: Route, house: SmallHouse) -> str:
    """Return an address of the first office that exists."""
    known = {
        "akte": house.akte, "document": house.files["bescheid"], "page": "1",
        "message": "0192f0a0-0000-7000-8000-000000000005", "clearing": CLEARING,
        "group": GROUP, "job": JOB, "correction": CORRECTION,
        "hold": HOLD, "retention_hold": FILE_HOLD, "part": "0", "export": EXPORT, "number": "1",
        "task": TASK, "note": NOTE, "emergency": EMERGENCY, "block": FILE_HOLD,
        "day": "2026-11-10", "run": RUN, "process": PROCESS, "inspection": INSPECTION,
        "office": OFFICE,
    }  # fmt: skip
    return re.sub(r"\{(\w+)\}", lambda m: known[m[1]], route.path)


async def ask(visitor: Visitor, route: Route, house: SmallHouse) -> int:
    """Use a route as a page would and return the status."""
    if route.method in SAFE:
        answer = await visitor.get(address(route, house))
    else:
        answer = await visitor.post(address(route, house), grund="geprüft")
    return answer.status


def admitted(route: Route, login: str) -> bool:
    """Say whether the policy lets a person in, reading it afresh."""
    _, tenant, roles = PEOPLE[login]
    return bool(route.policy.roles & roles) and not (route.policy.office_only and tenant is None)


def test_every_route_has_a_policy_of_its_own_and_a_word_for_the_log() -> None:
    silent = {route.name for route in ROUTES if not route.policy.action}

    assert {"static", "viewer-script", "pdfjs", "signin-form", "federation"} == silent
    assert all(route.policy.roles for route in CLOSED)
    assert len({route.name for route in ROUTES}) == len(ROUTES)


def test_every_unsafe_route_asks_for_the_form_token() -> None:
    unsafe = {route.name for route in ROUTES if route.method not in SAFE}
    asking = {route.name for route in ROUTES if route.policy.csrf}

    assert asking == unsafe - {"signin", "federation-end"}


def test_the_site_has_no_route_beside_the_table(nobody: Visitor) -> None:
    server = nobody.client.server
    assert isinstance(server, TestServer)
    routes = server.app.router.routes()
    served = {(route.method, route.resource.canonical) for route in routes if route.resource}

    assert served == {(route.method, route.path) for route in ROUTES}


async def test_nobody_gets_in_without_a_session(
    house: SmallHouse, nobody: Visitor, log_of: LogOf
) -> None:
    got = {route.name: await ask(nobody, route, house) for route in CLOSED}
    entries = await log_of()

    assert {route.name: 303 if route.method in SAFE else 401 for route in CLOSED} == got
    assert [route.policy.action for route in CLOSED] == [entry["action"] for entry in entries]
    assert {("-", "no_session")} == {(entry["actor"], entry["result"]) for entry in entries}


@pytest.mark.parametrize("login", PEOPLE)
async def test_a_role_opens_what_its_policy_says_and_nothing_else(
    house: SmallHouse, arrive: Arrive, log_of: LogOf, login: str
) -> None:
    await hold_a_message(house)
    await hold_a_file(house)
    await offer_to_archive(house)
    await keep_an_export(house, login)
    await keep_beside(house)
    await keep_runs(house)
    await keep_inspections(house)
    visitor = await arrive(login)
    expected, got = {}, {}
    for route in CLOSED:
        status = await ask(visitor, route, house)
        last = (await log_of())[-1]
        expected[route.name] = (*outcome(route, login), login, route.policy.action)
        seen = "open" if status in {200, 303, 409, 422} else status
        result = last["result"] if last["result"] in {"wrong_role", "not_found"} else "open"
        got[route.name] = (seen, result, last["actor"], last["action"])

    assert expected == got


def outcome(route: Route, login: str) -> tuple[int | str, str]:
    """Say what the policy means for a person, reading it afresh."""
    if not admitted(route, login):
        return 403, "wrong_role"
    if PEOPLE[login][1] not in {None, OFFICE} and "{" in route.path:
        return 404, "not_found"
    return "open", "open"


async def test_an_expired_session_opens_nothing(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    house.clock.advance(31 * 60)

    assert {303, 401} == {await ask(visitor, route, house) for route in CLOSED}


async def test_a_revoked_session_opens_nothing(house: SmallHouse, arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    await house.services.accounts.set_password("ahrens", "ein anderer langer Satz")

    assert {303, 401} == {await ask(visitor, route, house) for route in CLOSED}


@pytest.mark.parametrize(
    ("with_token", "headers"),
    [
        (False, {"Sec-Fetch-Site": "same-origin"}),
        (True, {"Sec-Fetch-Site": "cross-site"}),
        (True, {"Sec-Fetch-Site": "same-site"}),
        (True, {"Sec-Fetch-Site": "none"}),
        (True, {"Origin": "https://elsewhere.example"}),
        (True, {"Origin": "null"}),
        (True, {}),
    ],
)
async def test_a_form_of_another_site_changes_nothing(
    house: SmallHouse, arrive: Arrive, *, with_token: bool, headers: dict[str, str]
) -> None:
    visitors = {who: await arrive(who) for who in PEOPLE}
    for route in (one for one in CLOSED if one.method not in SAFE):
        visitor = visitors[next(who for who in PEOPLE if admitted(route, who))]
        token = csrf_token(visitor.token) if with_token else "x"
        answer = await visitor.client.post(
            address(route, house),
            data={"grund": "geprüft", "csrf": token},
            headers=visitor.headers(**headers),
        )

        assert 403 == answer.status
        assert "form_expired" in await answer.text()
