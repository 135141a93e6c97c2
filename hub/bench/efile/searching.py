"""Search over HTTP in an index with as many documents as wished.

Filling an index of a million documents takes a while. So it can be kept in a folder, filled on
where filling was stopped, and asked again on a quieter day.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from hub.app import open_database, open_efile
from hub.bench.efile.asking import Clerks
from hub.bench.efile.corpus import Corpus
from hub.bench.efile.figures import Answers, SearchFigures
from hub.bench.machine import peak_rss_mb
from hub.bench.tally import percentile
from hub.core.errors import Unavailable
from hub.demo.cast import MUSTERSTADT
from hub.demo.stage import Stage, python, set_stage, take_up, wait_for_port

THICK = 1000
"""Documents of the file whose page is opened."""
_THICK_FILE, _FIRST_THICK = 900_000, 20_000_000
"""A file and letters of its own."""
PAGES = 20
"""How often a page is opened."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of questions."""

    answers: dict[str, Answers]
    waits: list[float]
    list_ms: float
    list_kb: float
    case_kb: float
    rss_mb: float

    def figures(self, stage: Stage, documents: int, filled_s: float) -> SearchFigures:
        """Return what is to be told."""
        kinds = self.answers.values()
        return SearchFigures(
            store=stage.place.settings.database,
            documents=documents + THICK,
            preload_seconds=round(filled_s, 1),
            database_mb=round(stage.place.database_file.stat().st_size / 1_000_000, 1),
            search_p50_ms=round(percentile(self.waits, 50), 1),
            search_p95_ms=round(percentile(self.waits, 95), 1),
            search_cpu_ms=round(sum(one.cpu_ms for one in kinds) / len(kinds), 1),
            search=self.answers,
            list_ms=self.list_ms,
            list_kb=self.list_kb,
            case_kb=self.case_kb,
            rss_mb=self.rss_mb,
        )


async def measure_search(folder: Path, documents: int) -> SearchFigures:
    """Fill what is missing of an index that stays in a folder, and ask it.

    Raises:
        Misconfigured: the folder holds something else.
    """
    kept = (folder / "hub.toml").exists()
    stage = await (take_up(folder) if kept else set_stage(folder, 0))
    try:
        filled_s = await fill(stage, documents)
        asked = await ask(stage, documents)
    finally:
        await stage.stop()
    return asked.figures(stage, documents, filled_s)


async def fill(stage: Stage, documents: int) -> float:
    """Fill the index of the office that is searched; return the seconds it took.

    Raises:
        Unavailable: it could not be filled.
    """
    begin = time.monotonic()
    program = await stage.start(
        "preload",
        python(
            "hub.bench.efile.preload", str(stage.settings_file), MUSTERSTADT.id, str(documents),
            str(_THICK_FILE), str(_FIRST_THICK), str(THICK),
        ),
    )  # fmt: skip
    if await program.wait():
        log = await asyncio.to_thread((stage.folder / "logs" / "preload.log").read_text, "utf-8")
        raise Unavailable(
            "bench_preload_failed", "Das Journal der Messung ließ sich nicht füllen.",
            place=str(stage.folder), remedy=f"Plattenplatz prüfen. {log[-500:]}",
        )  # fmt: skip
    return time.monotonic() - begin


async def ask(stage: Stage, documents: int) -> Asked:
    """Start the service and ask it."""
    corpus = Corpus(MUSTERSTADT.id)
    questions = corpus.questions(documents)
    count = sum(map(len, questions.values())) * 2
    with stage.settings_file.open("a", encoding="utf-8") as settings:
        # Nothing is drawn, verified or rebuilt meanwhile.
        settings.write('\n[filing]\nfirst_pages = "opened"\n')
        settings.write("\n[efile]\nverify_days = 0\ndrill_days = 0\n")
    hub = await stage.start("hub", python("hub", "--settings", str(stage.settings_file), "run"))
    await wait_for_port(stage.ports.web)
    clerks = await Clerks.employ(stage, hub.pid, MUSTERSTADT.id, count)
    for asked in questions.values():
        await clerks.search(asked[:1])
    answers, waits = {}, []
    for kind, asked in questions.items():
        answers[kind], took = await clerks.search(asked)
        waits += took
    async with open_database(stage.place) as database, open_efile(stage.place, database) as room:
        thick = await room.akte(MUSTERSTADT.id, Corpus.sign(_THICK_FILE))
    list_ms, case_kb = await clerks.pages(f"/akten/{thick.akte.id}", PAGES)
    _, list_kb = await clerks.pages("/akten", 2)
    rss_mb = await asyncio.to_thread(peak_rss_mb, root=hub.pid)
    return Asked(answers, waits, list_ms, list_kb, case_kb, round(rss_mb, 1))
