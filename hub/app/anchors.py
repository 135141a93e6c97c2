"""When the CAs we trust end: their certificates lie in a folder, not in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hub.app.place import Place
from hub.certificates.trust import TrustFolder
from hub.store.views.expiry import Expiry


class Anchors:
    """Looks into the folder of trust anchors."""

    def __init__(self, place: Place) -> None:
        self._folder = TrustFolder(place.base / place.settings.folders.certs / "trust")

    async def __call__(self) -> Sequence[Expiry]:
        """Return every anchor with its end.

        Raises:
            Misconfigured: somebody put something else into the folder.
        """
        found = await asyncio.to_thread(self._folder.all)
        return [
            Expiry(
                kind="anchor", name=one.subject, place=one.partner, not_after_us=one.not_after_us
            )
            for one in found
        ]
