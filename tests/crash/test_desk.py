"""A kill and a fault while people decide: what was decided is decided once, or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hub import app
from hub.demo import drops
from tests.crash import checker
from tests.crash.house import PATIENCE_S, House
from tests.crash.state import Row, State
from tests.crash.story import CLAIMED, CORE, MUSTERSTADT, drop_story

pytestmark = [pytest.mark.crash, pytest.mark.parametrize("kind", ["", "!"], ids=["kill", "fault"])]
WHO = ("--actor", "ahrens", "--reason", "Geklärt.")


def hold_a_message(house: House) -> tuple[Row, Path]:
    """Let a message be held because its schema is broken, and mend the schema."""
    schemas = house.folder / "schemas"
    shutil.copytree(app.SHIPPED / "schemas", schemas)
    settings = house.folder / "hub.toml"
    folders = f'[folders]\nschemas = "{schemas}"\n'
    settings.write_text(folders + settings.read_text(encoding="utf-8"), encoding="utf-8")
    schema = schemas / CORE / "Falldaten-1.0.xsd"
    whole = schema.read_bytes()
    schema.write_bytes(b"<broken")
    house.drop(MUSTERSTADT.id, CORE, "Falldaten.xml", drops.case_data(CLAIMED, MUSTERSTADT))
    assert 0 == house.run_once(), house.log[-2000:]
    schema.write_bytes(whole)
    [case] = State.read(house).clearings
    assert case["promise_id"] == case["message_id"], "it has not travelled"
    return case, schema


def ends_at(house: House, point: str, *command: str) -> bool:
    """Tell whether a command was ended at a failpoint: killed, or by a fault."""
    code = house.start(*command, failpoint=point).wait(PATIENCE_S)
    return code > 0 and "PlantedFault" in house.log if point.endswith("!") else code < 0


def decided(house: House, action: str) -> int:
    return sum(entry["action"] == action for entry in State.read(house).journal)


def test_a_decision_counts_once(house: House, kind: str) -> None:
    case, _ = hold_a_message(house)
    reject = ("clearing", "reject", case["id"], *WHO)

    assert ends_at(house, f"decision_before_commit{kind}", *reject)
    assert 0 == decided(house, "clearing_rejected")
    assert ends_at(house, f"decision_after_commit{kind}", *reject)
    assert 1 == decided(house, "clearing_rejected")
    assert 0 == house.start(*reject).wait(PATIENCE_S), house.log[-2000:]
    assert 0 == house.run_once(), house.log[-2000:]

    assert 1 == decided(house, "clearing_rejected")
    assert ["refused"] == [message["state"] for message in State.read(house).messages]
    assert [] == checker.faults(house)


def test_a_corrected_copy_enters_once(house: House, kind: str, tmp_path: Path) -> None:
    case, _ = hold_a_message(house)
    copy = tmp_path / "copy.xml"
    copy.write_bytes(drops.case_data(CLAIMED, MUSTERSTADT).replace(b"Ida Marie", b"Ida"))
    correct = ("clearing", "correct", case["id"], str(copy), *WHO)
    assert 0 == house.start(*correct).wait(PATIENCE_S), house.log[-2000:]
    with house.look() as rows:
        [proposal] = rows("SELECT * FROM correction")
    approve = ("--actor", "bauer", "--reason", "Stimmt.")
    assert 0 == house.start("clearing", "approve", proposal["id"], *approve).wait(PATIENCE_S)

    assert ends_at(house, f"correction_before_enter{kind}", "run", "--once")
    assert [] == checker.unsafe(house)
    assert 0 == house.run_once(), house.log[-2000:]

    states = [message["state"] for message in State.read(house).messages]
    assert ["refused", "closed"] == states
    assert [] == checker.faults(house)


def test_a_bulk_decision_is_carried_on_and_not_repeated(house: House, kind: str) -> None:
    drop_story(house)
    assert 0 == house.run_once(), house.log[-2000:]
    cases = [case["id"] for case in State.read(house).clearings]
    release = ("clearing", "release", *cases, "--job", "Textsystem", *WHO)

    assert len(cases) == 2
    assert ends_at(house, f"bulk_after_begin{kind}", *release)
    assert 0 == decided(house, "clearing_released")
    assert 0 == house.run_once(), house.log[-2000:]
    assert 0 == house.start(*release).wait(PATIENCE_S), house.log[-2000:]
    assert 0 == house.run_once(), house.log[-2000:]

    assert 2 == decided(house, "clearing_released")
    assert [] == checker.faults(house)
