"""Whatever happens in the child, the parent sees a typed error and works on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from efile import NotDisplayable
from efile.isolation.pool import LimitedPool, Limits

JOBS = "tests.unit.efile.isolation.hostile_jobs"


@pytest.fixture
async def pool() -> AsyncIterator[LimitedPool]:
    opened = LimitedPool(JOBS, workers=1, limits=Limits(wall_s=5, cpu_s=20, memory_mb=512))
    yield opened
    await opened.close()


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
async def test_a_job_answers(pool: LimitedPool, size: int) -> None:
    data = b"x" * size

    assert ({"a": "ä"}, data) == await pool.run("echo", {"a": "ä"}, data)


@pytest.mark.parametrize(
    ("job", "code"),
    [
        ("fail", "document_unreadable"),
        ("no_such_job", "document_unreadable"),
        ("locked", "document_locked"),
        ("die", "document_reader_died"),
        ("devour", "document_reader_died"),
    ],
)
async def test_a_failing_job_is_a_typed_error_and_the_next_one_works(
    pool: LimitedPool, job: str, code: str
) -> None:
    with pytest.raises(NotDisplayable) as caught:
        await pool.run(job, {}, b"")

    assert code == caught.value.code
    assert ({}, b"next") == await pool.run("echo", {}, b"next")


async def test_a_job_that_never_ends_is_ended_by_the_clock() -> None:
    pool = LimitedPool(JOBS, workers=1, limits=Limits(wall_s=1, memory_mb=512))

    with pytest.raises(NotDisplayable, match="document_too_slow"):
        await pool.run("sleep", {}, b"")
    await pool.close()


async def test_a_job_that_only_computes_is_ended_by_its_cpu_seconds() -> None:
    pool = LimitedPool(JOBS, workers=1, limits=Limits(wall_s=30, cpu_s=1, memory_mb=512))

    with pytest.raises(NotDisplayable, match="document_reader_died"):
        await pool.run("spin", {}, b"")
    await pool.close()


async def test_what_a_library_prints_does_not_disturb_the_answer(pool: LimitedPool) -> None:
    assert ({}, b"data") == await pool.run("chatter", {}, b"data")


async def test_a_child_writes_no_files(pool: LimitedPool, tmp_path: Path) -> None:
    with pytest.raises(NotDisplayable):
        await pool.run("write", {"path": str(tmp_path / "x")}, b"")

    assert not (tmp_path / "x").exists() or b"" == (tmp_path / "x").read_bytes()


async def test_a_child_sees_no_environment(
    pool: LimitedPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_SECRET_KEY", "secret")

    answer, _ = await pool.run("environment", {}, b"")

    assert {"PYTHONPATH", "LC_ALL"} >= set(answer["names"]) - {"LC_CTYPE"}


async def test_a_child_is_kept_and_then_replaced() -> None:
    pool = LimitedPool(JOBS, workers=1, limits=Limits(jobs=2, memory_mb=512))

    pids = [(await pool.run("who", {}, b""))[0]["pid"] for _ in range(4)]
    await pool.close()

    assert [pids[0], pids[0], pids[2], pids[2]] == pids
    assert pids[0] != pids[2]


async def test_a_cancelled_job_leaves_no_stale_answer(pool: LimitedPool) -> None:
    running = asyncio.create_task(pool.run("sleep", {}, b""))
    await asyncio.sleep(0.3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert ({}, b"mine") == await pool.run("echo", {}, b"mine")
