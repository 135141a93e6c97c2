"""Parsers in children: what kills one takes nothing with it, and nobody waits for ever."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hub.app import SHIPPED
from hub.core.errors import Misconfigured, NotChecked, RuleViolation, Undecodable
from hub.core.findings import Verdict
from hub.core.record import Record
from hub.demo import drops
from hub.demo.cast import MUSTERSTADT
from hub.pipeline.decision.knowledge import Fact, Query
from hub.pipeline.decision.reading import Leg
from hub.pipeline.isolation.cell import Limits
from hub.pipeline.isolation.pool import GROUP_MAX, Isolation, Recollection
from tests.message_house import sources, world_settings

LEGS = (Leg("fachverfahren/Falldaten-1.0", "fachverfahren-to-hub/Falldaten"),)
FALLDATEN = drops.case_data(MUSTERSTADT.xml[1], MUSTERSTADT)


@asynccontextmanager
async def isolation(
    schemas: Path = SHIPPED / "schemas", recall: Recollection | None = None, **changes: float
) -> AsyncIterator[Isolation]:
    values = {"memory_mb": 1024, "wall_s": 20.0, "recycle_after": 1000, "cpu_s": 15} | changes
    limits = Limits(
        int(values["memory_mb"]), values["wall_s"], int(values["recycle_after"]),
        int(values["cpu_s"]),
    )  # fmt: skip
    rules = replace(sources(world_settings()), schemas=schemas)
    pool = Isolation(1, limits, rules, recall or nothing)
    pool.start()
    try:
        yield pool
    finally:
        await pool.close()


async def nothing(queries: Sequence[Query]) -> dict[Query, Fact]:
    """Know nothing of the past."""
    return dict.fromkeys(queries)


def child() -> int:
    """Return the one child this process has."""
    me = f"/proc/{os.getpid()}/task"
    children = {n for path in Path(me).glob("*/children") for n in path.read_text().split()}
    [one] = [
        n for n in children if b"hub.pipeline.isolation" in Path(f"/proc/{n}/cmdline").read_bytes()
    ]
    return int(one)


def environment(process: int) -> bytes:
    """Return what a process was given as its environment."""
    return Path(f"/proc/{process}/environ").read_bytes()


async def test_bytes_become_records() -> None:
    async with isolation() as pool:
        understood = await pool.understand(FALLDATEN, "a.xml", LEGS)

    assert (Verdict.PASSED, "Falldaten") == (understood.verdict, understood.records[0].kind)


async def test_a_child_has_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AKTENHUB_SECRET", "geheim")
    async with isolation() as pool:
        await pool.understand(FALLDATEN, "a.xml", LEGS)

        assert b"geheim" not in environment(child())


async def test_a_child_that_is_killed_is_replaced_and_its_job_done() -> None:
    async with isolation() as pool:
        await pool.understand(FALLDATEN, "a.xml", LEGS)
        first = child()
        os.kill(first, signal.SIGKILL)

        understood = await pool.understand(FALLDATEN, "a.xml", LEGS)

        assert Verdict.PASSED is understood.verdict
        assert first != child()


async def test_what_kills_a_child_twice_is_poison_and_its_neighbours_survive() -> None:
    async with isolation(wall_s=1.0) as pool:
        await pool.understand(FALLDATEN, "a.xml", LEGS)
        hang = asyncio.create_task(pool.render_letter(b"", {"hang": Hang()}, "x"))
        good = [asyncio.create_task(pool.understand(FALLDATEN, "a.xml", LEGS)) for _ in range(5)]

        with pytest.raises(Undecodable, match="poison"):
            await hang

        assert [Verdict.PASSED] * 5 == [one.verdict for one in await asyncio.gather(*good)]


class Hang:
    """A value that never finishes arriving in the child."""

    def __reduce__(self) -> tuple[object, tuple[float]]:
        return time.sleep, (3600.0,)


class Spin:
    """A value that computes for ever while it arrives in the child."""

    def __reduce__(self) -> tuple[object, tuple[int, int]]:
        return pow, (7, 10**9)


async def test_a_spin_ends_by_its_processor_time() -> None:
    async with isolation(wall_s=60.0, cpu_s=1) as pool:
        await pool.understand(FALLDATEN, "a.xml", LEGS)
        begun = time.monotonic()

        with pytest.raises(Undecodable, match="poison"):
            await pool.render_letter(b"", {"spin": Spin()}, "x")

    assert time.monotonic() - begun < 60


async def test_a_hang_ends_by_the_clock() -> None:
    async with isolation(wall_s=0.5) as pool:
        await pool.understand(FALLDATEN, "a.xml", LEGS)
        begun = time.monotonic()

        with pytest.raises(Undecodable, match="poison"):
            await pool.render_letter(b"", {"hang": Hang()}, "x")

    assert time.monotonic() - begun < 30


async def test_a_child_that_cannot_start_is_a_fault_of_the_installation(tmp_path: Path) -> None:
    async with isolation(tmp_path / "no-schemas") as pool, asyncio.timeout(60):
        with pytest.raises(Misconfigured):
            await pool.understand(FALLDATEN, "a.xml", LEGS)


async def test_a_schema_that_is_broken_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "schemas" / "fachverfahren"
    folder.mkdir(parents=True)
    (folder / "Falldaten-1.0.xsd").write_text("<kein-schema")

    async with isolation(tmp_path / "schemas") as pool:
        with pytest.raises(Misconfigured, match=r"Falldaten-1\.0\.xsd|cell_start_failed"):
            await pool.understand(FALLDATEN, "a.xml", LEGS)


async def test_a_fault_of_our_own_side_is_told() -> None:
    async with isolation() as pool:
        with pytest.raises(NotChecked, match="check_crashed"):
            await pool.render_letter(b"", {"cannot be sent": lambda: None}, "x")

        assert Verdict.PASSED is (await pool.understand(FALLDATEN, "a.xml", LEGS)).verdict


async def test_a_crash_inside_a_parser_is_told_without_its_words() -> None:
    async with isolation() as pool:
        with pytest.raises(NotChecked, match="check_crashed") as caught:
            await pool.understand("Kanari", "a.xml", LEGS)  # on purpose no bytes

    assert "Kanari" not in str(caught.value)


async def test_an_error_keeps_its_place_across_the_pipe() -> None:
    record = Record("Quittung", {"message_id": "m", "result": "vielleicht"})
    leg = Leg("fachverfahren/Quittung-1.0", "hub-to-fachverfahren/Quittung")

    async with isolation() as pool:
        with pytest.raises((RuleViolation, Misconfigured, NotChecked)) as caught:
            await pool.write(leg, (record,), {})

    assert caught.value.code
    assert caught.value.message


async def test_a_child_is_replaced_after_its_share_of_jobs() -> None:
    async with isolation(recycle_after=2) as pool:
        await pool.understand(FALLDATEN, "a.xml", LEGS)
        first = child()
        await pool.understand(FALLDATEN, "a.xml", LEGS)
        await pool.understand(FALLDATEN, "a.xml", LEGS)

        assert first != child()


async def test_more_jobs_than_a_group_are_all_answered() -> None:
    async with isolation() as pool:
        jobs = [pool.understand(FALLDATEN, "a.xml", LEGS) for _ in range(GROUP_MAX * 2 + 3)]

        assert len(jobs) == sum(one.verdict is Verdict.PASSED for one in await asyncio.gather(*jobs))  # fmt: skip


async def test_whoever_still_waits_at_the_end_is_told() -> None:
    async with isolation() as pool:
        waiting = asyncio.create_task(pool.understand(FALLDATEN, "a.xml", LEGS))
        await asyncio.sleep(0)

    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await waiting
