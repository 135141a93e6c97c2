"""The stage clears away nothing but itself and starts only what it can stop."""

import socket
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured, Unavailable
from hub.core.settings import read_settings
from hub.demo.cast import OFFICES
from hub.demo.stage import MARKER, Ports, Stage, clear, python, run, settings_text


def test_a_folder_with_other_things_in_it_is_never_cleared(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")

    with pytest.raises(Misconfigured, match="demo_folder_taken"):
        clear(tmp_path)
    assert "mine" == (tmp_path / "diary.txt").read_text()


def test_a_former_demonstration_is_cleared(tmp_path: Path) -> None:
    clear(tmp_path / "demo")
    (tmp_path / "demo" / "left.txt").write_text("old")
    clear(tmp_path / "demo")

    assert [MARKER] == [path.name for path in (tmp_path / "demo").iterdir()]


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    clear(tmp_path)

    assert (tmp_path / MARKER).exists()


def test_its_settings_are_valid_and_name_every_office(tmp_path: Path) -> None:
    stage = Stage(tmp_path, Ports(1, 2, 3, 4))
    storage = {"endpoint": "127.0.0.1:1", "secure": "false"}
    stage.settings_file.write_text(settings_text(stage, storage), encoding="utf-8")

    settings = read_settings(stage.settings_file)

    assert [office.id for office in OFFICES] == [tenant.id for tenant in settings.tenants]
    assert (3, 4) == (settings.web.port, settings.ops.port)
    assert ["musterstadt"] == [tenant.id for tenant in settings.tenants if tenant.register]


def test_a_port_somebody_listens_on_is_not_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ports = Ports.free(port)

    assert port not in {ports.web, ports.ops, ports.s3, ports.azr}


async def test_a_program_that_fails_is_said() -> None:
    with pytest.raises(Unavailable, match="demo_program_failed"):
        await run(*python("hub.simulators.ca", "sign", "nowhere", "nowhere", "nowhere"))


async def test_every_program_is_stopped(tmp_path: Path) -> None:
    stage = Stage(tmp_path, Ports(1, 2, 3, 4))
    program = await stage.start("sleeper", ["sleep", "60"])
    await stage.stop()

    assert program.returncode
    assert (tmp_path / "logs" / "sleeper.log").exists()
