"""The viewer's scripts and PDF.js, served by us: nothing is asked of another host.

PDF.js is fetched at set-up and lies beside the virtual environment (``pdfjs.sha512``). Where
it is missing the document page shows what the server draws.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final

from aiohttp import web

from hub.web.faults import Denied
from hub.web.presentation.rendering import STATIC
from hub.web.visit import visit_of

_TYPES: Final = {
    ".mjs": "text/javascript; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".wasm": "application/wasm",
    ".ttf": "font/ttf",
}
_WORKER: Final = "build/pdf.worker.min.mjs"
_FOR_WORKER: Final = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
"""Pictures of scans are unpacked by WebAssembly, in the worker and nowhere else."""
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_FOLDERS: Final = ("build", "cmaps", "iccs", "standard_fonts", "wasm")


@cache
def modules() -> Mapping[str, bytes]:
    """Return our own scripts of the document view."""
    folder = STATIC / "viewer"
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


@cache
def version() -> str:
    """Return a word that changes with any of them: they name each other by address."""
    every = b"".join(name.encode() + body for name, body in sorted(modules().items()))
    return hashlib.sha256(every).hexdigest()[:12]


@cache
def shelf(folder: Path) -> Mapping[str, Path]:
    """Return the files of PDF.js by their place; empty where it is not installed."""
    return {
        f"{room}/{file.name}": file
        for room in _FOLDERS
        if (folder / room).is_dir()
        for file in (folder / room).iterdir()
    }


@cache
def base(folder: Path) -> str:
    """Return the address PDF.js lies under; empty where it is not installed."""
    if _WORKER not in shelf(folder):
        return ""
    told = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    return f"/static/pdfjs/{told['version']}/"


async def module(request: web.Request) -> web.Response:
    """Return one of our scripts."""
    name = request.match_info["name"]
    body = modules().get(name)
    if body is None:
        raise Denied(404, "not_found")
    current = request.match_info["version"] == version()
    return _file(name, body, keep=current)


async def pdfjs(request: web.Request) -> web.Response:
    """Return a file of PDF.js."""
    folder = visit_of(request).services.pdfjs
    place = f"{request.match_info['room']}/{request.match_info['name']}"
    path = shelf(folder).get(place)
    if path is None:
        raise Denied(404, "not_found")
    current = request.path.startswith(base(folder) or "-")
    response = _file(place, path.read_bytes(), keep=current)
    if place == _WORKER:
        response.headers["Content-Security-Policy"] = _FOR_WORKER
    return response


def _file(name: str, body: bytes, *, keep: bool) -> web.Response:
    kind = _TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")
    cached = _FOR_EVER if keep else "no-cache"
    return web.Response(body=body, headers={"Content-Type": kind, "Cache-Control": cached})
