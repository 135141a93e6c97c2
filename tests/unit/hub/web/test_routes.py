"""The authorisation matrix, made from the route table."""

import re
from collections.abc import Mapping

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestServer

from hub.store.database import Transaction
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
    keep_a_rendition,
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


def names(house: SmallHouse) -> dict[str, str]:
    """Return what exists in the first office, by the words of addresses."""
    return {
        "akte": house.akte, "document": house.files["bescheid"], "page": "1",
        "compared": house.files["antrag"],
        "message": "0192f0a0-0000-7000-8000-000000000005", "clearing": CLEARING,
        "group": GROUP, "job": JOB, "correction": CORRECTION,
        "hold": HOLD, "retention_hold": FILE_HOLD, "part": "0", "export": EXPORT, "number": "1",
        "task": TASK, "note": NOTE, "emergency": EMERGENCY, "block": FILE_HOLD,
        "day": "2026-11-10", "run": RUN, "process": PROCESS, "inspection": INSPECTION,
        "office": OFFICE, "kept_account": house.accounts["revision"], "unit": "uv1",
    }  # fmt: skip


def address(route: Route, known: Mapping[str, str]) -> str:
    """Return the address of a route with these names in it."""
    return re.sub(r"\{(\w+)\}", lambda m: known[m[1]], route.path)


async def reach(visitor: Visitor, route: Route, known: Mapping[str, str]) -> ClientResponse:
    """Use a route as a page would."""
    if route.method in SAFE:
        return await visitor.get(address(route, known))
    return await visitor.post(address(route, known), grund="geprüft")


async def ask(visitor: Visitor, route: Route, house: SmallHouse) -> int:
    """Use a route as a page would and return the status."""
    return (await reach(visitor, route, names(house))).status


async def furnish(house: SmallHouse, login: str) -> None:
    """Let there be something behind every address of the first office."""
    await hold_a_message(house)
    await hold_a_file(house)
    await offer_to_archive(house)
    await keep_an_export(house, login)
    await keep_a_rendition(house)
    await keep_beside(house)
    await keep_runs(house)
    await keep_inspections(house)


def admitted(route: Route, login: str) -> bool:
    """Say whether the policy lets a person in, reading it afresh."""
    _, tenant, roles = PEOPLE[login]
    return bool(route.policy.roles & roles) and not (route.policy.office_only and tenant is None)


def test_every_route_has_a_policy_of_its_own_and_a_word_for_the_log() -> None:
    silent = {route.name for route in ROUTES if not route.policy.action}

    steps = {"step-code-form", "step-password-form", "step-factor-form"}
    assert {"static", "viewer-script", "pdfjs", "signin-form", "federation"} | steps == silent
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
    await furnish(house, login)
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


FIXED = {"page", "part", "number", "day"}
"""What counts within something and names nothing by itself."""
BEHIND_NAMES = [route for route in CLOSED if "{" in route.path]


def made_up(known: Mapping[str, str]) -> dict[str, str]:
    """Return names of the same form that nothing has."""
    return {word: name if word in FIXED else name[:-6] + "f0f0f0" for word, name in known.items()}


async def test_names_of_another_office_are_answered_like_names_nothing_has(
    house: SmallHouse, arrive: Arrive
) -> None:
    await furnish(house, "kreis")
    visitor = await arrive("kreis")
    before = await state_of(house)
    told = {
        route.name: [await told_of(visitor, route, known) for known in both]
        for both in [(names(house), made_up(names(house)))]
        for route in BEHIND_NAMES
    }

    assert {} == {name: said for name, said in told.items() if said[0] != said[1]}
    assert {404} == {status for said in told.values() for status, _ in said}
    assert before == await state_of(house)


async def test_an_own_file_leads_to_nothing_of_another_office(
    house: SmallHouse, arrive: Arrive
) -> None:
    await furnish(house, "kreis")
    visitor = await arrive("kreis")
    own = {"akte": house.other_akte}
    before = await state_of(house)
    told = {
        route.name: [await told_of(visitor, route, known | own) for known in both]
        for both in [(names(house), made_up(names(house)))]
        for route in BEHIND_NAMES
        if "{akte}" in route.path and route.path.count("{") > 1
    }

    assert {} == {name: said for name, said in told.items() if said[0] != said[1]}
    assert not {status for said in told.values() for status, _ in said if status >= 500}
    assert before == await state_of(house)


async def told_of(visitor: Visitor, route: Route, known: Mapping[str, str]) -> tuple[int, str]:
    """Return status and text of an answer, without what was asked for and its own number."""
    answer = await reach(visitor, route, known)
    text = await answer.text() if answer.content_type.startswith("text/") else ""
    text = re.sub("Vorgangsnummer <code>[0-9a-f-]+", "", text)
    for word, name in known.items():
        text = text if word in FIXED else text.replace(name, f"<{word}>")
    return answer.status, text


async def state_of(house: SmallHouse) -> dict[str, list[str]]:
    """Return every row of every table but those that note who asked for what."""

    def work(tx: Transaction) -> dict[str, list[str]]:
        tables = [
            row["name"] for row in tx.all("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {
            table: sorted(repr(row) for row in tx.all(f"SELECT * FROM {table}"))  # noqa: S608  own list
            for table in tables
            if table not in {"access_log", "access_head", "session"}
        }

    return await house.database.read(work)


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
            address(route, names(house)),
            data={"grund": "geprüft", "csrf": token},
            headers=visitor.headers(**headers),
        )

        assert 403 == answer.status
        assert "form_expired" in await answer.text()
