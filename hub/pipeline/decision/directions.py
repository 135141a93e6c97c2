"""What a human said about a held message: read it again in another way, or refuse it.

The words lie in the travel promise, so that they hold over every retry and every crash, and
the message takes its ordinary way with them: lane, journal, receipt and quarantine included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from hub.core.clock import local_date
from hub.core.errors import Misconfigured, RuleViolation
from hub.core.message import Message
from hub.routing.route import InRoute
from hub.routing.table import Routes


@dataclass(frozen=True, slots=True)
class Directions:
    """How a message is to travel; empty: as its bytes and its day of acceptance say."""

    as_of: str = ""
    """Read with the routes in force on this day (``YYYY-MM-DD``)."""
    mapping: str = ""
    """Read with this mapping alone, whatever its validity."""
    refusal: str = ""
    """Give the message back to its sender, for this reason."""

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> Directions:
        """Return the directions a travel promise carries."""
        if not spec:
            return AS_USUAL
        return cls(**{name: str(spec.get(name, "")) for name in cls.__slots__})

    def to_spec(self) -> dict[str, str]:
        """Return what the promise shall carry."""
        return {name: word for name, word in asdict(self).items() if word}

    def obey_refusal(self) -> None:
        """Refuse the message where a person decided so.

        Raises:
            RuleViolation: the message goes back to its sender.
        """
        if self.refusal:
            raise RuleViolation(
                "refused_by_person",
                f"Die Nachricht wurde von Hand zurückgewiesen: {self.refusal}",
                remedy="Bitte berichtigt neu senden oder mit der Stelle klären.",
            )

    def ways(self, message: Message, data: bytes, routes: Routes) -> tuple[InRoute, ...]:
        """Return the ways the message may take.

        Raises:
            Misconfigured: the named mapping no longer leads anywhere.
        """
        if self.mapping:
            return ways_with(self.mapping, message.channel, routes)
        if self.as_of:
            return routes.incoming(message.channel, date.fromisoformat(self.as_of))
        return routes.incoming(message.channel, local_date(message.received_us), data)


AS_USUAL = Directions()


def ways_with(mapping: str, channel: str, routes: Routes) -> tuple[InRoute, ...]:
    """Return the ways of a channel that read with one mapping, of whatever validity.

    Raises:
        Misconfigured: there is none.
    """
    named = (way for way in routes.ways_in if (way.channel, way.mapping) == (channel, mapping))
    # Two validities of one way read alike; the isolation wants each format once.
    ways = tuple({way.format: way for way in named}.values())
    if not ways:
        raise Misconfigured(
            "mapping_not_on_channel",
            f"Auf dem Kanal „{channel}“ wird mit „{mapping}“ nichts gelesen.",
            remedy="Namen der Abbildung in mappings/routes.toml nachsehen.",
        )
    return ways
