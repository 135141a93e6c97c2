"""People with a second factor, and the codes their apps show."""

from __future__ import annotations

from dataclasses import dataclass, replace

from msgspec import structs

from hub.store.accounts import Role, SecondFactors, find_account, totp
from hub.store.database import Database
from hub.web.services import SiteServices
from tests.small_house import SmallHouse

SHOWN_TO = "somebody"


@dataclass
class App:
    """An authenticator app with one account in it, and the codes written down beside."""

    secret: bytes
    codes: tuple[str, ...]

    def code(self, now_us: int, ahead: int = 0) -> str:
        """Return what the app shows, or showed so many steps away."""
        return totp.code_at(self.secret, totp.step_at(now_us) + ahead)


async def give_factor(database: Database, factors: SecondFactors, login: str, now_us: int) -> App:
    """Set up a second factor for an account, as its owner would."""
    account = await database.read(lambda tx: find_account(tx, login))
    assert account is not None
    secret = await factors.offer(account, SHOWN_TO)
    code = totp.code_at(secret, totp.step_at(now_us))
    codes = await factors.accept(account, SHOWN_TO, code)
    assert codes is not None
    return App(secret, codes)


async def equip(house: SmallHouse, login: str) -> App:
    """Give somebody of the small house a second factor; the code used for it is over."""
    services = house.services
    app = await give_factor(services.database, services.factors, login, house.clock.now_us())
    house.clock.advance(60)
    return app


def strict(services: SiteServices) -> SiteServices:
    """Return the services of a house where every role needs a second factor."""
    rules = structs.replace(
        services.settings.web, second_factor=tuple(sorted(role.value for role in Role))
    )
    return replace(services, settings=structs.replace(services.settings, web=rules))
