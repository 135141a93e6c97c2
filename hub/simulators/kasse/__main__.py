"""``python -m hub.simulators.kasse``: the municipal cash system as a program of its own."""

from __future__ import annotations

import sys

from hub.simulators.cash.program import run_program
from hub.simulators.kasse.profile import KasseProfile

if __name__ == "__main__":
    sys.exit(run_program(KasseProfile(), sys.argv[1:]))
