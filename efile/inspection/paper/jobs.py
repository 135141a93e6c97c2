"""What the limited child does for inspections."""

from __future__ import annotations

from efile.inspection.paper import binding, finding, proof, redrawing, viewing

JOBS = {
    "prepare": binding.prepare, "look": finding.look, "look_at_picture": finding.look_at_picture,
    "remake": redrawing.remake, "bind": binding.bind, "texts": proof.texts,
    "pictures": proof.pictures, "raw": proof.raw, "view": viewing.view,
}  # fmt: skip
