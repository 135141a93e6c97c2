"""What the limited child of exports does."""

from __future__ import annotations

from efile.export import binding, cleaning

JOBS = cleaning.JOBS | binding.JOBS
