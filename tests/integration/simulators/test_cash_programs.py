"""Both cash simulators as programs of their own."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

EMPTY = {
    "ihv": (
        "IHV-A-700-000001.txt",
        (
            "HAHIHV001A700       00000120261123".ljust(300)
            + "\r\n"
            + ("T" + "0" * 22).ljust(300)
            + "\r\n"
        ).encode(),
        "IHV-R-700-000001.txt",
    ),
    "kasse": (
        "ANO_700_000001.csv",
        (
            b"Satz;Mandant;Lauf;Belegnummer;Art;Aktenzeichen;Bescheid;Betrag;Faelligkeit;Bis;"
            b"Name;Strasse;PLZ;Ort;IBAN;Produktsachkonto;Buchungstext;Bezug\r\n"
            b"E;700;1;0;;;;0,00;;;;;;;;;;\r\n"
        ),
        "RUECK_700_000001.csv",
    ),
}


def command(name: str, root: Path, *more: str) -> list[str]:
    return [
        sys.executable, "-m", f"hub.simulators.{name}", "--orders", str(root / "out"),
        "--answers", str(root / "in"), "--state", str(root / "state.db"), *more,
    ]  # fmt: skip


def put(root: Path, name: str, raw: bytes) -> None:
    path = root / "out" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(raw)
    digest = hashlib.sha256(raw).hexdigest()
    path.with_name(name + ".sha256").write_text(f"{digest}  {name}\n")


@pytest.mark.parametrize("name", ["ihv", "kasse"])
def test_it_answers_while_running_and_stops_on_request(name: str, tmp_path: Path) -> None:
    order, raw, answer = EMPTY[name]
    program = command(name, tmp_path, "--interval", "0.05")
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "bereit" in process.stdout.readline()
            put(tmp_path, order, raw)
            assert "0 Aufträge gebucht" in process.stdout.readline()
            assert answer in process.stdout.readline()
        finally:
            process.send_signal(signal.SIGTERM)

        assert 0 == process.wait(10)
    assert (tmp_path / "in" / answer).exists()


@pytest.mark.parametrize("name", ["ihv", "kasse"])
def test_a_refused_file_is_told_loudly_and_by_exit_code(name: str, tmp_path: Path) -> None:
    order, raw, _ = EMPTY[name]
    put(tmp_path, order, raw[:-1])

    done = subprocess.run(
        command(name, tmp_path, "--once"), capture_output=True, text=True, check=False
    )
    assert 1 == done.returncode
    assert f"ABGELEHNT {order}" in done.stdout


def test_folders_must_come_in_pairs(tmp_path: Path) -> None:
    done = subprocess.run(
        command("ihv", tmp_path, "--orders", "x"), capture_output=True, text=True, check=False
    )

    assert 2 == done.returncode
    assert "gleich oft" in done.stderr


@pytest.mark.crash
def test_a_killed_program_neither_books_nor_pays_twice(tmp_path: Path) -> None:
    order, raw, answer = EMPTY["kasse"]
    rows = "".join(
        f"D;700;1;{number:016d};ANNAHME;U;B;10,00;01.01.2027;;N;;;;;1;t;\r\n"
        for number in range(300)
    ).encode()
    raw = raw.replace(b"E;700;1;0;;;;0,00", rows + b"E;700;1;300;;;;3000,00")
    put(tmp_path, order, raw)
    program = command("kasse", tmp_path, "--once", "--pay", "all", "--pay-share", "1")
    for wait in (0.12, 0.15, 0.18, 0.21):
        with subprocess.Popen(program, stdout=subprocess.DEVNULL) as process:
            time.sleep(wait)
            process.kill()
    assert 0 == subprocess.run(program, check=False, capture_output=True).returncode

    assert [answer, "RUECK_700_000002.csv"] == sorted(
        path.name for path in (tmp_path / "in").iterdir() if not path.name.startswith(".")
    )
    assert b"E;700;2;;300;;;;;3000,00" in (tmp_path / "in" / "RUECK_700_000002.csv").read_bytes()
