"""What keeps a part of the house from going on at the moment, for whoever asks how it is.

The part tries again by itself; meanwhile monitoring and people are told what is in its way.
"""

from __future__ import annotations

import time

from hub.core.errors import HubError, Unavailable
from hub.pipeline.setbacks import unforeseen


class Troubles:
    """Which parts failed at their last try, since when, and why."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[float, HubError]] = {}

    def note(self, part: str, error: Exception) -> None:
        """Remember that a part has failed; since when is kept while it goes on failing."""
        since = self._since.get(part, (time.monotonic(),))[0]
        self._since[part] = since, _told(part, error)

    def over(self, part: str) -> None:
        """Forget what was in the way of a part: it went on."""
        self._since.pop(part, None)

    def ask(self, lasting_s: float = 0.0) -> None:
        """Return when nothing has been in the way for so long.

        Raises:
            HubError: what has been in the way longest.
        """
        oldest = min(self._since.values(), key=lambda one: one[0], default=None)
        if oldest and time.monotonic() - oldest[0] >= lasting_s:
            raise _again(oldest[1])


def _told(part: str, error: Exception) -> HubError:
    if isinstance(error, HubError):
        return error
    if not isinstance(error, OSError):
        return unforeseen(error)
    return Unavailable(
        "disk_refuses",
        "Ein Ordner oder Datenträger nimmt nichts an oder ist nicht lesbar.",
        place=part,
        remedy="Einbindung, Rechte, Platz und Datenträger prüfen; es wird erneut versucht.",
    )


def _again(error: HubError) -> HubError:
    """Return an error that says the same; no two who ask share one with its traceback."""
    return Unavailable(error.code, error.message, remedy=error.remedy, place=error.place)
