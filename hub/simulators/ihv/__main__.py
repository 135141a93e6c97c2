"""``python -m hub.simulators.ihv``: the IHV as a program of its own."""

from __future__ import annotations

import sys

from hub.simulators.cash.program import run_program
from hub.simulators.ihv.profile import IhvProfile

if __name__ == "__main__":
    sys.exit(run_program(IhvProfile(), sys.argv[1:]))
