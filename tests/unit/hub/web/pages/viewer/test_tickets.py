from dataclasses import replace

from hub.core.clock import FixedClock
from hub.web.pages.viewer.tickets import LIFETIME_S, is_valid, ticket
from hub.web.visit import Visit
from tests.small_house import SmallHouse


def visit_with(house: SmallHouse, token: str, clock: FixedClock | None = None) -> Visit:
    services = replace(house.services, clock=clock) if clock else house.services
    return Visit(services, "correlation", token=token)


async def test_a_ticket_holds_for_its_document_and_session_only(house: SmallHouse) -> None:
    word = ticket(visit_with(house, "session"), "document")

    assert is_valid(visit_with(house, "session"), "document", word)
    assert not is_valid(visit_with(house, "another"), "document", word)
    assert not is_valid(visit_with(house, "session"), "another", word)


async def test_a_ticket_ends(house: SmallHouse) -> None:
    clock = FixedClock()
    visit = visit_with(house, "session", clock)
    word = ticket(visit, "document")
    clock.advance(LIFETIME_S)
    still = is_valid(visit, "document", word)
    clock.advance(1)

    assert still
    assert not is_valid(visit, "document", word)


async def test_nobody_writes_a_ticket(house: SmallHouse) -> None:
    visit = visit_with(house, "session")
    _, _, seal = ticket(visit, "document").partition(".")

    for word in ("", ".", "x", f"9999999999.{seal}", f"٣.{seal}", "9" * 40 + "." + seal):
        assert not is_valid(visit, "document", word)
