"""The service units say what the manual promises, and a manager can read them."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from hub.workers.ending import FINISH_S
from tests.architecture.tree import ROOT

FOLDER = ROOT / "docs/betriebshandbuch/systemd"
UNITS = sorted(FOLDER.iterdir())
SECTIONS = {"Unit", "Service", "Timer", "Install"}
HARDENING = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
    "PrivateTmp": "yes", "PrivateDevices": "yes", "CapabilityBoundingSet": "", "LimitCORE": "0",
    "UMask": "0077",
}  # fmt: skip


def read(path: Path) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None, strict=True, comment_prefixes=("#",))
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # names are case-sensitive
    unit.read_string(path.read_text(encoding="utf-8"))
    return unit


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_can_be_read(path: Path) -> None:
    unit = read(path)

    assert set(unit.sections()) <= SECTIONS
    assert unit["Unit"]["Description"]


@pytest.mark.parametrize("path", [p for p in UNITS if p.suffix == ".service"], ids=lambda p: p.name)
def test_a_service_may_do_little_and_calls_what_there_is(path: Path) -> None:
    service = read(path)["Service"]

    assert HARDENING == {name: service[name] for name in HARDENING}
    assert (
        "/opt/aktenhub/.venv/bin/aktenhub --settings /srv/aktenhub/hub.toml "
        in (service["ExecStart"])
    )


def test_the_manager_waits_longer_than_the_orderly_end() -> None:
    service = read(FOLDER / "aktenhub.service")["Service"]

    assert ("notify", "main") == (service["Type"], service["NotifyAccess"])
    assert int(service["TimeoutStopSec"]) > FINISH_S
    assert int(service["WatchdogSec"]) > 0


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_takes_the_unit(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("/opt/aktenhub/.venv/bin/aktenhub", "/bin/true")
    copy = tmp_path / path.name
    copy.write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert not [line for line in done.stderr.splitlines() if path.name in line], done.stderr
