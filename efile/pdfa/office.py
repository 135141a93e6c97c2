"""Word documents and workbooks to PDF/A with LibreOffice, limited and by itself.

The program meets foreign bytes, in a folder and a profile of its own: macros and active content
are off, and whatever it would fetch is led into a closed door. Plain bytes lie in memory
(``/dev/shm``) where there is such a folder, for the seconds of the conversion.

Residual risk: the program runs under the same user; what breaks out of it can read what that
user can. A separate user or an empty network namespace is a matter of the service unit.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from efile.capture.content import DOCX, XLSX
from efile.errors import NotDisplayable

ENDINGS = {DOCX: "docx", XLSX: "xlsx"}
"""What is converted, by media type."""
PROGRAM = "soffice"
_MEMORY_MB, _CPU_S, _WALL_S = 4096, 100, 120.0
_AT_ONCE = 1
_IN_MEMORY = Path("/dev/shm")  # noqa: S108  a folder of our own is made in it
_SOURCE = str(Path(__file__).resolve().parents[2])
_EXPORT = {
    "SelectPdfVersion": {"type": "long", "value": "2"},
    "UseTaggedPDF": {"type": "boolean", "value": "true"},
}
_FILTERS = {DOCX: "pdf:writer_pdf_Export", XLSX: "pdf:calc_pdf_Export"}
_COMMON = "/org.openoffice.Office.Common"
_SETTINGS = (
    (f"{_COMMON}/Security/Scripting", "DisableMacrosExecution", "boolean", "true"),
    (f"{_COMMON}/Security/Scripting", "DisableActiveContent", "boolean", "true"),
    (f"{_COMMON}/Security/Scripting", "BlockUntrustedRefererLinks", "boolean", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "int", "2"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "int", "2"),
    ("/org.openoffice.Setup/L10N", "ooSetupSystemLocale", "string", "de-DE"),
    ("/org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode", "int", "1"),
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", "int", "2"),
    *(
        ("/org.openoffice.Inet/Settings", f"ooInet{kind}Proxy{what}", form, value)
        for kind in ("HTTP", "HTTPS", "FTP")
        for what, form, value in (("Name", "string", "127.0.0.1"), ("Port", "int", "9"))
    ),
    ("/org.openoffice.Inet/Settings", "ooInetNoProxy", "string", ""),
)
"""Nothing of the document runs, nothing is fetched: the proxy is a port nobody listens on.
Numbers of a workbook are shown as they were last calculated."""


class Office:
    """The converter of one node; one document at a time."""

    def __init__(self, program: str = PROGRAM) -> None:
        self._program = program
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def to_pdf(self, mime: str, data: bytes, *, whole_sheets: bool = True) -> bytes:
        """Return a document as PDF that names its maker.

        Each sheet of a workbook has a page as large as it is, or those its printer would make.

        Raises:
            NotDisplayable: the program is not there, fails or takes too long.
        """
        async with self._slots:
            program = shutil.which(self._program)
            if program is None:
                raise _failed("rendition_office_missing")
            with tempfile.TemporaryDirectory(prefix="pdfa-", dir=_memory()) as name:
                folder = Path(name)
                source = folder / f"quelle.{ENDINGS[mime]}"
                await asyncio.to_thread(_furnish, folder, source, data)
                sheets = {"type": "boolean", "value": str(mime == XLSX and whole_sheets).lower()}
                options = json.dumps(_EXPORT | {"SinglePageSheets": sheets}, separators=(",", ":"))
                how = ("--convert-to", f"{_FILTERS[mime]}:{options}", "--outdir", name)
                await _run(program, folder, *how, str(source))
                made = source.with_suffix(".pdf")
                if not made.exists():
                    raise _failed("rendition_office_failed")
                return await asyncio.to_thread(made.read_bytes)


def _memory() -> Path | None:
    return _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None


def _furnish(folder: Path, source: Path, data: bytes) -> None:
    source.write_bytes(data)
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse" oor:type="xs:{form}">'
        f"<value>{value}</value></prop></item>"
        for path, name, form, value in _SETTINGS
    )
    (profile / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items'
        ' xmlns:oor="http://openoffice.org/2001/registry"'
        ' xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        f"{items}</oor:items>",
        encoding="utf-8",
    )


async def _run(program: str, folder: Path, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "efile.isolation.program", str(_MEMORY_MB), str(_CPU_S), program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
        *arguments,
        cwd=folder,
        env={
            "HOME": str(folder), "PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": _SOURCE,
            "TMPDIR": str(folder),
        },
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        await asyncio.wait_for(process.wait(), _WALL_S)
    except TimeoutError as exc:
        raise _failed("rendition_office_failed") from exc
    finally:
        # The whole group: the program is a script that starts the real one.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    if process.returncode != 0:
        raise _failed("rendition_office_failed")


def _failed(code: str) -> NotDisplayable:
    return NotDisplayable(code, "LibreOffice hat das Dokument nicht umgewandelt.")
