"""Who is told of alarms, and how."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial

from efile import FilingError
from hub.app.anchors import Anchors
from hub.app.place import CLOCK, Place
from hub.app.rooms import efile_of
from hub.certificates.revocation.lists import RevocationLists
from hub.channels.outbound.alerts import mail, post
from hub.core.clock import iso_utc
from hub.core.settings import Alerts
from hub.evidence.standing import broken_chains
from hub.evidence.upkeep.due import signs
from hub.pipeline.alarms.watch import News, Watch
from hub.pipeline.alarms.words import facts, remedy, sentence
from hub.pipeline.house import House
from hub.workers.loops import Duty, Workers

log = logging.getLogger(__name__)

WATCH_S = 60.0
"""How often the house is looked at."""


@dataclass(frozen=True, slots=True)
class Postman:
    """Brings news by webhook and by mail, whichever is set up."""

    rules: Alerts
    node: str
    password: str

    async def tell(self, news: News) -> None:
        """Bring the news out.

        Raises:
            Unavailable: one way is closed; everything is tried again, so somebody may hear twice.
        """
        if self.rules.webhook:
            await post(self.rules.webhook, self._document(news))
        if self.rules.smtp_host and self.rules.mail_to:
            await mail(self.rules, self.password, _subject(news, self.node), _lines(news))

    def _document(self, news: News) -> dict[str, object]:
        return {
            "node": self.node,
            "at": iso_utc(CLOCK.now_us()),
            "raised": [facts(row) for row in news.raised],
            "cleared": [facts(row) for row in news.cleared],
        }


def _subject(news: News, node: str) -> str:
    if not news.raised:
        return f"aktenhub {node}: Entwarnung"
    return f"aktenhub {node}: {len(news.raised)} Störung{'en' if len(news.raised) > 1 else ''}"


def _lines(news: News) -> list[str]:
    lines = []
    for row in news.raised:
        whose = f" (Mandant {row['tenant']})" if row["tenant"] else ""
        lines += [f"{sentence(row)}{whose}", f"  {remedy(row)}", ""]
    lines += [f"Erledigt: {sentence(row)}" for row in news.cleared]
    return lines


def watch_of(
    place: Place, house: House, workers: Workers, lists: RevocationLists | None = None
) -> Duty:
    """Return the duty that looks at the house."""
    rules = place.settings.alerts
    password = ""
    if rules.smtp_user:
        password = place.secret("smtp_password").decode()
    telling = rules.webhook or (rules.smtp_host and rules.mail_to)
    postman = Postman(rules, place.settings.node, password) if telling else None

    async def chains() -> list[str]:
        return sorted(await broken_chains(house.database, place.checkpoints))

    watch = Watch(
        house.database, CLOCK, rules, place.data, workers.able, chains, postman,
        anchors=Anchors(place), unversioned=partial(_unversioned, place, house),
        upkeep=partial(signs, tenants=place.tenant_ids, rules=place.settings.efile),
        crls=lists.wrongs if lists else None,
    )  # fmt: skip
    return ("alarms", watch.round, WATCH_S)


async def _unversioned(place: Place, house: House) -> list[str]:
    """Return whose buckets keep no versions; a storage that is away is told of by what waits."""
    try:
        return await efile_of(house).unversioned(place.tenant_ids)
    except FilingError as exc:
        log.warning("buckets_unseen", extra={"code": exc.code})
        return []
