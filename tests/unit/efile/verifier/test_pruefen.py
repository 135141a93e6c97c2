"""The script in the package judges it with nothing but Python, and finds whatever was done."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from efile.verifier import pruefen
from tests.proof_package import FINGERPRINT, SCRIPT, TAMPERING, Built, build, forged_as_a_whole


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return asyncio.run(build(tmp_path_factory.mktemp("package")))


def judged(*arguments: str | Path, script: Path = SCRIPT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(script), *map(str, arguments)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def report(*arguments: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(judged("--json", *arguments).stdout)
    return found


def test_a_package_is_whole_as_zip_as_folder_and_from_within(built: Built) -> None:
    own = judged(script=built.folder / "pruefen.py")

    assert (0, "Alles stimmt.") == (own.returncode, own.stdout.splitlines()[-1])
    for place in (built.zip, built.folder):
        found = report("--schluessel", FINGERPRINT, place)
        assert (True, 6, [FINGERPRINT]) == (found["intact"], found["documents"], found["keys"])


@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda one: one.__name__)
def test_whatever_was_done_is_found(
    built: Built, tmp_path: Path, tamper: Callable[[Path], None]
) -> None:
    folder = tmp_path / "paket"
    shutil.copytree(built.folder, folder)
    tamper(folder)

    found = judged(folder)

    assert found.returncode in {1, 2}, found.stdout
    assert "Alles stimmt" not in found.stdout
    assert "FEHLER: " in found.stdout or "Nicht prüfbar" in found.stderr


@pytest.mark.parametrize("at", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_changed_byte_in_the_zip_is_found(built: Built, tmp_path: Path, at: float) -> None:
    data = bytearray(built.zip.read_bytes())
    data[int(len(data) * at)] ^= 1
    (tmp_path / "p.zip").write_bytes(bytes(data))

    assert judged(tmp_path / "p.zip").returncode in {1, 2}


def test_a_whole_forgery_shows_by_its_key(built: Built, tmp_path: Path) -> None:
    folder = tmp_path / "paket"
    shutil.copytree(built.folder, folder)
    forged_as_a_whole(folder)
    found = report("--schluessel", FINGERPRINT, folder)

    assert any("fremdem Schlüssel" in fault for fault in found["faults"])
    assert [FINGERPRINT] != found["keys"]


def test_what_operating_systems_leave_does_no_harm(built: Built, tmp_path: Path) -> None:
    folder = tmp_path / "paket"
    shutil.copytree(built.folder, folder)
    (folder / "dokumente" / "Thumbs.db").write_bytes(b"x")

    assert 0 == judged(folder).returncode


def test_what_is_no_package_cannot_be_judged(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK")

    assert 2 == judged(tmp_path).returncode == judged(tmp_path / "x.zip").returncode


@given(seed=st.binary(min_size=32, max_size=32), statement=st.binary(max_size=300))
def test_signatures_hold_as_the_library_says(seed: bytes, statement: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(statement)

    assert pruefen.is_signed(public, statement, signature)
    assert not pruefen.is_signed(public, statement + b"x", signature)
    assert not pruefen.is_signed(public, statement, signature[:32] + bytes(32))
