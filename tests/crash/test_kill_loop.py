"""A house is killed at random moments while senders drop and post: a hundred kills per run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.store.engines.session import Address
from tests.crash.judgement import Judgement, report
from tests.crash.kill_loop import PER_HOUSE, SEED, main
from tests.crash.node_trial import try_nodes
from tests.crash.trial import try_house
from tests.s3_server import S3Server

pytestmark = pytest.mark.crash
HOUSES = 4
NODE_KILLS = 6


@pytest.mark.parametrize("seed", range(SEED, SEED + HOUSES))
def test_random_kills_lose_double_and_disorder_nothing(
    tmp_path: Path, s3_server: S3Server, seed: int
) -> None:
    found = try_house(tmp_path / "house", s3_server, seed, PER_HOUSE)

    assert [] == found.faults, f"seed {seed}"
    assert PER_HOUSE == found.kills
    assert found.dropped
    assert found.posted


@pytest.mark.postgresql
def test_random_kills_of_nodes_lose_double_and_disorder_nothing(
    tmp_path: Path, s3_server: S3Server, postgres_address: Address
) -> None:
    found = try_nodes(tmp_path, s3_server, postgres_address, SEED, NODE_KILLS)

    assert [] == found.faults
    assert NODE_KILLS <= found.kills
    assert found.dropped
    assert found.posted


def test_the_loop_can_be_asked_for_and_tells_programs_what_it_found(tmp_path: Path) -> None:
    result = tmp_path / "kills.json"

    assert 0 == main(["--cycles", "2", "--per-house", "1", "--seed", "7", "--json", str(result)])

    said = json.loads(result.read_text(encoding="utf-8"))
    assert (True, 7, 2) == (said["ok"], said["seed"], said["kills"])
    assert [7, 8] == [house["seed"] for house in said["houses"]]
    assert [0] * 4 == [said[word] for word in ("lost", "doubled", "phantom", "out_of_order")]


def test_what_was_found_is_counted_by_its_kind() -> None:
    faults = ["I1 a: x", "I2 b: x", "I2 c: x", "I3 d: x", "I7 e: x", "I10 f: x", "it ended"]

    said = report([Judgement(1, kills=3), Judgement(2, kills=4, faults=faults)], 1)

    assert (False, 7) == (said["ok"], said["kills"])
    counted = [said[w] for w in ("lost", "doubled", "phantom", "out_of_order", "other_faults")]
    assert [1, 2, 1, 1, 2] == counted
