"""What the limited child does for inspections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from efile.inspection.paper import binding, finding, proof, redrawing, viewing

_Job = Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]]
_held: dict[str, bytes] = {}
"""What this child was last asked about, by its name."""


def _held_by_name(job: _Job) -> _Job:
    """Let bytes be sent once to each child, however many questions there are about their pages."""

    def answer(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        name = str(params["of"])
        if data:
            _held.clear()
            _held[name] = data
        if name not in _held:
            return {"unknown": True}, b""
        return job(params, _held[name])

    return answer


_ABOUT_PAGES: dict[str, _Job] = {
    "look": finding.look, "look_at_picture": finding.look_at_picture, "remake": redrawing.remake,
    "raw": proof.raw, "texts": proof.texts, "pictures": proof.pictures,
}  # fmt: skip
JOBS: dict[str, _Job] = {
    "prepare": binding.prepare, "bind": binding.bind, "view": viewing.view,
    **{name: _held_by_name(job) for name, job in _ABOUT_PAGES.items()},
}  # fmt: skip
