"""What the limited child does for inspections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from efile.inspection.paper import binding, finding, proof, redrawing, viewing

_Job = Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]]
_copy: dict[str, bytes] = {}
"""The finished copy this child was last asked about, by its digest."""


def _about_copy(job: _Job) -> _Job:
    """Let a copy be sent once to each child, however many questions there are about its pages."""

    def answer(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        digest = str(params["copy"])
        if data:
            _copy.clear()
            _copy[digest] = data
        if digest not in _copy:
            return {"unknown": True}, b""
        return job(params, _copy[digest])

    return answer


JOBS = {
    "prepare": binding.prepare, "look": finding.look, "look_at_picture": finding.look_at_picture,
    "remake": redrawing.remake, "bind": binding.bind, "texts": _about_copy(proof.texts),
    "pictures": _about_copy(proof.pictures), "raw": _about_copy(proof.raw), "view": viewing.view,
}  # fmt: skip
