"""Analyse texts anew when search has learned something: a word, a rule, another engine's form.

Nothing is read from storage; the texts lie in the index.
"""

from __future__ import annotations

import asyncio
from functools import partial

from efile.filing import Archive
from efile.index import entries, fulltext

_GROUP = 200
"""Texts at once: a second or two of one core, and a short unit of work."""


async def analyse_anew(tenant: str, archive: Archive) -> int:
    """Analyse the oldest outdated texts of a tenant anew; return how many they were."""
    found = await archive.database.read(lambda tx: entries.outdated(tx, tenant, _GROUP))
    analysed = []
    for document, body in found:
        analysed.append((document, fulltext.words_of(document, body)))
        await asyncio.sleep(0)
    if analysed:
        await archive.database.write(partial(entries.renew, analysed=analysed))
    return len(analysed)
