"""Signing in through the operator's identity provider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from joserfc import jwk

from hub.core.errors import Rejected
from hub.store.accounts import Role
from hub.web.federation.provider import Provider
from hub.web.pages.entry.federated import BROWSER_COOKIE
from hub.web.server import build_site
from hub.web.visit import COOKIE
from tests.identity_provider import CLIENT, SECRET, Claims, IdentityProvider, identity_provider
from tests.small_house import OFFICE, SmallHouse, Visitor
from tests.unit.hub.web.conftest import LogOf

LOGIN = "ahrens-konto"
END = "/anmelden/konto/ende"


class Guest(Visitor):
    """Somebody with a browser that keeps the second cookie as well."""

    browser = ""

    def headers(self, **more: str) -> dict[str, str]:
        known = {COOKIE: self.token, BROWSER_COOKIE: self.browser}
        kept = "; ".join(f"{name}={value}" for name, value in known.items() if value)
        return ({"Cookie": kept} if kept else {}) | more

    async def leave(self, target: str = "") -> str:
        """Go to the provider and return its address."""
        answer = await self.get(f"/anmelden/konto?weiter={target}")
        assert 303 == answer.status, await answer.text()
        cookie = answer.cookies[BROWSER_COOKIE]
        assert ("Lax", True, True) == (cookie["samesite"], cookie["secure"], cookie["httponly"])
        self.browser = cookie.value
        return answer.headers["Location"]

    async def come_back(self, address: str) -> ClientResponse:
        answer = await self.get(address)
        if COOKIE in answer.cookies:
            self.token = answer.cookies[COOKIE].value
        return answer

    async def arrive(self, provider: IdentityProvider, target: str = "") -> ClientResponse:
        return await self.come_back(provider.agree(await self.leave(target)))


@pytest.fixture
async def provider(tmp_path: Path, house: SmallHouse) -> AsyncIterator[IdentityProvider]:
    async with identity_provider(tmp_path, lambda: house.clock.now_us() // 1_000_000) as served:
        about = {"name": "Petra Ahrens", "tenant": OFFICE, "roles": frozenset({Role.CASEWORKER})}
        await house.services.accounts.create_federated(LOGIN, **about)
        yield served


@pytest.fixture
async def guest(house: SmallHouse, provider: IdentityProvider) -> AsyncIterator[Guest]:
    async with served(house, provider) as client:
        yield Guest(client)


def served(house: SmallHouse, provider: IdentityProvider, **more: Any) -> TestClient[Any, Any]:
    known = Provider(provider.settings(**more), SECRET, provider.authorities)
    return TestClient(TestServer(build_site(replace(house.services, provider=known))))


async def test_somebody_the_provider_knows_signs_in_and_goes_on_where_they_wanted(
    guest: Guest, provider: IdentityProvider, log_of: LogOf
) -> None:
    answer = await guest.arrive(provider, "/akten?q=UV")
    text = await answer.text()

    assert (200, True) == (answer.status, 'content="0;url=/akten?q=UV"' in text)
    assert "SameSite=Strict" in answer.headers["Set-Cookie"]
    assert 200 == (await guest.get("/akten")).status
    signed_in = next(row for row in await log_of() if row["action"] == "signed_in")
    assert (LOGIN, OFFICE, "granted") == (
        signed_in["actor"], signed_in["tenant"], signed_in["result"],
    )  # fmt: skip


async def test_the_sign_in_page_offers_the_provider(guest: Guest) -> None:
    text = await (await guest.get("/anmelden?weiter=%2Fakten")).text()

    assert 'href="/anmelden/konto?weiter=/akten"' in text
    assert "Mit dem Verwaltungskonto anmelden" in text


async def test_without_a_provider_there_is_no_such_way(nobody: Visitor) -> None:
    assert [404, 404] == [
        (await nobody.get(path)).status for path in ("/anmelden/konto", "/anmelden/konto/zurueck")
    ]
    assert "Verwaltungskonto" not in await (await nobody.get("/anmelden")).text()


async def test_an_address_elsewhere_is_no_page_to_go_on_to(
    guest: Guest, provider: IdentityProvider
) -> None:
    answer = await guest.arrive(provider, "//boese.example/")

    assert "boese.example" not in await answer.text()


async def test_an_attempt_is_good_once_and_for_the_browser_that_began_it(
    guest: Guest, provider: IdentityProvider
) -> None:
    back = provider.agree(await guest.leave())
    other = Guest(guest.client)
    other.browser = "another"
    stolen = await other.come_back(back)
    own = await guest.come_back(back)
    again = await guest.come_back(back)

    assert [403, 200, 403] == [stolen.status, own.status, again.status]
    assert "" == other.token
    assert "abgelaufen" in await again.text()


async def test_an_attempt_ends_after_ten_minutes(
    house: SmallHouse, guest: Guest, provider: IdentityProvider
) -> None:
    back = provider.agree(await guest.leave())
    house.clock.advance(601)

    assert 403 == (await guest.come_back(back)).status


async def test_somebody_without_an_account_is_told_so(
    guest: Guest, provider: IdentityProvider
) -> None:
    provider.person = {"sub": "1", "preferred_username": "niemand"}
    answer = await guest.arrive(provider)

    assert (403, "") == (answer.status, guest.token)
    assert "noch nicht freigeschaltet" in await answer.text()


async def test_a_login_given_to_somebody_else_opens_nothing(
    house: SmallHouse, guest: Guest, provider: IdentityProvider
) -> None:
    await guest.arrive(provider)
    provider.person = {"sub": "another person", "preferred_username": LOGIN}
    successor = Guest(guest.client)
    answer = await successor.arrive(provider)
    await house.services.accounts.unbind(LOGIN)
    later = await successor.arrive(provider)

    assert (403, 200) == (answer.status, later.status)


async def test_a_renamed_person_keeps_the_account(guest: Guest, provider: IdentityProvider) -> None:
    await guest.arrive(provider)
    provider.person |= {"preferred_username": "neuer-name"}

    assert 200 == (await Guest(guest.client).arrive(provider)).status


async def test_an_account_kept_here_cannot_be_entered_through_the_provider(
    guest: Guest, provider: IdentityProvider
) -> None:
    provider.person = {"sub": "1", "preferred_username": "ahrens"}

    assert 403 == (await guest.arrive(provider)).status


async def test_an_account_of_the_provider_has_no_password(house: SmallHouse, guest: Guest) -> None:
    assert 422 == (await guest.sign_in(LOGIN, "")).status
    with pytest.raises(Rejected, match="Anmeldedienst"):
        await house.services.accounts.set_password(LOGIN, "ein langer Satz als Passwort")


SPOILT: dict[str, Claims] = {
    "issuer": {"iss": "https://elsewhere.example"},
    "audience": {"aud": "another client"},
    "another party": {"aud": [CLIENT, "other"], "azp": "other"},
    "nonce": {"nonce": "of another sign-in"},
    "expired": {"exp": 1},
    "long ago": {"iat": 1},
    "nobody": {"sub": ""},
    "control characters": {"sub": "a\nb"},
}


@pytest.mark.parametrize("fault", SPOILT)
async def test_a_token_that_fails_a_check_opens_nothing(
    guest: Guest, provider: IdentityProvider, fault: str
) -> None:
    provider.spoil = lambda said: said | SPOILT[fault]
    answer = await guest.arrive(provider)

    assert (422, "") == (answer.status, guest.token)
    assert "besteht die Prüfung nicht" in await answer.text()


async def test_a_token_under_a_foreign_key_opens_nothing(
    guest: Guest, provider: IdentityProvider
) -> None:
    provider.forger = jwk.ECKey.generate_key("P-256")
    answer = await guest.arrive(provider)

    assert (422, "") == (answer.status, guest.token)


async def test_new_keys_of_the_provider_are_fetched_when_they_are_needed(
    guest: Guest, provider: IdentityProvider
) -> None:
    await guest.arrive(provider)
    provider.key = jwk.ECKey.generate_key("P-256")
    answer = await Guest(guest.client).arrive(provider)

    assert (200, 2) == (answer.status, provider.asked)


async def test_an_answer_of_another_provider_is_refused(
    guest: Guest, provider: IdentityProvider
) -> None:
    back = provider.agree(await guest.leave())
    answer = await guest.come_back(back.replace("iss=https", "iss=http"))

    assert (422, "") == (answer.status, guest.token)


async def test_a_weaker_sign_in_than_wanted_is_not_enough(
    house: SmallHouse, provider: IdentityProvider
) -> None:
    async with served(house, provider, acr=("mfa",)) as client:
        guest = Guest(client)
        weak = await guest.arrive(provider)
        provider.person |= {"acr": "mfa"}
        strong = await guest.arrive(provider)

    assert (422, 200) == (weak.status, strong.status)


@pytest.mark.parametrize(
    "said", [{"issuer": "https://other.example"}, {"token_endpoint": "https://other.example/t"}]
)
async def test_a_provider_that_sends_us_elsewhere_is_not_followed(
    house: SmallHouse, provider: IdentityProvider, said: Claims
) -> None:
    provider.described = said
    async with served(house, provider) as client:
        answer = await client.get("/anmelden/konto", allow_redirects=False)
        text = await answer.text()

    assert answer.status >= 500
    assert "Anmeldedienst passt nicht" in text


async def test_the_provider_ends_sessions(guest: Guest, provider: IdentityProvider) -> None:
    await guest.arrive(provider)
    token = provider.logout_token()
    ended = await guest.client.post(END, data={"logout_token": token})
    again = await guest.client.post(END, data={"logout_token": token})

    assert (200, 400) == (ended.status, again.status)
    assert 303 == (await guest.get("/akten")).status


async def test_one_session_of_several_is_ended_by_its_name(
    guest: Guest, provider: IdentityProvider
) -> None:
    other = Guest(guest.client)
    provider.person |= {"sid": "one"}
    await guest.arrive(provider)
    provider.person |= {"sid": "two"}
    await other.arrive(provider)
    await guest.client.post(END, data={"logout_token": provider.logout_token(sid="one")})

    assert [303, 200] == [(await one.get("/akten")).status for one in (guest, other)]


@pytest.mark.parametrize(
    "fault", [{"events": {}}, {"nonce": "x"}, {"aud": "other"}, {"sub": ""}, {"jti": ""}]
)
async def test_a_word_that_is_no_logout_ends_nothing(
    guest: Guest, provider: IdentityProvider, fault: Claims
) -> None:
    await guest.arrive(provider)
    answer = await guest.client.post(END, data={"logout_token": provider.logout_token(**fault)})

    assert 400 == answer.status
    assert 200 == (await guest.get("/akten")).status
