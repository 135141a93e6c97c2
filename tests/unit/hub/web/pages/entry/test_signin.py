import pytest

from hub.web.pages.entry.signin import SignInLimits
from hub.web.visit import COOKIE
from tests.small_house import PASSWORD, SmallHouse, Visitor
from tests.unit.hub.web.conftest import Arrive, LogOf


async def test_the_cookie_is_bound_to_this_host_and_out_of_reach_of_scripts(
    nobody: Visitor,
) -> None:
    answer = await nobody.sign_in("ahrens")
    cookie = answer.headers["Set-Cookie"]

    assert 303 == answer.status
    assert cookie.startswith("__Host-aktenhub=")
    for word in ("HttpOnly", "Path=/", "SameSite=Strict", "Secure"):
        assert word in cookie
    assert "Domain" not in cookie


async def test_a_session_planted_before_is_worth_nothing_after(nobody: Visitor) -> None:
    nobody.token = "planted"
    await nobody.sign_in("ahrens")

    assert "planted" != nobody.token
    assert 200 == (await nobody.get("/akten")).status


async def test_a_wrong_password_and_an_unknown_login_look_the_same(nobody: Visitor) -> None:
    pages = []
    for login in ("ahrens", "nicht-bekannt"):
        answer = await nobody.sign_in(login, "falsch")
        pages.append((answer.status, (await answer.text()).replace(login, "")))

    assert 422 == pages[0][0]
    assert pages[0] == pages[1]


async def test_a_failed_attempt_is_on_record_at_the_office_of_the_account(
    nobody: Visitor, log_of: LogOf
) -> None:
    await nobody.sign_in("ahrens", "falsch")
    await nobody.sign_in("mein geheimes passwort", "falsch")
    known, unknown = await log_of()

    assert ("musterstadt", "ahrens", "refused") == (
        known["tenant"], known["object_id"], known["result"],
    )  # fmt: skip
    # People type passwords into the wrong field: what is not a login is not written down.
    assert (None, "", "refused") == (unknown["tenant"], unknown["object_id"], unknown["result"])


async def test_the_sixth_attempt_in_a_minute_is_not_even_looked_at(
    house: SmallHouse, nobody: Visitor, log_of: LogOf
) -> None:
    for _ in range(5):
        await nobody.sign_in("ahrens", "falsch")
    blocked = await nobody.sign_in("ahrens")
    house.clock.advance(61)
    later = await nobody.sign_in("ahrens")

    assert 429 == blocked.status
    assert "too_many_requests" == (await log_of())[5]["result"]
    assert 303 == later.status


def test_an_address_may_try_only_so_many_logins() -> None:
    limits = SignInLimits()

    assert 30 == sum(limits.address.allows("198.51.100.7", 1) for _ in range(50))


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/akten?q=a", "/akten?q=a"),
        ("//evil.example", "/akten"),
        ("/\\evil.example", "/akten"),
        ("https://evil.example", "/akten"),
        ("/a\r\nSet-Cookie: x", "/akten"),
        ("", "/akten"),
    ],
)
async def test_after_signing_in_only_an_own_page_follows(
    nobody: Visitor, wanted: str, given: str
) -> None:
    answer = await nobody.post("/anmelden", kennung="ahrens", passwort=PASSWORD, weiter=wanted)

    assert given == answer.headers["Location"]


async def test_each_role_begins_with_its_first_page(arrive: Arrive) -> None:
    starts = {}
    for login in ("ahrens", "verwalter", "revision", "betrieb"):
        starts[login] = (await (await arrive(login)).get("/")).headers["Location"]

    assert {
        "ahrens": "/akten", "verwalter": "/klaerfaelle", "revision": "/zugriffsprotokoll",
        "betrieb": "/klaerfaelle",
    } == starts  # fmt: skip


async def test_signing_out_ends_the_session_here_and_elsewhere(arrive: Arrive) -> None:
    here, there = await arrive("ahrens"), await arrive("ahrens")
    answer = await here.post("/abmelden")

    assert '""' in answer.headers["Set-Cookie"] or "Max-Age=0" in answer.headers["Set-Cookie"]
    assert [303, 303] == [(await one.get("/akten")).status for one in (here, there)]


async def test_a_page_asked_for_without_a_session_follows_after_signing_in(
    nobody: Visitor,
) -> None:
    nobody.token = "gone"
    answer = await nobody.get("/akten?q=Mila")

    assert "/anmelden?weiter=%2Fakten%3Fq%3DMila" == answer.headers["Location"]
    assert COOKIE in answer.headers["Set-Cookie"]


async def test_a_new_password_needs_the_old_one_and_ends_every_session(arrive: Arrive) -> None:
    visitor = await arrive("ahrens")
    new = "ein neuer langer Satz"
    wrong = await visitor.post("/passwort", alt="falsch", neu=new)
    short = await visitor.post("/passwort", alt=PASSWORD, neu="kurz")
    right = await visitor.post("/passwort", alt=PASSWORD, neu=new)

    assert [422, 422, 303] == [wrong.status, short.status, right.status]
    assert 303 == (await visitor.get("/akten")).status
    assert 303 == (await visitor.sign_in("ahrens", new)).status
