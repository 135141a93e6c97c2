"""Word to PDF/A with LibreOffice; the only place that starts it.

One start converts a whole batch, because the start costs more than a letter. Each start
gets its own profile and folder, which are removed afterwards, and a minimal environment
without the secrets of this process. PDF/A and PDF/UA are what the program claims:
:mod:`hub.letters.pdfa` checks the result.

Residual risk: the program's memory is bounded only by the machine. A letter on which it
crashes fails its batch. A process killed by force leaves its folder with letters behind in
the work folder.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from hub.core.errors import Misconfigured, Unavailable
from hub.letters.xmp import describe_pdfua

_EXPORT = {
    "SelectPdfVersion": {"type": "long", "value": "2"},
    "PDFUACompliance": {"type": "boolean", "value": "true"},
    "UseTaggedPDF": {"type": "boolean", "value": "true"},
}
_FILTER = "pdf:writer_pdf_Export:" + json.dumps(_EXPORT, separators=(",", ":"))
_PDF_MAGIC = b"%PDF-"


class Office:
    """A converter; several may work side by side, also in the same folder."""

    def __init__(self, program: str, work_dir: Path, timeout_s: float) -> None:
        self._program = program
        self._work_dir = work_dir
        self._timeout_s = timeout_s

    async def to_pdfa(self, letters: Sequence[bytes]) -> list[bytes]:
        """Return the PDF/A-2b of each Word document, in the same order.

        Raises:
            Misconfigured: ``libreoffice_missing``.
            Unavailable: ``libreoffice_failed``, crash, timeout or a result is missing.
        """
        if not letters:
            return []
        with self._folder() as folder:
            sources = [folder / f"{number:04}.docx" for number in range(1, len(letters) + 1)]
            for source, letter in zip(sources, letters, strict=True):
                source.write_bytes(letter)
            out = folder / "out"
            arguments = ["--convert-to", _FILTER, "--outdir", str(out)]
            await self._start(folder, [*arguments, *map(str, sources)])
            return _results(out, [f"{source.stem}.pdf" for source in sources])

    async def version(self) -> str:
        """Return the program's version, for example ``7.4.7.2``.

        Raises:
            Misconfigured: ``libreoffice_missing``.
            Unavailable: ``libreoffice_failed``.
        """
        with self._folder() as folder:
            text = await self._start(folder, ["--version"])
        match = re.search(r"\d+(\.\d+)+", text)
        if match is None:
            raise _failed("LibreOffice nennt keine Version.")
        return match.group()

    def _folder(self) -> _Folder:
        self._work_dir.mkdir(parents=True, exist_ok=True)
        return _Folder(prefix="letters-", dir=self._work_dir)

    async def _start(self, folder: Path, arguments: Sequence[str]) -> str:
        program = shutil.which(self._program)
        if program is None:
            raise Misconfigured(
                "libreoffice_missing",
                f"LibreOffice ist nicht installiert ({self._program}).",
                remedy="apt install libreoffice-writer-nogui fonts-liberation2 ausführen "
                "oder letters.soffice in hub.toml setzen.",
            )
        process = await asyncio.create_subprocess_exec(
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            *arguments,
            cwd=folder,
            env={"HOME": str(folder), "PATH": os.defpath, "LANG": "C.UTF-8"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        return await self._finish(process)

    async def _finish(self, process: asyncio.subprocess.Process) -> str:
        try:
            output, _ = await asyncio.wait_for(process.communicate(), self._timeout_s)
        except TimeoutError as fault:
            raise _failed(f"LibreOffice war nach {self._timeout_s:g} s nicht fertig.") from fault
        finally:
            await _end(process)
        if process.returncode != 0:
            raise _failed(f"LibreOffice ist mit Status {process.returncode} abgebrochen.")
        return output.decode(errors="replace")


class _Folder(tempfile.TemporaryDirectory[str]):
    """A folder of one start; hands out a path."""

    def __enter__(self) -> Path:  # type: ignore[override]  # a path instead of its name
        return Path(super().__enter__()).resolve()


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the whole process group: the program is a script that starts the real one.

    Also after a normal end, because the real one may outlive a script that was killed.
    """
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _results(out: Path, names: Sequence[str]) -> list[bytes]:
    found = sorted(path.name for path in out.glob("*")) if out.is_dir() else []
    if found != list(names):
        raise _failed(f"LibreOffice hat {len(found)} statt {len(names)} Briefe geliefert.")
    pdfs = [(out / name).read_bytes() for name in names]
    if not all(pdf.startswith(_PDF_MAGIC) for pdf in pdfs):
        raise _failed("LibreOffice hat eine Datei geliefert, die kein PDF ist.")
    return [describe_pdfua(pdf) for pdf in pdfs]


def _failed(message: str) -> Unavailable:
    return Unavailable(
        "libreoffice_failed",
        message,
        remedy="Wird selbsttätig wiederholt; hält es an, Vorlage und Installation prüfen.",
    )
