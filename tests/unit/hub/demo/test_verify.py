"""The demonstration's own check would notice what must not be."""

from pathlib import Path

import pytest

from hub.demo import cast
from hub.demo.stage import Ports, Stage
from hub.demo.verify import Check, leaks, refusals

ROW = {"id": "0192", "tenant": "musterstadt", "code": "xsd_type", "original_name": "a.xml",
       "entries": 1}  # fmt: skip


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    for name in ("outbox", "inbox", "logs", "certs", "data"):
        (tmp_path / name).mkdir()
    return Stage(tmp_path, Ports(1, 2, 3, 4))


def _reason(stage: Stage, code: str) -> None:
    shelf = stage.inbox(cast.MUSTERSTADT) / ".quarantine" / "2026-11-22"
    shelf.mkdir(parents=True)
    (shelf / "0192__a.xml.grund.json").write_text(f'{{"code": "{code}"}}')


def test_nothing_leaked_where_the_number_stands_nowhere(stage: Stage) -> None:
    assert leaks(stage).holds


@pytest.mark.parametrize("place", ["outbox", "inbox", "logs", "certs"])
def test_the_register_number_in_a_file_is_a_leak(stage: Stage, place: str) -> None:
    (stage.folder / place / "file").write_text(f"Nummer {cast.AZR_NUMBER}.")

    assert not leaks(stage).holds
    assert f"{place}/file" in leaks(stage).detail


def test_the_register_number_in_a_name_is_a_leak(stage: Stage) -> None:
    (stage.folder / "data" / f"{cast.AZR_NUMBER}.json").touch()

    assert not leaks(stage).holds


def _held(checks: list[Check]) -> list[bool]:
    return [check.holds for check in checks]


def test_a_refusal_needs_its_reason_and_one_entry(stage: Stage) -> None:
    without = _held(list(refusals(stage, [ROW])))
    _reason(stage, "xsd_type")

    assert [False, False] == without
    assert [True, True, True, True] == _held(list(refusals(stage, [ROW] * 3)))
    assert [False, False] == _held(list(refusals(stage, [{**ROW, "entries": 2}])))
    assert [False, False] == _held(list(refusals(stage, [{**ROW, "code": "other"}])))
