"""The converter against stand-ins that behave as badly as a program can."""

import asyncio
import os
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured, Unavailable
from hub.letters.office import Office

CONVERT = """
while [ "$1" != --outdir ]; do shift; done
out=$2; shift 2; mkdir -p "$out"
for file; do name=${file##*/}; { printf %%PDF-; cat "$file"; } > "$out/${name%%.docx}.pdf"; done
""".replace("%%", "%").replace("printf %", "printf %%")


def program(folder: Path, script: str) -> str:
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}")
    path.chmod(0o755)
    return str(path)


def office(folder: Path, script: str, timeout_s: float = 10) -> Office:
    return Office(program(folder, script), folder / "work", timeout_s)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and waits to be reaped does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


async def failure(converter: Office, letters: int = 1) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        await converter.to_pdfa([b"x"] * letters)
    assert "libreoffice_failed" == caught.value.code
    return caught.value


async def test_results_keep_the_order_of_the_letters(tmp_path: Path) -> None:
    letters = [f"letter {number}".encode() for number in range(12)]

    results = await office(tmp_path, CONVERT).to_pdfa(letters)

    assert [b"%PDF-" + letter for letter in letters] == results


async def test_no_letters_need_no_program(tmp_path: Path) -> None:
    assert [] == await Office("missing-program", tmp_path, 1).to_pdfa([])


async def test_nothing_is_left_in_the_work_folder(tmp_path: Path) -> None:
    await office(tmp_path, CONVERT).to_pdfa([b"x"])

    assert [] == list((tmp_path / "work").iterdir())


async def test_a_missing_program_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="libreoffice_missing") as caught:
        await Office("missing-program", tmp_path, 1).to_pdfa([b"x"])

    assert "apt install" in caught.value.remedy


async def test_a_crash_is_reported(tmp_path: Path) -> None:
    assert "Status 81" in (await failure(office(tmp_path, "exit 81"))).message


async def test_a_lost_letter_is_reported(tmp_path: Path) -> None:
    lossy = CONVERT + 'rm "$out/0002.pdf"'

    assert "2 statt 3" in (await failure(office(tmp_path, lossy), 3)).message


async def test_a_program_that_writes_nothing_is_reported(tmp_path: Path) -> None:
    assert "0 statt 1" in (await failure(office(tmp_path, "exit 0"))).message


async def test_a_result_that_is_no_pdf_is_reported(tmp_path: Path) -> None:
    assert "kein PDF" in (await failure(office(tmp_path, CONVERT.replace("%%PDF-", "x")))).message


async def test_a_hanging_program_is_ended_with_all_its_children(tmp_path: Path) -> None:
    hanging = f"sleep 600 & echo $! $$ > {tmp_path}/pids; wait"

    await failure(office(tmp_path, hanging, timeout_s=0.5))
    pids = map(int, (tmp_path / "pids").read_text().split())

    assert [] == [pid for pid in pids if is_alive(pid)]
    assert [] == list((tmp_path / "work").iterdir())


async def test_a_cancelled_conversion_ends_the_program(tmp_path: Path) -> None:
    waiting = office(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 600")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waiting.to_pdfa([b"x"]), 1)

    assert not is_alive(int((tmp_path / "pid").read_text()))


async def test_the_program_gets_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AKTENHUB_S3_SECRET_KEY", "geheim")

    await office(tmp_path, f"env > {tmp_path}/env\n{CONVERT}").to_pdfa([b"x"])

    assert "geheim" not in (tmp_path / "env").read_text()
    assert os.environ["HOME"] not in (tmp_path / "env").read_text().split("HOME=")[1].split("\n")[0]


async def test_every_start_has_its_own_profile(tmp_path: Path) -> None:
    converter = office(tmp_path, f'echo "$1" >> {tmp_path}/profiles\n{CONVERT}')

    await asyncio.gather(converter.to_pdfa([b"x"]), converter.to_pdfa([b"y"]))
    profiles = (tmp_path / "profiles").read_text().split()

    assert 2 == len(set(profiles))
    assert all(profile.startswith("-env:UserInstallation=file:///") for profile in profiles)


async def test_the_version_is_read(tmp_path: Path) -> None:
    converter = office(tmp_path, "echo 'LibreOffice 7.4.7.2 40(Build:2)'")

    assert "7.4.7.2" == await converter.version()


async def test_a_program_without_version_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="keine Version"):
        await office(tmp_path, "echo hello").version()
